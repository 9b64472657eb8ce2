/**
 * The address: what the reader has chosen, behind the #. Columns stand there by their names, and
 * what cannot be read is left out, so that an old link still opens.
 */

import { LEVELS, type About, type Filter, type Level, type Mode } from "./contract";
import type { Spot, View } from "./geometry";
import { DEFAULTS, type Axis, type Chosen, type Color, type Mark, type Region, type Sort } from "./state";

type Known = Pick<About, "columns" | "passages" | "clusters">;
type Writable = { -readonly [K in keyof Chosen]: Chosen[K] };

/** How one choice is written and read; undefined: it cannot be read. */
interface Form<T> {
  write(value: T, about: Known): unknown;
  read(value: unknown, about: Known): T | undefined;
}

/** A choice that may also be none. */
const optional = <T>(form: Form<T>): Form<T | null> => ({
  write: (value, about) => (value === null ? null : form.write(value, about)),
  read: (value, about) => (value === null ? null : form.read(value, about)),
});

const oneOf = <T>(...values: readonly T[]): Form<T> => ({
  write: (value) => value,
  read: (value) => (values.includes(value as T) ? (value as T) : undefined),
});

const FAR = 100; // map units: whoever looks there sees nothing

const text: Form<string> = {
  write: (value) => value,
  read: (value) => (typeof value === "string" ? value.toWellFormed() : undefined),
};

const passage: Form<number> = {
  write: (value) => value,
  read: (value, { passages }) => (isWhole(value) && value < passages ? value : undefined),
};

const axis: Form<Axis> = {
  write: ({ low, high }) => [low, high],
  read: (value) => {
    if (!isList(value)) return undefined;
    const [low, high] = value;
    return typeof low === "string" && typeof high === "string" && low && high ? { low, high } : undefined;
  },
};

const view: Form<View> = {
  write: ({ x, y, scale }) => [x, y, scale].map(rounded),
  read: (value) => {
    const [x, y, scale] = numbers(value, 3) ?? [];
    const isThere = Math.max(Math.abs(x!), Math.abs(y!)) < FAR && scale! > 1 && scale! < 1e9;
    return isThere ? { x: x!, y: y!, scale: scale! } : undefined;
  },
};

const column: Form<number> = {
  write: (value, about) => about.columns[value]?.name,
  read: (value, about) => {
    const at = about.columns.findIndex(({ name }) => name === value);
    return at < 0 ? undefined : at;
  },
};

const color: Form<Color> = {
  write: (value, about) => (value.by === "column" ? [column.write(value.column, about)] : value.by),
  read: (value, about) => {
    if (value === "cluster" || value === "honesty" || value === "x" || value === "y") return { by: value };
    const at = isList(value) ? column.read(value[0], about) : undefined;
    return at === undefined ? undefined : { by: "column", column: at };
  },
};

const mark: Form<Mark> = {
  write: (value, about) => (typeof value === "object" ? [column.write(value.column, about)] : value),
  read: (value, about) => {
    if (value === "dots" || value === "density") return value;
    const at = isList(value) ? column.read(value[0], about) : undefined;
    return at === undefined ? undefined : { column: at };
  },
};

const filters: Form<readonly Filter[]> = {
  write: (value, about) =>
    value.map((filter) => {
      const name = column.write(filter.column, about);
      return "low" in filter ? [name, filter.low, filter.high] : [name, filter.values];
    }),
  read: (value, about) => {
    if (!isList(value)) return undefined;
    const found = new Map<number, Filter>();
    for (const item of value) {
      if (!isList(item)) continue;
      const at = column.read(item[0], about);
      if (at === undefined) continue;
      const kind = about.columns[at]!.kind;
      const range = numbers(item.slice(1), 2);
      if (range && (kind === "number" || kind === "date")) {
        found.set(at, { column: at, low: range[0]!, high: range[1]! });
      } else if (isList(item[1]) && kind === "category") {
        const values = item[1].filter((each): each is string | null => each === null || typeof each === "string");
        found.set(at, { column: at, values });
      }
    }
    return [...found.values()];
  },
};

