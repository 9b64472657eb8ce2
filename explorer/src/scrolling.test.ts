import { describe, expect, test } from "vitest";
import { heightOf, scrollTo, seen, type Scroll } from "./scrolling";

const ROW = 32;
const tableOf = (count: number, top = 0): Scroll => ({ count, row: ROW, window: 240, top });
const lastTop = ({ count, window }: Scroll): number => heightOf(count, ROW) - window;

describe.each([1, 5, 100, 10_000, 1_000_000, 20_000_000])("%i rows", (count) => {
  test("the first is seen at the top, the last at the bottom", () => {
    expect(seen(tableOf(count)).first).toBe(0);
    const bottom = tableOf(count, Math.max(lastTop(tableOf(count)), 0));
    const { first, end, top } = seen(bottom);
    expect(end).toBe(count);
    const lower = top + (end - first) * ROW;
    if (count * ROW > 240) expect(lower).toBeCloseTo(bottom.top + 240, 3); // the element's very end
  });

  test("an element no browser refuses", () => {
    expect(heightOf(count, ROW)).toBeLessThanOrEqual(16_000_000);
  });

  test("rows fill what is seen, wherever that is", () => {
    for (const share of [0, 0.1, 0.5, 0.77, 1]) {
      const scroll = tableOf(count, Math.max(lastTop(tableOf(count)) * share, 0));
      const { first, end, top } = seen(scroll);
      expect(top).toBeLessThanOrEqual(scroll.top + 1e-3);
      expect(top + (end - first) * ROW).toBeGreaterThanOrEqual(Math.min(scroll.top + 240, count * ROW) - 1e-3);
      expect(end - first).toBeLessThanOrEqual(9);
    }
  });

  test("any row can be brought into view", () => {
    for (const index of [0, 1, count >> 1, count - 1].filter((each) => each < count)) {
      for (const where of ["nearest", "middle"] as const) {
        const scroll = tableOf(count);
        const { first, end } = seen({ ...scroll, top: scrollTo(scroll, index, where) });
        expect(index).toBeGreaterThanOrEqual(first);
        expect(index).toBeLessThan(end);
      }
    }
  });
});

test("a row that is seen is not scrolled to", () => {
  expect(scrollTo(tableOf(100, 64), 5, "middle")).toBe(64);
});

test("no more than it takes, below and above", () => {
  expect(scrollTo(tableOf(100, 0), 10, "nearest")).toBe(11 * ROW - 240);
  expect(scrollTo(tableOf(100, 640), 10, "nearest")).toBe(10 * ROW);
});

test("no rows, nothing to see", () => {
  expect(seen(tableOf(0))).toMatchObject({ end: 0 });
});
