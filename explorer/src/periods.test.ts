import { describe, expect, test } from "vitest";
import type { Column, Timeline } from "./contract";
import { bandOf, countStretches, lineOf, placeIn, valuesIn } from "./periods";

const column = (kind: Column["kind"], whole = true): Column => ({ name: "when", kind, whole, short: false, dated: true });
const time = (unit: Timeline["unit"], ...bins: string[]): Timeline =>
  ({ unit, bins, bin: new Int32Array(0), shares: [], low: [], high: [], rising: [], falling: [] });
const DECADES = time("decade", "1790s", "1800s", "1810s");

describe("what stretches of time hold", () => {
  test.each([
    [DECADES, column("number"), 1, 2, [1800, 1819]],
    [time("century", "1700s", "1800s"), column("number"), 0, 0, [1700, 1799]],
    [time("year", "0044", "0045"), column("number"), 0, 1, [44, 45]],
    [time("month", "2020-01", "2020-02"), column("date"), 1, 1, [Date.UTC(2020, 1, 1), Date.UTC(2020, 1, 29)]],
    [time("quarter", "2020 Q3", "2020 Q4"), column("date"), 0, 1, [Date.UTC(2020, 6, 1), Date.UTC(2020, 11, 31)]],
    [DECADES, column("date", false), 0, 0, [Date.UTC(1790, 0), Date.UTC(1800, 0) - 1]],
  ] as const)("%#", (timeline, kind, first, last, expected) => {
    const range = valuesIn(kind, timeline, first, last);
    expect(range).toEqual(expected);
    const place = placeIn(kind, timeline, range!)!;
    expect(place[0]).toBeCloseTo(first, 6);
    expect(place[1]).toBeCloseTo(last + 1, 6);
  });

  test("dates that are texts have no values to filter by", () => {
    expect(valuesIn(column("text"), DECADES, 0, 0)).toBeNull();
    expect(placeIn(column("category"), DECADES, [0, 1])).toBeNull();
  });

  test("a range beyond the time is cut off", () => {
    expect(placeIn(column("number"), DECADES, [0, 9999])).toEqual([0, 3]);
  });
});

test("passages are counted, those without a date left out", () => {
  const bin = Int32Array.of(0, 1, 1, -1, 2, 1);
  const { of, all } = countStretches(bin, 3, Uint8Array.of(1, 1, 0, 1, 0, 1));
  expect([[...of], [...all]]).toEqual([[1, 2, 0], [1, 3, 1]]);
  expect([...countStretches(bin, 3, null).of]).toEqual([1, 3, 1]);
});

test("a line is broken where there were no rows", () => {
  expect(lineOf([0, 0.5, null, 1, 0.25], 1)).toBe("M0 1L0.25 0.5M0.75 0L1 0.75");
  expect(lineOf([0.5], 1)).toBe("M0.5 0.5");
});

test("a band runs along its upper end and back along the lower", () => {
  expect(bandOf([0, 0, null], [1, 0.5, null], 1)).toBe("M0 0L0.5 0.5L0.5 1L0 1Z");
  expect(bandOf([0, null, 0], [1, null, 1], 1)).toBe("M0 0L0 1ZM1 0L1 1Z");
});
