/** A brush over B bins: what a pointer grasps there, and what it has chosen when it has moved. */

import { clamp } from "./geometry";

/** Where along the bins: from 0 to B; bin i lies between i and i + 1. */
export type Span = readonly [number, number];

export type Part = "new" | "low" | "high" | "all"; // a new range, an end of the old one, or all of it

export interface Drag {
  readonly part: Part;
  readonly from: number; // where it began
  readonly span: Span | null; // that was chosen then
}

/** What lies under the pointer; within reach of an end it is that end. */
export function grasp(from: number, span: Span | null, reach: number): Drag {
  return { part: partAt(from, span, reach), from, span };
}

function partAt(at: number, span: Span | null, reach: number): Part {
  if (!span) return "new";
  const [low, high] = span.map((end) => Math.abs(at - end)) as [number, number];
  if (Math.min(low, high) <= reach) return low < high || (low === high && at < span[0]) ? "low" : "high";
  return at > span[0] && at < span[1] ? "all" : "new";
}

/** The first and the last bin that are chosen with the pointer at a place. */
export function dragged({ part, from, span }: Drag, at: number, B: number): [number, number] {
  const bin = (place: number) => clamp(Math.floor(place), 0, B - 1);
  if (part === "new" || !span) return [bin(Math.min(from, at)), bin(Math.max(from, at))];
  const [low, high] = [Math.floor(span[0]), Math.max(Math.ceil(span[1]), Math.floor(span[0]) + 1)];
  if (part === "all") {
    const by = clamp(Math.round(at - from), -low, B - high);
    return [low + by, high + by - 1];
  }
  if (part === "low") return [clamp(Math.round(at), 0, high - 1), high - 1];
  return [low, clamp(Math.round(at) - 1, low, B - 1)];
}
