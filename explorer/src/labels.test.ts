import { describe, expect, test } from "vitest";
import { LEVELS, type About, type Cluster, type Level } from "./contract";
import { place, type Label } from "./labels";
import { random } from "./random";

const SIZE = { width: 1000, height: 700 };
const ROOM = { left: 320, top: 16, right: 980, bottom: 680 };
const VIEW = { x: 0, y: 0, scale: 330 };
const measure = (text: string, size: number) => text.length * size * 0.55;

const cluster = (name: string, anchor: Cluster["anchor"], parent: number | null = null): Cluster => ({
  name, anchor, parent, size: 1, color: 0, typical: [], stability: null,
});
const about = (clusters: Partial<Record<Level, Cluster[]>>) =>
  ({ clusters: { coarse: [], medium: [], fine: [], ...clusters } }) as unknown as About;

/** Clusters all over the map, names of all lengths. */
function crowd(seed: number): About {
  const draw = random(seed);
  const some = (level: Level, count: number, parents: number) =>
    Array.from({ length: count }, (_, at) =>
      cluster(`${level} ${at} ${"word ".repeat(8 * draw())}`.trim(), [2 * draw() - 1, 2 * draw() - 1], parents && at % parents));
  return about({ coarse: some("coarse", 8, 0), medium: some("medium", 40, 8), fine: some("fine", 200, 40) });
}

const box = ({ x, y, width, size }: Label) => ({
  left: x - width / 2, right: x + width / 2, top: y - size * 0.7, bottom: y + size * 0.7,
});

describe.each([1, 2, 3])("among many names (%i)", (seed) => {
  const clusters = crowd(seed);

  test.each([1, 2, 6])("none lies on another or beyond the room, at zoom %i", (zoom) => {
    const labels = place(clusters, { ...VIEW, scale: VIEW.scale * zoom }, SIZE, ROOM, zoom, measure);
    expect(labels.length).toBeGreaterThan(0);
    labels.forEach((label, at) => {
      const a = box(label);
      expect(a.left >= ROOM.left && a.right <= ROOM.right && a.top >= ROOM.top && a.bottom <= ROOM.bottom).toBe(true);
      for (const other of labels.slice(0, at)) {
        const b = box(other);
        expect(a.right < b.left || b.right < a.left || a.bottom < b.top || b.bottom < a.top).toBe(true);
      }
    });
  });

  test("a name gives way only to one of a coarser level or a larger cluster", () => {
    const labels = place(clusters, VIEW, SIZE, ROOM, 6, measure);
    const rank = ({ level, cluster }: Label) => LEVELS.indexOf(level) * 1000 + cluster;
    const ranks = labels.map(rank);
    expect(ranks).toEqual([...ranks].sort((a, b) => a - b));
    const first = place({ clusters: { ...clusters.clusters, medium: [], fine: [] } } as unknown as About, VIEW, SIZE, ROOM, 6, measure);
    expect(labels.slice(0, first.length)).toEqual(first);
  });
});

test("smaller clusters have their names as one zooms in", () => {
  const clusters = about({
    coarse: [cluster("war", [-0.1, 0.5])],
    medium: [cluster("navy", [0, 0], 0)],
    fine: [cluster("ships", [0.1, -0.5], 0)],
  });
  const names = (zoom: number) => place(clusters, VIEW, SIZE, { ...ROOM, left: 0 }, zoom, measure).map(({ name }) => name);
  expect(names(1)).toEqual(["war"]);
  expect(names(2)).toEqual(["war", "navy"]);
  expect(names(5)).toEqual(["war", "navy", "ships"]);
});

test("the name of a cluster that is all of its parent stands once", () => {
  const clusters = about({
    coarse: [cluster("war", [0, 0.5]), cluster("peace", [0, -0.5])],
    medium: [cluster("war", [0, 0.2], 0), cluster("war", [0, -0.2], 1)],
  });
  const labels = place(clusters, VIEW, SIZE, { ...ROOM, left: 0 }, 2, measure);
  expect(labels.map(({ level, cluster }) => [level, cluster])).toEqual([["coarse", 0], ["coarse", 1], ["medium", 1]]);
});

test("a cluster without a place on the map has no name there, and a long name is cut", () => {
  const clusters = about({ coarse: [cluster("nowhere", null), cluster("long ".repeat(40), [0, 0])] });
  const labels = place(clusters, VIEW, SIZE, { ...ROOM, left: 0 }, 1, measure);
  expect(labels.map(({ cluster }) => cluster)).toEqual([1]);
  expect(labels[0]!.width).toBeLessThan(400); // of 1540
});

test("there is nothing to place without clusters or room", () => {
  expect(place(about({}), VIEW, SIZE, ROOM, 9, measure)).toEqual([]);
  expect(place(crowd(1), VIEW, SIZE, { left: 0, top: 0, right: 0, bottom: 0 }, 9, measure)).toEqual([]);
});
