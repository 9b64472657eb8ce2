/** Which passages are meant: pure functions from choices to masks over N passages. */

import type { Bits, Filter, Level, Values } from "./contract";
import { extent, inPolygon, type Positions } from "./geometry";
import type { Region, Sort } from "./state";

/** Some of N passages. */
export interface Mask {
  readonly bits: Uint8Array | null; // (N,) 1: it is among them; null: all are
  readonly count: number;
}

export const everything = (n: number): Mask => ({ bits: null, count: n });

/** The passages that pass all filters, but for one on `except`: what a filter's own histogram shows. */
export function passing(
  n: number,
  filters: readonly Filter[],
  columns: Readonly<Record<number, Values>>,
  except: number | null = null,
): Mask {
  const applied = filters.filter(({ column }) => column !== except && column in columns);
  if (!applied.length) return everything(n);
  const bits = new Uint8Array(n).fill(1);
  for (const filter of applied) apply(bits, filter, columns[filter.column]!);
  return counted(bits);
}

function apply(bits: Uint8Array, filter: Filter, column: Values): void {
  if ("low" in filter && "values" in column) {
    const { low, high } = filter;
    column.values.forEach((value, at) => {
      if (!(value >= low && value <= high)) bits[at] = 0;
    });
  } else if ("values" in filter && "codes" in column) {
    const wanted = new Uint8Array(column.names.length + 1); // the last is for no value
    for (const value of filter.values) {
      const code = value === null ? column.names.length : column.names.indexOf(value);
      if (code >= 0) wanted[code] = 1;
    }
    column.codes.forEach((code, at) => {
      if (!wanted[code < 0 ? column.names.length : code]) bits[at] = 0;
    });
  }
}

/** The passages in a region. */
export function within(
  region: Region | null,
  positions: Positions,
  labels: Readonly<Record<Level, Int32Array>>,
): Mask {
  const n = positions.x.length;
  if (!region) return everything(n);
  const bits = new Uint8Array(n);
  if ("clusters" in region) {
    const wanted = new Set(region.clusters);
    labels[region.level].forEach((label, at) => {
      if (wanted.has(label)) bits[at] = 1;
    });
    return counted(bits);
  }
  const [left, right] = extent(region.polygon.map(([x]) => x));
  const [low, high] = extent(region.polygon.map(([, y]) => y));
  for (let at = 0; at < n; at++) {
    const [x, y] = [positions.x[at]!, positions.y[at]!];
    if (x < left || x > right || y < low || y > high) continue;
    if (inPolygon(region.polygon, x, y)) bits[at] = 1;
  }
  return counted(bits);
}

export function both(a: Mask, b: Mask): Mask {
  if (!a.bits) return b;
  if (!b.bits) return a;
  const other = b.bits;
  return counted(a.bits.map((bit, at) => bit & other[at]!));
}

export function without(a: Mask, b: Mask, n: number): Mask {
  const other = b.bits;
  if (!other) return { bits: new Uint8Array(n), count: 0 };
  return counted((a.bits ?? new Uint8Array(n).fill(1)).map((bit, at) => bit & (1 - other[at]!)));
}

export const has = (mask: Mask, at: number): boolean => !mask.bits || mask.bits[at] === 1;

function counted(bits: Uint8Array): Mask {
  let count = 0;
  for (let at = 0; at < bits.length; at++) count += bits[at]!;
  return { bits, count };
}

/** The numbers of the passages in a mask, in an order of all N, (count,). */
export function listed(mask: Mask, order: Int32Array): Int32Array {
  const bits = mask.bits;
  return bits ? order.filter((number) => bits[number] === 1) : order;
}

/** All N passages sorted by a column; those without a value come last, ties in their own order. */
export function sorted(n: number, sort: Sort, column: Values | undefined): Int32Array {
  const order = Int32Array.from({ length: n }, (_, at) => at);
  if (sort.column === "number" || !column) return sort.descending ? order.reverse() : order;
  const keys = sortKeys(column);
  const sign = sort.descending ? -1 : 1;
  return order.sort((a, b) => {
    const [first, second] = [keys[a]!, keys[b]!];
    if (first === second) return a - b;
    if (Number.isNaN(first) || Number.isNaN(second)) return Number.isNaN(first) ? (Number.isNaN(second) ? a - b : 1) : -1;
    return sign * (first - second);
  });
}

/** A number for each passage by which a column sorts; NaN where there is no value. */
function sortKeys(column: Values): Float64Array {
  if ("values" in column) return column.values;
  if (column.kind === "text") return Float64Array.from(column.ranks, (rank) => (rank < 0 ? NaN : rank));
  const alphabetical = column.names.map((_, code) => code);
  const collator = new Intl.Collator("en", { numeric: true });
  alphabetical.sort((a, b) => collator.compare(column.names[a]!, column.names[b]!));
  const place = new Float64Array(column.names.length);
  alphabetical.forEach((code, at) => {
    place[code] = at;
  });
  return Float64Array.from(column.codes, (code) => (code < 0 ? NaN : place[code]!));
}

/** A mask as the server takes it. */
export function toBits(mask: Mask, n: number): Bits {
  const bytes = new Uint8Array(Math.ceil(n / 8));
  for (let at = 0; at < n; at++) if (has(mask, at)) bytes[at >> 3]! |= 1 << (at & 7);
  let text = "";
  for (let start = 0; start < bytes.length; start += 32_768) {
    text += String.fromCharCode(...bytes.subarray(start, start + 32_768));
  }
  return btoa(text);
}
