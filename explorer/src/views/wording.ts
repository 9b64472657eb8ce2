/** Shares and regions in words, as the command line says them. */

import type { About } from "../contract";
import type { Region } from "../state";

/** A share in [0, 1]; small ones with a decimal. */
export function percent(share: number): string {
  if (share > 0 && share < 0.001) return "<0.1%";
  return share > 0 && share < 0.01 ? `${(100 * share).toFixed(1)}%` : `${Math.round(100 * share)}%`;
}

/** An accuracy, not rounded up to all. */
export function accuracy(share: number): string {
  return share < 0.99 ? percent(share) : `${Math.floor(1000 * share) / 10}%`;
}

/** What a region holds. */
export function told(about: About, region: Region): string {
  if ("polygon" in region) return "what is within a second line";
  return region.clusters.map((cluster) => about.clusters[region.level][cluster]!.name).join(" · ");
}
