/** Which rows of a long table are seen. Pure functions; heights in CSS pixels. */

import { clamp } from "./geometry";

const TALLEST = 15_000_000; // that every browser lays out: Firefox ends near 17.9 million

/** A table of equally high rows, scrolled to some place. */
export interface Scroll {
  readonly count: number; // rows
  readonly row: number; // height of each
  readonly window: number; // height of what is seen of them
  readonly top: number; // how far the element is scrolled
}

/** The rows to draw, and where. */
export interface Slice {
  readonly first: number; // of the rows that are seen
  readonly end: number; // after the last
  readonly top: number; // place of the first within the element
}

/** How high the element must be that stands for all rows. */
export const heightOf = (count: number, row: number): number => Math.min(count * row, TALLEST);

/** What is seen. Beyond the tallest element, a pixel that is scrolled stands for more than one. */
export function seen(scroll: Scroll): Slice {
  const { count, row, window, top } = scroll;
  const place = clamp(top, 0, heightOf(count, row) - window) * ratio(scroll);
  const first = clamp(Math.floor(place / row), 0, count - 1);
  const end = Math.min(Math.ceil((place + window) / row), count);
  return { first, end: Math.max(end, first), top: top - (place - first * row) };
}

/** How far to scroll so that a row is seen: no more than it takes, or to the middle. */
export function scrollTo(scroll: Scroll, index: number, where: "nearest" | "middle"): number {
  const { count, row, window, top } = scroll;
  const by = ratio(scroll);
  const place = top * by;
  const start = index * row;
  if (start >= place && start + row <= place + window) return top;
  const above = where === "middle" ? (window - row) / 2 : start < place ? 0 : window - row;
  return clamp((start - above) / by, 0, heightOf(count, row) - window);
}

/** Pixels of all rows to a pixel of the element. */
function ratio({ count, row, window }: Scroll): number {
  const room = heightOf(count, row) - window;
  return room > 0 ? (count * row - window) / room : 1;
}
