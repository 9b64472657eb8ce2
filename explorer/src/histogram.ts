/** Histograms: round bins of a column, and how many passages fall into each. Pure functions. */

import type { Column } from "./contract";
import type { Mask } from "./selection";

/** B bins of a column. Each holds its lower edge but not the upper; the last holds both. */
export interface Bins {
  readonly edges: Float64Array; // (B + 1,) ascending
  readonly of: Uint8Array; // (N,) bin of each passage; B: it has no value
  readonly totals: Int32Array; // (B + 1,) passages in each; the last: those without a value
  readonly lowest: Float64Array; // (B,) least value in each; Infinity: it is empty
  readonly highest: Float64Array; // (B,) greatest value in each; -Infinity: it is empty
  readonly unit: number; // from a value to the next there can be; 0: no telling
  readonly cut: readonly [boolean, boolean]; // whether the first, the last are wider and hold what lies far out
}

export type Range = readonly [number, number]; // both included

type Kind = Pick<Column, "kind" | "whole">;

const SAMPLE = 20_000; // values from which is told what lies far out
const FAR = 0.01; // of the values at either end may
const STRETCHED = 3; // if they make the range so many times as wide
const MOST = 48; // bins, or one or two more to begin and end at round edges
const LAST_DATE = 8.64e15; // ms since 1970 that a Date can hold
const [SECOND, MINUTE, HOUR, DAY] = [1e3, 6e4, 3.6e6, 8.64e7]; // ms
const MONDAY = 4 * DAY; // the first since 1970, where weeks begin
const TIMES = [1, 5, 15, 30].flatMap((many) => [many * SECOND, many * MINUTE]).sort((a, b) => a - b);
const DAYS = [DAY, 2 * DAY, 7 * DAY];
const MONTHS = [1, 3, 6];

