import { describe, expect, test } from "vitest";
import { read, write } from "./address";
import type { About, Cluster, Column } from "./contract";
import { DEFAULTS, type Chosen } from "./state";

const column = (name: string, kind: Column["kind"]): Column => ({ name, kind, whole: true, short: false, dated: false });
const clusters = (count: number) => Array.from({ length: count }, () => ({}) as Cluster);
const ABOUT: Pick<About, "columns" | "passages" | "clusters"> = {
  passages: 100,
  columns: [column("year", "number"), column("who & what=1 #%", "category"), column("day", "date"), column("note", "text")],
  clusters: { coarse: clusters(3), medium: clusters(8), fine: clusters(20) },
};

/** A choice for everything, none the default. */
const ALL: Chosen = {
  level: "fine",
  color: { by: "column", column: 1 },
  mark: { column: 1 },
  x: { low: "sad & = #", high: "glücklich 😀" },
  y: { low: "a", high: "b" },
  view: { x: 0.25, y: -0.5, scale: 1234.5 },
  query: "100% of #1 & <b>=?",
  mode: "keyword",
  filters: [
    { column: 0, low: -1900.25, high: 2001 },
    { column: 1, values: ["Abraham Lincoln", null, ""] },
    { column: 2, low: 0, high: 1699999999999 },
  ],
  region: { polygon: [[0, 0], [0.5, 0], [0.5, -0.75]] },
  against: { level: "coarse", clusters: [2, 0] },
  selected: 99,
  pair: 0,
  left: "filters",
  right: "selection",
  table: true,
  shown: [3, 0],
  sort: { column: 0, descending: true },
  time: 2,
  theme: "dark",
};

test("what is chosen at first leaves the address empty, and is what an empty one says", () => {
  expect(write(DEFAULTS, ABOUT)).toBe("");
  expect(read("", ABOUT)).toEqual(DEFAULTS);
  expect(read("#", ABOUT)).toEqual(DEFAULTS);
});

test("everything that can be chosen comes back from the address", () => {
  expect(Object.keys(ALL).sort()).toEqual(Object.keys(DEFAULTS).sort());
  expect(read(`#${write(ALL, ABOUT)}`, ABOUT)).toEqual(ALL);
});

test.each(Object.keys(ALL) as (keyof Chosen)[])("%s comes back alone", (name) => {
  const chosen = { ...DEFAULTS, [name]: ALL[name] };
  const written = write(chosen, ABOUT);
  expect(written.split("&")).toHaveLength(1);
  expect(written).toMatch(/^[\w.~!*'()%=-]+$/); // nothing that a link in a mail would end at
  expect(read(written, ABOUT)).toEqual(chosen);
});

test.each([
  { color: { by: "honesty" } }, { color: { by: "x" } }, { mark: "density" }, { left: null }, { right: null },
  { region: { level: "medium", clusters: [7] } }, { sort: { column: "number", descending: true } }, { shown: [] },
] as Partial<Chosen>[])("%o comes back", (some) => {
  const chosen = { ...DEFAULTS, ...some };
  expect(read(write(chosen, ABOUT), ABOUT)).toEqual(chosen);
});

test("columns stand there by name, so that a link outlives a change of their order", () => {
  const turned = { ...ABOUT, columns: [...ABOUT.columns].reverse() };
  const found = read(write(ALL, ABOUT), turned);
  expect(found.color).toEqual({ by: "column", column: 2 });
  expect(found.filters.map((filter) => filter.column)).toEqual([3, 2, 1]);
  expect(found.sort.column).toBe(3);
});

test("drawn lines and the view are kept to five digits", () => {
  const chosen = { ...DEFAULTS, view: { x: 1 / 3, y: -2 / 3, scale: 1e5 / 3 } };
  expect(read(write(chosen, ABOUT), ABOUT).view).toEqual({ x: 0.33333, y: -0.66667, scale: 33333 });
});

describe("what cannot be read is as if it were not there", () => {
  const of = (name: string, value: unknown) => `${name}=${encodeURIComponent(JSON.stringify(value))}`;

  test.each([
    of("selected", 100), of("selected", -1), of("selected", 1.5), of("selected", "7"), of("level", "tiny"),
    of("color", ["gone"]), of("color", "red"), of("mark", ["gone"]), of("x", ["", "b"]), of("x", ["a"]),
    of("view", [0, 0, 0]), of("view", [0, 0, -1]), of("view", [0, 0]), of("view", [0, null, 1]),
    of("filters", [["gone", 1, 2]]), of("filters", [["year", "a", 2]]), of("filters", [["year", ["a"]]]),
    of("filters", [["note", ["a"]]]), of("filters", "year"), of("region", []), of("region", [0, 0, 1, 1]),
    of("region", [0, 0, 1, 1, 2, 2, 3]), of("region", ["fine"]), of("region", ["fine", 20]),
    of("region", ["tiny", 1]), of("region", { polygon: [] }), of("left", "selection"), of("right", "clusters"),
    of("table", "yes"), of("sort", ["gone", "up"]), of("theme", "pink"), of("time", "gone"), of("query", 7), of("mode", null),
    "selected=%", "selected", "selected=", "selected={", "=1", "&&", "__proto__=1", "toString=1", "gone=1",
  ])("%s", (hash) => {
    expect(read(`#${hash}`, ABOUT)).toEqual(DEFAULTS);
  });

  test("while the rest of the address still counts", () => {
    const found = read(`#gone=1&${of("selected", 1e9)}&${of("query", "rain")}&${of("filters", [["gone", 1, 2], ["year", 1, 2]])}`, ABOUT);
    expect(found).toEqual({ ...DEFAULTS, query: "rain", filters: [{ column: 0, low: 1, high: 2 }] });
  });

  test("clusters that are no more are left out of a selection", () => {
    expect(read(of("region", ["coarse", 0, 3, 2, "1"]), ABOUT).region).toEqual({ level: "coarse", clusters: [0, 2] });
  });

  test("of two filters on one column the last counts", () => {
    const found = read(of("filters", [["year", 1, 2], ["year", 3, 4]]), ABOUT);
    expect(found.filters).toEqual([{ column: 0, low: 3, high: 4 }]);
  });
});

test("a view beyond the map and half a character are not taken over", () => {
  const of = (hash: string) => read(hash, ABOUT);
  expect(of("view=[1e308,1e308,1e308]").view).toBe(null);
  expect(of(`query=${encodeURIComponent('"a\\ud800"')}`).query).toBe("a\ufffd");
});
