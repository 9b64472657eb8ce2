import { describe, expect, test } from "vitest";
import type { Why } from "./contract";
import { chooseTokens, largest, luminance, makeUp, pair, shade, strongest } from "./reasons";

const side = (text: string, tokens: string[], words: [number, number, number][]) => ({
  text,
  tokens,
  words: words.map(([start, end, adds]) => ({ start, end, adds })),
  unread: null,
});

// "a kitten" and "cats": kitten and cats are two tokens each.
const contributions = [
  [0.01, 0.02, 0.01, 0], // [CLS]
  [0, 0.01, 0.01, 0], // a
  [0, 0.2, 0.1, 0], // kit
  [0, 0.1, 0.05, -0.02], // ##ten
  [0, 0, 0.01, 0.03], // [SEP]
];
const why: Why = {
  cosine: 0.53,
  similarity: 0.53,
  a: side("a kitten", ["[CLS]", "a", "kit", "##ten", "[SEP]"], [[0, 1, 0.02], [2, 8, 0.43]]),
  b: side("cats", ["[CLS]", "cat", "##s", "[SEP]"], [[0, 4, 0.51]]),
  contributions,
  special: 0.06,
};

describe("pair", () => {
  test("knows which tokens make a word, and what words add together", () => {
    const pairs = pair(why)!;
    expect(pairs.a).toEqual([[1, 2], [2, 4]]);
    expect(pairs.b).toEqual([[1, 3]]);
    expect(pairs.with("a", 1)[0]).toBeCloseTo(0.45);
    expect(pairs.with("b", 0)[0]).toBeCloseTo(0.02);
    expect(pairs.with("b", 0)[1]).toBeCloseTo(0.45);
  });

  test("says so where the sums fit no words", () => {
    expect(makeUp([{ adds: 0.5 }], [0.1, 0.2])).toBeNull();
    expect(makeUp([], [0.1])).toEqual([]);
  });
});

test("the strongest are for or against, ties in their order", () => {
  expect(strongest([0.1, -0.3, 0.2, -0.2], 3)).toEqual([1, 2, 3]);
});

test("one scale holds for both texts", () => {
  expect(largest(why.a, why.b)).toBe(0.51);
  expect(largest({ words: [] })).toBe(0);
});

test("of many tokens those are shown that matter most, in their order", () => {
  expect(chooseTokens(contributions, 2)).toEqual([[2, 3], [1, 2]]);
  expect(chooseTokens([], 2)).toEqual([[], []]);
});

describe("shade", () => {
  test("zero has none, and neither have all where none adds anything", () => {
    expect(shade(0, 1, false)).toBeNull();
    expect(shade(0, 0, false)).toBeNull();
  });

  test.each([true, false])("letters stand out 4.5 : 1 on every shade (dark: %s)", (dark) => {
    for (let amount = -1; amount <= 1; amount += 0.01) {
      const found = shade(amount, 1, dark);
      if (!found) continue;
      const ground = luminance(found.background.match(/\d+/g)!.map(Number) as unknown as [number, number, number]);
      const ink = found.color === "#000000" ? 0 : 1;
      expect((Math.max(ground, ink) + 0.05) / (Math.min(ground, ink) + 0.05)).toBeGreaterThan(4.5);
    }
  });

  test("amounts of opposite sign differ in color", () => {
    expect(shade(1, 1, false)!.background).toBe("rgb(0 114 178)");
    expect(shade(-1, 1, false)!.background).toBe("rgb(213 94 0)");
  });
});
