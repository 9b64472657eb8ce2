/** Finds the point under the pointer, quickly among a million. */

import KDBush from "kdbush";
import type { Positions } from "../geometry";
import { has, type Mask } from "../selection";

export interface Locator {
  /** The point nearest to a place of the map, of some, no further than a reach; null if none. */
  nearest(x: number, y: number, reach: number, among: Mask): number | null;
}

/** An index over positions, made when it is first asked. */
export function createLocator(positions: Positions): Locator {
  let index: KDBush | null = null;
  return {
    nearest(x, y, reach, among) {
      index ??= build(positions);
      let best: number | null = null;
      let least = Infinity;
      for (const at of index.within(x, y, reach)) {
        const distance = (positions.x[at]! - x) ** 2 + (positions.y[at]! - y) ** 2;
        if (distance < least && has(among, at)) [best, least] = [at, distance];
      }
      return best;
    },
  };
}

function build({ x, y }: Positions): KDBush {
  const index = new KDBush(x.length, 64, Float32Array);
  for (let at = 0; at < x.length; at++) index.add(x[at]!, y[at]!);
  return index.finish();
}
