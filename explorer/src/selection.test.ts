import { describe, expect, test } from "vitest";
import type { Filter, Values } from "./contract";
import { inPolygon, type Spot } from "./geometry";
import { both, everything, has, listed, passing, sorted, toBits, within, without, type Mask } from "./selection";
import type { Sort } from "./state";

const N = 500;

/** Random numbers in [0, 1), the same each time (Park and Miller's generator). */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

const random = createRandom(7);
const sparse = (most: number) => (random() < 0.1 ? NaN : Math.floor(random() * most));
const numbers = Float64Array.from({ length: N }, () => sparse(50));
const codes = Int32Array.from({ length: N }, () => Math.floor(random() * 5) - 1);
const names = ["b10", "a", "b9", ""];
const columns: Record<number, Values> = {
  0: { kind: "number", values: numbers },
  1: { kind: "category", codes, names },
  2: { kind: "text", ranks: Int32Array.from({ length: N }, () => Math.floor(random() * 40) - 1) },
};
const all = Array.from({ length: N }, (_, at) => at);
const members = (mask: Mask): number[] => all.filter((at) => has(mask, at));
const maskOf = (wanted: readonly number[]): Mask => {
  const bits = new Uint8Array(N);
  for (const at of wanted) bits[at] = 1;
  return { bits, count: new Set(wanted).size };
};
const some = maskOf(all.filter(() => random() < 0.4));
const others = maskOf(all.filter(() => random() < 0.4));

describe("filters", () => {
  const range: Filter = { column: 0, low: 10, high: 20 };
  const values: Filter = { column: 1, values: ["a", null, "never seen"] };
  const inRange = (at: number) => numbers[at]! >= 10 && numbers[at]! <= 20;
  const hasValue = (at: number) => codes[at]! < 0 || names[codes[at]!] === "a";

  test.each<[string, Filter[], number | null, (at: number) => boolean]>([
    ["none", [], null, () => true],
    ["a range holds both ends and no missing value", [range], null, inRange],
    ["values, missing ones among them", [values], null, hasValue],
    ["two must both pass", [range, values], null, (at) => inRange(at) && hasValue(at)],
    ["but for one", [range, values], 0, hasValue],
    ["one whose column is not there yet does not count", [range, { column: 9, low: 0, high: 1 }], null, inRange],
    ["no value chosen: nothing passes", [{ column: 1, values: [] }], null, () => false],
  ])("%s", (_, filters, except, expected) => {
    const mask = passing(N, filters, columns, except);
    expect(members(mask)).toEqual(all.filter(expected));
    expect(mask.count).toBe(all.filter(expected).length);
  });

  test("an empty text is not the same as no value", () => {
    const empty = passing(N, [{ column: 1, values: [""] }], columns);
    expect(members(empty)).toEqual(all.filter((at) => codes[at] === 3));
  });
});

describe("regions", () => {
  const positions = {
    x: Float32Array.from({ length: N }, () => 2 * random() - 1),
    y: Float32Array.from({ length: N }, () => 2 * random() - 1),
  };
  const label = Int32Array.from({ length: N }, () => Math.floor(random() * 6));
  const labels = { coarse: label, medium: label.map((each) => (each + 1) % 6), fine: label };

  test("a polygon holds what a ray says is inside, also where it is hollow", () => {
    const polygon: Spot[] = [[-0.8, -0.8], [0.8, -0.8], [0, 0], [0.8, 0.8], [-0.8, 0.8]];
    const inside = all.filter((at) => inPolygon(polygon, positions.x[at]!, positions.y[at]!));
    const mask = within({ polygon }, positions, labels);
    expect(members(mask)).toEqual(inside);
    expect(mask.count).toBe(inside.length);
    expect(inside.length).toBeGreaterThan(0);
  });

  test("clusters of a level", () => {
    const mask = within({ level: "medium", clusters: [2, 4] }, positions, labels);
    expect(members(mask)).toEqual(all.filter((at) => [2, 4].includes(labels.medium[at]!)));
  });

  test("no region: everything", () => {
    expect(within(null, positions, labels)).toEqual(everything(N));
  });
});

describe("masks", () => {
  const inSome = new Set(members(some));
  const inOthers = new Set(members(others));

  test("both", () => {
    const expected = all.filter((at) => inSome.has(at) && inOthers.has(at));
    expect(members(both(some, others))).toEqual(expected);
    expect(both(some, others).count).toBe(expected.length);
    expect(both(everything(N), some)).toBe(some);
    expect(both(some, everything(N))).toBe(some);
  });

  test("without", () => {
    expect(members(without(some, others, N))).toEqual(all.filter((at) => inSome.has(at) && !inOthers.has(at)));
    expect(members(without(everything(N), some, N))).toEqual(all.filter((at) => !inSome.has(at)));
    expect(without(some, everything(N), N).count).toBe(0);
  });

  test.each([0, 1, 7, 8, 9, N])("the bits of %i passages read back", (n) => {
    const mask = { bits: some.bits!.slice(0, n), count: 0 };
    const bytes = Uint8Array.from(atob(toBits(mask, n)), (letter) => letter.charCodeAt(0));
    expect(bytes.length).toBe(Math.ceil(n / 8));
    const read = Array.from({ length: n }, (_, at) => (bytes[at >> 3]! >> (at % 8)) & 1);
    expect(read).toEqual([...mask.bits]);
  });

  test("bits beyond the last passage are not set", () => {
    expect([...atob(toBits(everything(11), 11))].map((letter) => letter.charCodeAt(0))).toEqual([255, 7]);
  });
});

describe("order", () => {
  const collator = new Intl.Collator("en", { numeric: true });
  const keyOf: Record<number, (at: number) => number | string | null> = {
    0: (at) => (Number.isNaN(numbers[at]!) ? null : numbers[at]!),
    1: (at) => (codes[at]! < 0 ? null : names[codes[at]!]!),
    2: (at) => {
      const { ranks } = columns[2] as Extract<Values, { kind: "text" }>;
      return ranks[at]! < 0 ? null : ranks[at]!;
    },
  };
  const cases = [0, 1, 2].flatMap((column) => [false, true].map((descending): Sort => ({ column, descending })));

  test.each(cases)("$column, descending: $descending", (sort) => {
    const key = keyOf[sort.column as number]!;
    const expected = all.toSorted((a, b) => {
      const [first, second] = [key(a), key(b)];
      if (first === null || second === null) return Number(first === null) - Number(second === null);
      const by = typeof first === "string" ? collator.compare(first, String(second)) : first - Number(second);
      return sort.descending ? -by : by;
    });
    expect([...sorted(N, sort, columns[sort.column as number])]).toEqual(expected);
  });

  test("that of the collection, and backward", () => {
    expect([...sorted(4, { column: "number", descending: false }, undefined)]).toEqual([0, 1, 2, 3]);
    expect([...sorted(4, { column: "number", descending: true }, undefined)]).toEqual([3, 2, 1, 0]);
  });

  test("a mask keeps the order", () => {
    const order = sorted(N, { column: 0, descending: true }, columns[0]);
    expect([...listed(some, order)]).toEqual([...order].filter((at) => has(some, at)));
    expect(listed(everything(N), order)).toBe(order);
  });
});
