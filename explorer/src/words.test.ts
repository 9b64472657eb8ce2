import { describe, expect, test } from "vitest";
import {
  count, differing, excerpt, find, split, writeAmount, writeNearness, writePercentile, writeSimilarity, writeUnknown,
} from "./words";

const marked = (text: string, words: string[]) => split(text, find(text, words)).filter((part) => part.marked).map((part) => part.text);
const plain = (text: string, words: string[], longest?: number) =>
  excerpt(text, find(text, words), longest).map((part) => part.text).join("");

describe("find", () => {
  test("marks whole words only, in any case", () => {
    expect(marked("The cat catches Cats, a Cat.", ["cat"])).toEqual(["cat", "Cat"]);
  });

  test("knows letters of all scripts, and accents that stand alone", () => {
    expect(marked("Über über überall", ["über"])).toEqual(["Über", "über"]);
    expect(marked("cafe\u0301 cafe", ["cafe"])).toEqual(["cafe"]);
  });

  test("finds words within what is written without spaces", () => {
    expect(marked("我们学习数学和物理", ["数学"])).toEqual(["数学"]);
  });

  test("takes a word letter by letter, whatever it means to a pattern", () => {
    expect(marked("C++ (a.b) [x] axb", ["a.b", "[x]"])).toEqual(["a.b", "[x]"]);
    expect(marked("1-2 a/b ^$", ["1-2", "a/b"])).toEqual(["1-2", "a/b"]);
  });

  test("finds nothing of nothing", () => {
    expect(find("a text", [])).toEqual([]);
    expect(find("", ["a"])).toEqual([]);
    expect(find("a text", [""])).toEqual([]);
  });
});

describe("split", () => {
  test("gives back every letter, whatever the spans", () => {
    const text = "ab cd 🙂 ef";
    const spans = [[0, 2], [1, 4], [6, 8], [20, 30]] as const;
    expect(split(text, spans).map((part) => part.text).join("")).toBe(text);
  });
});

describe("differing", () => {
  const other = (text: string, kept: string) => differing(text, kept).map(([start, end]) => text.slice(start, end));

  test("marks words that the other has not, and those together that stand together", () => {
    expect(other("I saw a big red cat today", "I saw a cat today")).toEqual(["big red"]);
  });

  test("counts: a word said twice is once too many", () => {
    expect(other("no no", "no")).toEqual(["no"]);
  });

  test("takes a number with its commas and its point for one word", () => {
    expect(other("$27,528,122.70, of which", "$29,528,133.70, of which")).toEqual(["27,528,122.70"]);
  });

  test("does not mind case, marks and order", () => {
    expect(other("Cat: the!", "the cat")).toEqual([]);
  });

  test("does not take a word for what objects have by themselves", () => {
    expect(other("constructor toString", "a")).toEqual(["constructor toString"]);
  });
});

describe("excerpt", () => {
  test("is the whole of a short text", () => {
    expect(plain("A cat. A dog.", [])).toBe("A cat. A dog.");
  });

  test("begins with the sentence that has most of the words", () => {
    expect(plain("A cat here. Nothing. A cat and a dog.", ["cat", "dog"])).toBe("… A cat and a dog.");
  });

  test("begins shortly before the first word of a long sentence", () => {
    const text = `${"so ".repeat(100)}cat`;
    expect(plain(text, ["cat"])).toMatch(/^… (so ){9,10}cat$/);
  });

  test("ends between words, and says that it ends", () => {
    expect(plain("one two three four", [], 9)).toBe("one two …");
  });

  test("cuts no character in two", () => {
    expect(plain("🙂🙂🙂🙂", [], 5)).toBe("🙂🙂 …");
  });
});

describe("numbers", () => {
  test.each([
    [100, "100"], [99.9999, "99.999"], [99.999, "99.999"], [99.98, "99.98"], [99.9, "99.9"], [97, "97"], [0.29, "0.29"], [0, "0"],
  ])("percentile %f is written %s, never rounded up", (percentile, written) => {
    expect(writePercentile(percentile)).toBe(written);
  });

  test.each([
    [1, "1.00"], [0.99999, "0.9999"], [0.9981, "0.9981"], [0.998, "0.998"], [0.714, "0.71"], [-0.05, "−0.05"], [-0.001, "0.00"],
  ])("similarity %f is written %s", (similarity, written) => {
    expect(writeSimilarity(similarity)).toBe(written);
  });

  test("an amount is as fine as the largest of its kind needs", () => {
    expect(writeAmount(0.1234, 0.2)).toBe("0.123");
    expect(writeAmount(-0.00123, 0.002)).toBe("−0.0012");
    expect(writeAmount(0, 0)).toBe("0.000");
  });

  test("nearness is said in words", () => {
    expect(writeNearness(99.98)).toBe("closer than 99.98% of pairs");
    expect(writeNearness(97, 2.9)).toBe("closer than 97% of pairs and 2% of neighbors");
    expect(writeNearness(null)).toBe("");
  });

  test("counts have their commas and their plurals", () => {
    expect(count(1, "copy", "copies")).toBe("1 copy");
    expect(count(2000, "passage")).toBe("2,000 passages");
  });

  test("unknown words are named in a sentence", () => {
    expect(writeUnknown([])).toBe("");
    expect(writeUnknown(["zorblax"])).toBe("“zorblax” occurs nowhere in this collection.");
    expect(writeUnknown(["a", "b", "c"])).toBe("“a”, “b” and “c” occur nowhere in this collection.");
  });
});
