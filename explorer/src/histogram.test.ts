import { describe, expect, test } from "vitest";
import {
  binned, commonest, countBins, countCodes, endsOf, monthStart, placeOf, rangeOf, readValue, spanOf, tellBin, writeValue,
} from "./histogram";
import { everything, passing, type Mask } from "./selection";

const number = { kind: "number", whole: false } as const;
const whole = { kind: "number", whole: true } as const;
const date = { kind: "date", whole: true } as const;
const time = { kind: "date", whole: false } as const;
const DAY = 86_400_000;

/** Random numbers in [0, 1), the same each time (Park and Miller's generator). */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

const random = createRandom(11);
const many = (make: () => number) => Float64Array.from({ length: 2_000 }, () => (random() < 0.05 ? NaN : make()));
const SAMPLES: [string, Float64Array, { kind: "number" | "date"; whole: boolean }][] = [
  ["years", many(() => 1790 + Math.floor(random() * 231)), whole],
  ["a few whole numbers", many(() => Math.floor(random() * 7)), whole],
  ["below zero", many(() => Math.floor(random() * 20_000) - 15_000), whole],
  ["fractions", many(() => random() * 0.37), number],
  ["marks with one decimal", many(() => Math.round(random() * 90 + 10) / 10), number],
  ["large fractions", many(() => 1e6 + random() * 3e5), number],
  ["lengths, some far out", many(() => Math.floor(Math.exp(4 + 3 * (random() + random() + random() - 1.5)) + 1 / (random() + 1e-4))), whole],
  ["fractions, far out on both sides", many(() => Math.tan(3.141 * (random() - 0.5))), number],
  ["days", many(() => Math.floor(random() * 30) * DAY), date],
  ["days of some years", many(() => Date.UTC(1999, 4, 7) + Math.floor(random() * 2_000) * DAY), date],
  ["days of some centuries", many(() => Date.UTC(1640, 4, 7) + Math.floor(random() * 130_000) * DAY), date],
  ["times of a day", many(() => Date.UTC(2020, 1, 29) + random() * DAY), time],
  ["times of a year", many(() => Date.UTC(2020, 1, 29) + random() * 365 * DAY), time],
  ["one value", new Float64Array(3).fill(0.3), number],
  ["one whole value", new Float64Array(3).fill(-5), whole],
  ["one day", new Float64Array(3).fill(Date.UTC(1969, 11, 31)), date],
];

describe.each(SAMPLES)("bins of %s", (_, values, column) => {
  const bins = binned(values, column)!;
  const B = bins.edges.length - 1;
  const some: Mask = { bits: Uint8Array.from(values, (_, at) => Number(at % 3 === 0)), count: 0 };

  test("are ascending, and can be told apart", () => {
    expect(B).toBeLessThanOrEqual(50);
    for (let at = 0; at < B; at++) expect(bins.edges[at]!).toBeLessThan(bins.edges[at + 1]!);
  });

  test("hold what lies between their edges", () => {
    values.forEach((value, at) => {
      const expected = bins.edges.findLastIndex((edge) => edge <= value);
      expect(bins.of[at]).toBe(Number.isNaN(value) ? B : Math.min(expected, B - 1));
    });
  });

  test("count what a mask has", () => {
    const expected = new Int32Array(B + 1);
    bins.of.forEach((bin, at) => {
      expected[bin]! += some.bits![at]!;
    });
    expect(countBins(bins, some)).toEqual(expected);
    expect(countBins(bins, everything(values.length)).reduce((sum, count) => sum + count)).toBe(values.length);
  });

  test("as a filter pass exactly what they count", () => {
    for (let first = 0; first < B; first += 3) {
      for (let last = first; last < B; last += 4) {
        const [low, high] = rangeOf(bins, first, last);
        const passed = passing(values.length, [{ column: 0, low, high }], { 0: { kind: column.kind, values } });
        const expected = bins.totals.subarray(first, last + 1).reduce((sum, count) => sum + count);
        expect(passed.count).toBe(expected);
      }
    }
  });

  test("lie where the brush shows them", () => {
    const [low, high] = placeOf(bins, [bins.edges[0]!, bins.edges[B]! - bins.unit]);
    expect([low, high]).toEqual([0, B]);
    if (bins.unit) expect(placeOf(bins, rangeOf(bins, 0, 0))).toEqual([0, 1]);
  });

  test("know the least and the greatest value", () => {
    const known = [...values].filter((value) => !Number.isNaN(value));
    expect(spanOf(bins)).toEqual([Math.min(...known), Math.max(...known)]);
  });
});