const region: Form<Region> = {
  write: (value) => {
    if ("clusters" in value) return [value.level, ...value.clusters];
    const flat = value.polygon.flatMap((spot) => spot.map(rounded));
    return value.along ? ["axes", ...flat] : flat;
  },
  read: (value, about) => {
    if (!isList(value)) return undefined;
    const [level, ...rest] = value;
    if (LEVELS.includes(level as Level)) {
      const count = about.clusters[level as Level].length;
      const clusters = rest.filter((cluster): cluster is number => isWhole(cluster) && cluster < count);
      return clusters.length ? { level: level as Level, clusters } : undefined;
    }
    const along = level === "axes";
    const flat = along ? numbers(rest, rest.length) : numbers(value, value.length);
    if (!flat || flat.length < 6 || flat.length % 2) return undefined;
    const polygon: Spot[] = [];
    for (let at = 0; at < flat.length; at += 2) polygon.push([flat[at]!, flat[at + 1]!]);
    return along ? { polygon, along } : { polygon };
  },
};

const shown: Form<readonly number[]> = {
  write: (value, about) => value.map((each) => column.write(each, about)),
  read: (value, about) => {
    if (!isList(value)) return undefined;
    return value.map((each) => column.read(each, about)).filter((each) => each !== undefined);
  },
};

const sort: Form<Sort> = {
  write: (value, about) => [
    value.column === "number" ? null : column.write(value.column, about),
    value.descending ? "down" : "up",
  ],
  read: (value, about) => {
    if (!isList(value)) return undefined;
    const at = value[0] === null ? "number" : column.read(value[0], about);
    return at === undefined ? undefined : { column: at, descending: value[1] === "down" };
  },
};

const FORMS: { readonly [K in keyof Chosen]: Form<Chosen[K]> } = {
  level: oneOf<Level>(...LEVELS),
  color,
  mark,
  x: optional(axis),
  y: optional(axis),
  view: optional(view),
  query: text,
  mode: oneOf<Mode>("hybrid", "vector", "keyword"),
  filters,
  region: optional(region),
  against: optional(region),
  selected: optional(passage),
  pair: optional(passage),
  left: oneOf<Chosen["left"]>("results", "clusters", "filters", null),
  right: oneOf<Chosen["right"]>("passage", "selection", "duplicates", "oddities", "time", null),
  table: oneOf(true, false),
  shown: optional(shown),
  sort,
  time: optional(column),
  theme: oneOf<Chosen["theme"]>("system", "light", "dark"),
};

const NAMES = Object.keys(FORMS) as (keyof Chosen)[];

/** The part of the address behind the #: what differs from the defaults. */
export function write(chosen: Chosen, about: Known): string {
  const pairs = NAMES.map((name) => [name, written(name, chosen, about)] as const);
  const parts = pairs.filter(([name, value]) => value !== written(name, DEFAULTS, about));
  return parts.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("&");
}

/** What an address says, defaults where it says nothing, or nothing that can be read. */
export function read(hash: string, about: Known): Chosen {
  const chosen: Writable = { ...DEFAULTS };
  for (const part of hash.replace(/^#/, "").split("&")) {
    const [name, value] = part.split("=", 2) as [keyof Chosen, string | undefined];
    if (NAMES.includes(name) && value !== undefined) assign(chosen, name, value, about);
  }
  return chosen;
}

function written<K extends keyof Chosen>(name: K, chosen: Chosen, about: Known): string {
  return JSON.stringify(FORMS[name].write(chosen[name], about) ?? null);
}

function assign<K extends keyof Chosen>(chosen: Writable, name: K, value: string, about: Known): void {
  try {
    const found = FORMS[name].read(JSON.parse(decodeURIComponent(value)), about);
    if (found !== undefined) chosen[name] = found as Writable[K];
  } catch {
    // neither JSON nor an address: as if it were not there
  }
}

function isList(value: unknown): value is unknown[] {
  return Array.isArray(value);
}

function isWhole(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0;
}

function numbers(value: unknown, count: number): number[] | null {
  if (!isList(value) || value.length !== count) return null;
  return value.every((each) => typeof each === "number" && Number.isFinite(each)) ? (value as number[]) : null;
}

/** A number as it stands in the address. */
export const rounded = (value: number): number => Number(value.toPrecision(5));
