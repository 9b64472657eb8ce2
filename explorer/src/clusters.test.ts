import { expect, test } from "vitest";
import { grouped, sizes, toggled } from "./clusters";
import type { About, Cluster } from "./contract";

const cluster = (name: string, size: number, parent: number | null = null): Cluster => ({
  name, size, parent, anchor: null, color: 0, typical: [], stability: null,
});
const ABOUT = {
  clusters: {
    coarse: [cluster("War", 5), cluster("peace", 4)],
    medium: [cluster("peace", 4, 1), cluster("navy", 3, 0), cluster("army", 2, 0)],
    fine: [cluster("treaties", 4, 0), cluster("ships", 3, 1), cluster("Élan", 2, 2)],
  },
} as unknown as About;
const LABELS = Int32Array.of(0, 0, 0, 0, 1, 1, 1, 2, 2);

test("sizes are those of what passes", () => {
  expect([...sizes(ABOUT, LABELS, "medium", { bits: null, count: 9 })]).toEqual([4, 3, 2]);
  expect([...sizes(ABOUT, LABELS, "medium", { bits: Uint8Array.of(0, 0, 0, 1, 1, 0, 1, 0, 0), count: 3 })]).toEqual([1, 2, 0]);
});

test("clusters stand under those they are part of, the largest first, each name once", () => {
  const counts = Int32Array.of(4, 3, 2);
  expect(grouped(ABOUT, "coarse", Int32Array.of(5, 4), "")).toEqual([{ path: [], clusters: [0, 1] }]);
  expect(grouped(ABOUT, "medium", counts, "")).toEqual([
    { path: ["War"], clusters: [1, 2] },
    { path: ["peace"], clusters: [0] },
  ]);
  expect(grouped(ABOUT, "fine", counts, "")).toEqual([
    { path: ["peace"], clusters: [0] },
    { path: ["War", "navy"], clusters: [1] },
    { path: ["War", "army"], clusters: [2] },
  ]);
});

test("a filter that leaves less of a cluster moves it down", () => {
  const groups = grouped(ABOUT, "medium", Int32Array.of(4, 0, 1), "");
  expect(groups.map(({ clusters }) => clusters)).toEqual([[0], [2, 1]]);
});

test("clusters are found by any part of their names, whatever case and accents", () => {
  const found = (words: string) => grouped(ABOUT, "fine", Int32Array.of(4, 3, 2), words).flatMap(({ clusters }) => clusters);
  expect(found(" ELA ")).toEqual([2]);
  expect(found("s i")).toEqual([0, 1]); // treaties, ships
  expect(found("none")).toEqual([]);
});

test("a cluster is picked and let go; another level or a line begins anew", () => {
  expect(toggled(null, "fine", 2)).toEqual({ level: "fine", clusters: [2] });
  expect(toggled({ level: "fine", clusters: [2] }, "fine", 0)).toEqual({ level: "fine", clusters: [2, 0] });
  expect(toggled({ level: "fine", clusters: [2, 0] }, "fine", 2)).toEqual({ level: "fine", clusters: [0] });
  expect(toggled({ level: "fine", clusters: [2] }, "fine", 2)).toBeNull();
  expect(toggled({ level: "fine", clusters: [2] }, "coarse", 2)).toEqual({ level: "coarse", clusters: [2] });
  expect(toggled({ polygon: [[0, 0], [1, 0], [1, 1]] }, "fine", 1)).toEqual({ level: "fine", clusters: [1] });
});