describe("edges are round", () => {
  const edgesOf = (low: number, high: number, column: { kind: "number" | "date"; whole: boolean }) =>
    [...binned(Float64Array.of(low, high), column)!.edges];

  test("whole numbers get whole bins", () => {
    expect(edgesOf(3, 6, whole)).toEqual([3, 4, 5, 6, 7]);
    expect(edgesOf(1789, 2020, whole).slice(0, 3)).toEqual([1785, 1790, 1795]);
  });

  test("fractions get no rounding errors", () => {
    expect(edgesOf(0, 0.47, number).slice(0, 4)).toEqual([0, 0.01, 0.02, 0.03]);
    expect(edgesOf(-1, 1, number).slice(18, 23)).toEqual([-0.1, -0.05, 0, 0.05, 0.1]);
  });

  test("dates begin with months and years", () => {
    const months = edgesOf(Date.UTC(2019, 0, 5), Date.UTC(2021, 5, 5), date);
    expect(months.slice(0, 3)).toEqual([Date.UTC(2019, 0), Date.UTC(2019, 1), Date.UTC(2019, 2)]);
    const fifths = edgesOf(Date.UTC(1789, 3, 30), Date.UTC(2021, 0, 20), date);
    expect(fifths.slice(0, 2)).toEqual([Date.UTC(1785, 0), Date.UTC(1790, 0)]);
  });

  test("weeks begin on Mondays", () => {
    const weeks = edgesOf(Date.UTC(2024, 0, 3), Date.UTC(2024, 6, 1), date);
    expect(new Date(weeks[0]!).getUTCDay()).toBe(1);
  });

  test("years before 100 are not taken for those of the last century", () => {
    expect(new Date(monthStart(12 * 44 + 2)).toISOString().slice(0, 10)).toBe("0044-03-01");
  });
});

test("what lies far out shares a bin", () => {
  const values = Float64Array.from({ length: 1_000 }, (_, at) => (at < 5 ? 100_000 + at : at % 80));
  const bins = binned(values, whole)!;
  expect(bins.cut).toEqual([false, true]);
  expect(bins.totals[bins.edges.length - 2]).toBe(5);
  expect(endsOf(bins, whole)).toEqual(["0", "≥ 80"]);
  expect(rangeOf(bins, bins.edges.length - 2, bins.edges.length - 2)).toEqual([80, 100_004]);
});

test("no values, no bins", () => {
  expect(binned(new Float64Array(0), number)).toBeNull();
  expect(binned(Float64Array.of(NaN, Infinity), number)).toBeNull();
});

test("what is infinite has no bin, and spoils none", () => {
  const bins = binned(Float64Array.of(1, 2, Infinity, -Infinity), whole)!;
  expect([...bins.of]).toEqual([0, 1, 2, 2]);
});

describe("values are written and read", () => {
  test.each([
    ["1234567", 1_234_567, whole],
    ["0.3", 0.1 + 0.2, number],
    ["0044-03-15", monthStart(12 * 44 + 2) + 14 * DAY, date],
  ] as const)("%s", (text, value, column) => {
    expect(writeValue(value, column)).toBe(text);
    expect(readValue(text, column, "low")).toBeCloseTo(value, 9);
  });

  test("to a day means to its end where there are times", () => {
    expect(readValue("2020-02-29", time, "high")).toBe(Date.UTC(2020, 2, 1) - 1);
    expect(readValue("2020-02-29", date, "high")).toBe(Date.UTC(2020, 1, 29));
  });

  test.each(["", " ", "x", "2020-13-01"])("%j is none", (text) => {
    expect(readValue(text, text.includes("-") ? date : number, "low")).toBeNull();
  });

  test("a bin tells what it holds", () => {
    const years = binned(Float64Array.of(1789, 2020), whole)!;
    expect(tellBin(years, 0, whole)).toBe("1785 – 1789");
    expect(tellBin(binned(Float64Array.of(3, 6), whole)!, 1, whole)).toBe("4");
    expect(tellBin(binned(Float64Array.of(0, 39 * DAY), date)!, 1, date)).toBe("1970-01-02");
  });
});

describe("categories", () => {
  const codes = Int32Array.from({ length: 400 }, () => Math.floor(random() * random() * 8) - 1);

  test("are counted, those without a value last", () => {
    const mask: Mask = { bits: Uint8Array.from(codes, (_, at) => at & 1), count: 200 };
    const expected = [0, 1, 2, 3, 4, 5, 6, -1].map((code) => codes.filter((each, at) => each === code && at & 1).length);
    expect([...countCodes(codes, 7, mask)]).toEqual(expected);
    expect([...countCodes(codes, 7, everything(400))].reduce((sum, count) => sum + count)).toBe(400);
  });

  test.each([1, 3, 50])("the %i commonest are those that sorting finds", (most) => {
    const totals = Int32Array.from({ length: 60 }, () => Math.floor(random() * 5));
    const counts = totals.map((total) => Math.floor(random() * (total + 1)));
    const expected = [...totals.keys()]
      .filter((code) => totals[code])
      .sort((a, b) => counts[b]! - counts[a]! || totals[b]! - totals[a]! || a - b);
    expect(commonest(totals.keys(), counts, totals, most)).toEqual(expected.slice(0, most));
  });
});
