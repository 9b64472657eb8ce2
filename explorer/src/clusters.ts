/** What the list of clusters shows: pure functions. */

import { LEVELS, type About, type Level } from "./contract";
import { fold } from "./keywords";
import type { Mask } from "./selection";
import type { Region } from "./state";

/** How many passages of each cluster are in a mask, (C,). */
export function sizes(about: About, labels: Int32Array, level: Level, mask: Mask): Int32Array {
  const clusters = about.clusters[level];
  if (!mask.bits) return Int32Array.from(clusters, ({ size }) => size);
  const counts = new Int32Array(clusters.length);
  const bits = mask.bits;
  for (let at = 0; at < labels.length; at++) counts[labels[at]!]! += bits[at]!;
  return counts;
}

export interface Group {
  readonly path: readonly string[]; // names of the clusters it is part of, the coarsest first
  readonly clusters: readonly number[]; // the largest first
}

/** The clusters of a level under those they are part of, groups and clusters by their counts. */
export function grouped(about: About, level: Level, counts: Int32Array, words: string): Group[] {
  const wanted = fold(words).split(/\s+/).filter(Boolean);
  const groups = new Map<number | null, number[]>();
  about.clusters[level].forEach(({ name, parent }, cluster) => {
    const plain = fold(name);
    if (!wanted.every((word) => plain.includes(word))) return;
    groups.set(parent, [...(groups.get(parent) ?? []), cluster]);
  });
  const total = (clusters: readonly number[]) => clusters.reduce((sum, cluster) => sum + counts[cluster]!, 0);
  return [...groups]
    .map(([parent, clusters]) => ({ parent, clusters: clusters.sort((a, b) => counts[b]! - counts[a]! || a - b) }))
    .sort((a, b) => total(b.clusters) - total(a.clusters))
    .map(({ parent, clusters }) => ({ path: pathTo(about, level, parent), clusters }));
}

/** Names of a parent and of all above it, the coarsest first; one that repeats its own parent's once. */
function pathTo(about: About, level: Level, parent: number | null): string[] {
  const names: string[] = [];
  let above = LEVELS.indexOf(level) - 1;
  for (let at = parent; at !== null && above >= 0; above--) {
    const cluster: About["clusters"][Level][number] = about.clusters[LEVELS[above]!][at]!;
    if (names[0] !== cluster.name) names.unshift(cluster.name);
    at = cluster.parent;
  }
  return names;
}

/** The region with a cluster picked, or no longer picked; null: none is left. */
export function toggled(region: Region | null, level: Level, cluster: number): Region | null {
  const before = region && "clusters" in region && region.level === level ? region.clusters : [];
  const after = before.includes(cluster) ? before.filter((other) => other !== cluster) : [...before, cluster];
  return after.length ? { level, clusters: after } : null;
}
