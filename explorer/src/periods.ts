/** Stretches of time: what they are called, and what they hold. Pure functions. */

import type { Column, Timeline } from "./contract";
import { monthStart, type Range } from "./histogram";

const MONTHS: Record<Timeline["unit"], number> = { month: 1, quarter: 3, year: 12, decade: 120, century: 1200 };
const DAY = 86_400_000; // ms

/** The values of a column of years or dates that lie in the stretches from one to another; null: it holds neither. */
export function valuesIn(column: Column, { unit, bins }: Timeline, first: number, last: number): Range | null {
  const [begin, end] = [startOf(bins[first]!), startOf(bins[last]!) + MONTHS[unit]]; // months since the year 0
  if (column.kind === "number") return [begin / 12, end / 12 - 1];
  if (column.kind === "date") return [monthStart(begin), monthStart(end) - (column.whole ? DAY : 1)];
  return null;
}

/** Where a range of values lies along the stretches, in [0, B]. */
export function placeIn(column: Column, { unit, bins }: Timeline, [low, high]: Range): Range | null {
  if (!bins.length || (column.kind !== "number" && column.kind !== "date")) return null;
  const place = (month: number) =>
    Math.min(Math.max((month - startOf(bins[0]!)) / MONTHS[unit], 0), bins.length);
  if (column.kind === "number") return [place(low * 12), place((high + 1) * 12)];
  return [place(monthsAt(low)), place(monthsAt(high + (column.whole ? DAY : 1)))];
}

/** Months since the year 0 until a point in time, with fractions. */
function monthsAt(ms: number): number {
  const date = new Date(ms);
  const month = date.getUTCFullYear() * 12 + date.getUTCMonth();
  const begin = monthStart(month);
  return month + (ms - begin) / (monthStart(month + 1) - begin);
}

/** The first month of a stretch by its name: 1965-03, 1965 Q1, 1965, 1960s or 1900s. */
function startOf(name: string): number {
  const year = Number(name.slice(0, 4)) * 12;
  if (name[4] === "-") return year + Number(name.slice(5)) - 1;
  return name[5] === "Q" ? year + 3 * (Number(name[6]) - 1) : year;
}

/** Passages in each of B stretches: of a mask, and of all. */
export function countStretches(bin: Int32Array, B: number, bits: Uint8Array | null): { of: Int32Array; all: Int32Array } {
  const [of, all] = [new Int32Array(B), new Int32Array(B)];
  for (let at = 0; at < bin.length; at++) {
    const stretch = bin[at]!;
    if (stretch < 0) continue;
    all[stretch]!++;
    of[stretch]! += bits ? bits[at]! : 1;
  }
  return { of, all };
}

export type Shares = readonly (number | null)[]; // null: there were no rows

/** The outline of a line in a field 1 wide and 1 high, broken where there is no value. */
export function lineOf(shares: Shares, top: number): string {
  let pen = "M";
  return shares.map((share, at) => {
    if (share === null) return (pen = "M"), "";
    const move = `${pen}${point(at, share, shares.length, top)}`;
    pen = "L";
    return move;
  }).join("");
}

/** The outline of the band between two lines. */
export function bandOf(low: Shares, high: Shares, top: number): string {
  const at = low.map((_, place) => place);
  const runs: number[][] = [];
  for (const place of at) {
    if (low[place] === null || high[place] === null) continue;
    if (runs.at(-1)?.at(-1) === place - 1) runs.at(-1)!.push(place);
    else runs.push([place]);
  }
  const B = low.length;
  return runs
    .map((run) => {
      const above = run.map((place) => point(place, high[place]!, B, top));
      const below = run.map((place) => point(place, low[place]!, B, top)).reverse();
      return `M${[...above, ...below].join("L")}Z`;
    })
    .join("");
}

const point = (at: number, share: number, B: number, top: number): string =>
  `${round(B > 1 ? at / (B - 1) : 0.5)} ${round(1 - Math.min(share / top, 1))}`;

const round = (value: number): number => Math.round(value * 1e4) / 1e4;