/** Sort the values of a number or date column into bins; null where there is no value. */
export function binned(values: Float64Array, column: Kind): Bins | null {
  const most = column.kind === "date" ? LAST_DATE : Number.MAX_VALUE;
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (!(Math.abs(value) <= most)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (low > high) return null;
  const { edges, cut } = column.kind === "date" ? dateEdges(low, high, column.whole) : numberEdges(values, low, high, column.whole);
  const B = edges.length - 1;
  const of = new Uint8Array(values.length);
  const totals = new Int32Array(B + 1);
  const lowest = new Float64Array(B).fill(Infinity);
  const highest = new Float64Array(B).fill(-Infinity);
  const inner = edges[Math.min(1, B - 1)]!; // where bins of equal width begin, but for months
  const scale = B > 2 ? (B - 2) / (edges[B - 1]! - inner) : 0;
  for (let at = 0; at < values.length; at++) {
    const value = values[at]!;
    let bin = B;
    if (value >= low && value <= high) {
      bin = Math.min(Math.max(1 + Math.floor((value - inner) * scale), 0), B - 1);
      while (bin > 0 && value < edges[bin]!) bin--; // months differ in length, fractions are rounded
      while (bin < B - 1 && value >= edges[bin + 1]!) bin++;
      if (value < lowest[bin]!) lowest[bin] = value;
      if (value > highest[bin]!) highest[bin] = value;
    }
    of[at] = bin;
    totals[bin]!++;
  }
  return { edges, of, totals, lowest, highest, unit: unitOf(column), cut };
}

/** How many passages of a mask fall into each bin, (B + 1,); the last: those without a value. */
export function countBins({ of, totals }: Bins, { bits }: Mask): Int32Array {
  if (!bits) return totals;
  const counts = new Int32Array(totals.length);
  for (let at = 0; at < of.length; at++) counts[of[at]!]! += bits[at]!;
  return counts;
}

/** How many passages of a mask have each of C values, (C + 1,); the last: none of them. */
export function countCodes(codes: Int32Array, C: number, { bits }: Mask): Int32Array {
  const counts = new Int32Array(C + 1);
  for (let at = 0; at < codes.length; at++) {
    const code = codes[at]!;
    counts[code < 0 ? C : code]! += bits ? bits[at]! : 1;
  }
  return counts;
}

/** The first so many of some codes, those of the greatest counts first, and then of the greatest totals. */
export function commonest(codes: Iterable<number>, counts: Int32Array, totals: Int32Array, most: number): number[] {
  const before = (a: number, b: number) => counts[a]! - counts[b]! || totals[a]! - totals[b]!;
  const found: number[] = [];
  for (const code of codes) {
    if (!totals[code] || (found.length === most && before(code, found[most - 1]!) <= 0)) continue;
    let place = found.length;
    while (place > 0 && before(code, found[place - 1]!) > 0) place--;
    found.splice(place, 0, code);
    if (found.length > most) found.pop();
  }
  return found;
}

/** Least and greatest value. */
export function spanOf({ lowest, highest }: Bins): Range {
  return [lowest.find((value) => value < Infinity)!, highest.findLast((value) => value > -Infinity)!];
}

/** The values that the bins from the first to the last hold, and no others: from edge to edge where that is so. */
export function rangeOf({ edges, lowest, highest, unit }: Bins, first: number, last: number): Range {
  const [low, end] = [edges[first]!, edges[last + 1]!];
  if (unit) return [low, end - unit];
  if (lowest[last + 1] !== end) return [low, end]; // no value of the next bin lies on its edge
  return [low, highest.subarray(first, last + 1).reduce((a, b) => Math.max(a, b), low)];
}

/** Where a range lies along the bins, in [0, B]; a whole bin is 1 wide. */
export function placeOf(bins: Bins, [low, high]: Range): Range {
  return [placeAlong(bins.edges, low), placeAlong(bins.edges, high + bins.unit)];
}

function placeAlong(edges: Float64Array, value: number): number {
  const B = edges.length - 1;
  if (!(value > edges[0]!)) return 0;
  if (value >= edges[B]!) return B;
  const bin = edges.findLastIndex((edge) => edge <= value);
  return bin + (value - edges[bin]!) / (edges[bin + 1]! - edges[bin]!);
}

/** What the first and the last bin are called below them. */
export function endsOf(bins: Bins, column: Kind): [string, string] {
  const { edges, cut } = bins;
  const B = edges.length - 1;
  const [first, last] = [0, B - 1].map((bin) => tellBin(bins, bin, column).split(" – "));
  return [
    cut[0] ? `< ${writeValue(edges[1]!, column)}` : first![0]!,
    cut[1] ? `≥ ${writeValue(edges[B - 1]!, column)}` : last!.at(-1)!,
  ];
}

/** What a bin holds, in words. */
export function tellBin(bins: Bins, bin: number, column: Kind): string {
  const { edges, unit } = bins;
  const [low, end] = [edges[bin]!, edges[bin + 1]!];
  if (column.kind === "date" && end - low < DAY) return writeTime(low);
  const [from, to] = [writeValue(low, column), writeValue(unit ? end - unit : end, column)];
  return from === to ? from : `${from} – ${to}`;
}

/** A value as it stands in a field for numbers or dates. */
export function writeValue(value: number, column: Kind): string {
  if (column.kind === "number") return String(column.whole ? value : Number(value.toPrecision(6)));
  return writeTime(value).slice(0, -6);
}

/** The value in a field; of a day without a time its beginning or its end. null: none. */
export function readValue(text: string, column: Kind, end: "low" | "high"): number | null {
  if (!text.trim()) return null;
  const value = column.kind === "date" ? Date.parse(`${text}T00:00:00Z`) : Number(text);
  if (!Number.isFinite(value)) return null;
  return column.kind === "date" && !column.whole && end === "high" ? value + DAY - 1 : value;
}

const writeTime = (ms: number): string =>
  Math.abs(ms) <= LAST_DATE ? new Date(ms).toISOString().slice(0, -8).replace("T", " ") : "";

const unitOf = ({ kind, whole }: Kind): number => (kind === "date" ? (whole ? DAY : 1) : whole ? 1 : 0);

interface Edges {
  readonly edges: Float64Array;
  readonly cut: readonly [boolean, boolean];
}

/** Edges of numbers: a few that lie far out share a wide bin, so that the others can be told apart. */
function numberEdges(values: Float64Array, low: number, high: number, whole: boolean): Edges {
  const step = Math.max(1, Math.floor(values.length / SAMPLE));
  const sample = values.filter((value, at) => at % step === 0 && value >= low && value <= high).sort();
  const out = Math.floor(FAR * (sample.length - 1));
  const [from, to] = [sample[out] ?? low, sample[sample.length - 1 - out] ?? high];
  if (!(to > from && high - low > STRETCHED * (to - from))) return { edges: edgesOf(low, high, whole), cut: [false, false] };
  const inner = edgesOf(from, to, whole);
  const cut = [low < inner[0]!, whole ? high >= inner.at(-1)! : high > inner.at(-1)!] as const;
  const edges = [...(cut[0] ? [low] : []), ...inner, ...(cut[1] ? [whole ? high + 1 : high] : [])];
  return { edges: Float64Array.from(edges), cut };
}

function edgesOf(low: number, high: number, whole: boolean): Float64Array {
  const span = whole ? high - low + 1 : high - low || Math.abs(high) || 1;
  const step = roundStep(Math.max(span / MOST, whole ? 1 : 0));
  const first = Math.floor(low / step);
  const end = whole ? Math.floor(high / step) + 1 : Math.max(Math.ceil(high / step), first + 1);
  const inverse = Math.round(1 / step); // 0.3 is 3 / 10, and not 3 * 0.1
  return Float64Array.from({ length: end - first + 1 }, (_, at) =>
    step < 1 ? (first + at) / inverse : (first + at) * step,
  );
}

/** The least of 1, 2 and 5 times a power of ten that is no less. */
function roundStep(least: number): number {
  const power = Math.floor(Math.log10(least));
  const times = [1, 2, 5].find((many) => Number(`${many}e${power}`) >= least * (1 - 1e-9));
  return Number(times ? `${times}e${power}` : `1e${power + 1}`);
}

function dateEdges(low: number, high: number, whole: boolean): Edges {
  const cut = [false, false] as const;
  const hours = [1, 3, 6, 12].map((many) => many * HOUR);
  const step = [...(whole ? [] : [...TIMES, ...hours]), ...DAYS].find((each) => (high - low) / each < MOST);
  if (step) {
    const begin = step === 7 * DAY ? MONDAY : 0;
    const first = Math.floor((low - begin) / step);
    const count = Math.floor((high - begin) / step) - first + 1;
    return { edges: Float64Array.from({ length: count + 1 }, (_, at) => begin + (first + at) * step), cut };
  }
  const [from, to] = [monthOf(low), monthOf(high)];
  const months = MONTHS.find((each) => (to - from) / each < MOST) ?? 12 * roundStep(Math.max((to - from) / 12 / MOST, 1));
  const first = Math.floor(from / months);
  const count = Math.floor(to / months) - first + 1;
  return { edges: Float64Array.from({ length: count + 1 }, (_, at) => monthStart((first + at) * months)), cut };
}

const monthOf = (ms: number): number => new Date(ms).getUTCFullYear() * 12 + new Date(ms).getUTCMonth();

/** When a month begins, in ms since 1970; months are counted from the year 0. */
export function monthStart(month: number): number {
  const year = Math.floor(month / 12);
  return new Date(0).setUTCFullYear(year, month - 12 * year, 1);
}
