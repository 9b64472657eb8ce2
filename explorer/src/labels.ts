/** Which names stand on the map, and where: those of smaller clusters appear as one zooms in. */

import { LEVELS, type About, type Level } from "./contract";
import { toPixels, type Room, type Size, type View } from "./geometry";

export interface Label {
  readonly level: Level;
  readonly cluster: number;
  readonly name: string;
  readonly x: number; // pixels, its middle
  readonly y: number;
  readonly width: number;
  readonly size: number; // of its letters, in pixels
}

/** From which zoom on the names of a level may appear; 1 shows all of the map. */
const FROM: Record<Level, number> = { coarse: 0, medium: 1.6, fine: 4 };
const LETTERS: Record<Level, number> = { coarse: 16, medium: 14, fine: 12 };
const LONGEST = 320; // pixels; a longer name is cut
const GAP = 6;

/** Width of a text in pixels, when its letters have a size. */
export type Measure = (text: string, size: number) => number;

/**
 * The names that have room, none on another: coarse ones first, then by the size of their cluster.
 *
 * A name is left out where one of the same cluster's parents stands for the very same passages.
 */
export function place(about: About, view: View, size: Size, room: Room, zoom: number, measure: Measure): Label[] {
  const kept: Label[] = [];
  for (const level of LEVELS) {
    if (zoom < FROM[level]) break;
    about.clusters[level].forEach(({ name, anchor }, cluster) => {
      if (!anchor || isRepeated(about, level, cluster)) return;
      const [x, y] = toPixels(view, size, ...anchor);
      const letters = LETTERS[level];
      const width = Math.min(measure(name, letters), LONGEST);
      const inside =
        x - width / 2 > room.left && x + width / 2 < room.right && y - letters > room.top && y + letters < room.bottom;
      const label = { level, cluster, name, x, y, width, size: letters };
      if (inside && kept.every((other) => isApart(label, other))) kept.push(label);
    });
  }
  return kept;
}

/** Whether a cluster is its parent's only child, and has its name. */
function isRepeated(about: About, level: Level, cluster: number): boolean {
  const { name, parent } = about.clusters[level][cluster]!;
  const above = LEVELS[LEVELS.indexOf(level) - 1];
  return above !== undefined && parent !== null && about.clusters[above][parent]!.name === name;
}

function isApart(a: Label, b: Label): boolean {
  return (
    Math.abs(a.x - b.x) > (a.width + b.width) / 2 + GAP || Math.abs(a.y - b.y) > (a.size + b.size) * 0.7 + GAP / 2
  );
}
