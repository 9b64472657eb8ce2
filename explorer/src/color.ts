/** What each point is painted in, and what the colors mean. */

import type { About, Points, Values } from "./contract";
import { toPixel } from "./paint";
import type { Chosen } from "./state";

/** Colors of a page, light on dark or dark on light. */
export interface Ground {
  readonly background: string;
  readonly ink: string;
  readonly dim: string; // points that do not pass
  readonly rest: string; // points that mean nothing in particular
}

export const LIGHT: Ground = { background: "#ffffff", ink: "#1c1f24", dim: "#e3e6eb", rest: "#c3c8cf" };
export const DARK: Ground = { background: "#14171c", ink: "#eceef1", dim: "#2a2f38", rest: "#454c57" };

export interface Coloring {
  readonly name: string; // what is shown
  readonly pixels: Uint32Array; // (N,) color of each point
  readonly key: readonly { readonly label: string; readonly color: string; readonly count: number }[];
  readonly ends: readonly [string, string] | null; // of an amount: the lowest and the highest
  readonly shades: readonly string[]; // of an amount, from one to the other
}

const OUTSIDE = 0.01; // at either end get the color of the end: one odd value spoils no scale
const SAMPLE = 20_000; // values from which the ends are told

/** Color by cluster: one color may stand for several, never for two that touch. */
export function byCluster(about: About, points: Points, level: Chosen["level"]): Coloring {
  const colors = about.clusters[level].map(({ color }) => toPixel(about.palette[color]!));
  const labels = points.labels[level];
  const pixels = Uint32Array.from(labels, (label) => colors[label]!);
  return { name: "cluster", pixels, key: [], ends: null, shades: [] };
}

/** Color by a column: shades for numbers and dates, the commonest values for categories. */
export function byColumn(about: About, index: number, values: Values, dark: boolean): Coloring {
  const column = about.columns[index]!;
  if ("values" in values) {
    const write = values.kind === "date" ? writeDate : writeNumber;
    return byAmount(about, column.name, values.values, dark, write);
  }
  if (values.kind === "category") return byCategory(about, column.name, values, dark);
  const ranks = Float64Array.from(values.ranks, (rank) => (rank < 0 ? NaN : rank));
  return byAmount(about, column.name, ranks, dark, () => "");
}

export function byAmount(
  about: About,
  name: string,
  values: ArrayLike<number>,
  dark: boolean,
  write: (value: number) => string,
  span: readonly [number, number] | null = null,
): Coloring {
  const ground = dark ? DARK : LIGHT;
  const shades = dark ? about.shades.dark : about.shades.light;
  const paints = shades.map(toPixel);
  const rest = toPixel(ground.rest);
  const [low, high] = span ?? ends(values);
  const scale = high > low ? shades.length / (high - low) : 0;
  const pixels = new Uint32Array(values.length);
  let missing = 0;
  for (let at = 0; at < values.length; at++) {
    const value = values[at]!;
    if (Number.isNaN(value)) {
      pixels[at] = rest;
      missing++;
    } else {
      const shade = scale ? Math.floor((value - low) * scale) : shades.length >> 1;
      pixels[at] = paints[Math.min(Math.max(shade, 0), shades.length - 1)]!;
    }
  }
  const key = missing ? [{ label: "none", color: ground.rest, count: missing }] : [];
  const written: [string, string] = Number.isFinite(low) ? [write(low), write(high)] : ["", ""];
  return { name, pixels, key, ends: written, shades };
}

function byCategory(
  about: About,
  name: string,
  { codes, names }: Extract<Values, { kind: "category" }>,
  dark: boolean,
): Coloring {
  const ground = dark ? DARK : LIGHT;
  const counts = new Int32Array(names.length + 1);
  for (const code of codes) counts[code < 0 ? names.length : code]!++;
  const commonest = names
    .map((_, code) => code)
    .filter((code) => counts[code])
    .sort((a, b) => counts[b]! - counts[a]! || a - b)
    .slice(0, about.palette.length);
  const paints = new Uint32Array(names.length + 1).fill(toPixel(ground.rest));
  const key = commonest.map((code, at) => {
    paints[code] = toPixel(about.palette[at]!);
    return { label: names[code]!, color: about.palette[at]!, count: counts[code]! };
  });
  const shown = key.reduce((sum, { count }) => sum + count, 0);
  const others = counts.slice(0, -1).filter((count) => count > 0).length - key.length;
  if (shown < codes.length) {
    const label = others ? `${others.toLocaleString("en")} others` : "none";
    key.push({ label, color: ground.rest, count: codes.length - shown });
  }
  const pixels = Uint32Array.from(codes, (code) => paints[code < 0 ? names.length : code]!);
  return { name, pixels, key, ends: null, shades: [] };
}

/** Where a scale begins and ends. */
function ends(values: ArrayLike<number>): [number, number] {
  const step = Math.max(1, Math.floor(values.length / SAMPLE));
  const sample: number[] = [];
  for (let at = 0; at < values.length; at += step) {
    if (Number.isFinite(values[at]!)) sample.push(values[at]!);
  }
  sample.sort((a, b) => a - b);
  if (!sample.length) return [NaN, NaN];
  const cut = Math.floor(OUTSIDE * (sample.length - 1));
  return [sample[cut]!, sample[sample.length - 1 - cut]!];
}

export const writeNumber = (value: number): string => String(Number(value.toPrecision(6)));
export const writeDate = (value: number): string => new Date(value).toISOString().slice(0, 10);
export const writePercent = (share: number): string => `${Math.round(share * 100)}%`;
