/** All that can change, in one place. Views read signals and are drawn anew when these change. */

import { signal, type Signal } from "@preact/signals";
import type { Filter, Found, Level, Mode, Neighbor, Row, Values } from "./contract";
import type { Spot, View } from "./geometry";

/** From one text to another: a direction of meaning. */
export interface Axis {
  readonly low: string;
  readonly high: string;
}

/** What points are colored by. */
export type Color =
  | { readonly by: "cluster" | "honesty" | "x" | "y" } // x, y: along an axis of the reader's own
  | { readonly by: "column"; readonly column: number };

/** What stands for a passage on the map. */
export type Mark = "dots" | "density" | { readonly column: number };

/** A part of the map: what lies within a line drawn around it, or some clusters. */
export type Region =
  | { readonly polygon: readonly Spot[]; readonly along?: true } // drawn along the reader's axes
  | { readonly level: Level; readonly clusters: readonly number[] };

export interface Sort {
  readonly column: number | "number"; // "number": in the order of the collection
  readonly descending: boolean;
}

export type LeftPanel = "results" | "clusters" | "filters";
export type RightPanel = "passage" | "selection" | "duplicates" | "oddities" | "time";
export type Theme = "system" | "light" | "dark";

/** What the reader has chosen: all of it is in the address. */
export interface Chosen {
  readonly level: Level; // of the clusters that are listed and color the map
  readonly color: Color;
  readonly mark: Mark;
  readonly x: Axis | null; // instead of the map's own
  readonly y: Axis | null;
  readonly view: View | null; // null: all of the map
  readonly query: string;
  readonly mode: Mode;
  readonly filters: readonly Filter[]; // at most one a column
  readonly region: Region | null; // the selection; null: all that passes the filters
  readonly against: Region | null; // what it is compared with; null: the rest
  readonly selected: number | null; // the passage that is read
  readonly pair: number | null; // the one it is compared with, word by word
  readonly left: LeftPanel | null;
  readonly right: RightPanel | null;
  readonly table: boolean; // whether it is open
  readonly shown: readonly number[] | null; // columns in it; null: the first few
  readonly sort: Sort;
  readonly time: number | null; // column of the timeline; null: the first that has dates
  readonly theme: Theme;
}

export const DEFAULTS: Chosen = {
  level: "medium",
  color: { by: "cluster" },
  mark: "dots",
  x: null,
  y: null,
  view: null,
  query: "",
  mode: "hybrid",
  filters: [],
  region: null,
  against: null,
  selected: null,
  pair: null,
  left: "clusters",
  right: null,
  table: false,
  shown: null,
  sort: { column: "number", descending: false },
  time: null,
  theme: "system",
};

/** What comes and goes, and is in no address. */
export interface Passing {
  readonly hovered: number | null; // the passage under the pointer, here or in a list
  readonly onMap: boolean; // whether the pointer is there
  readonly tool: "move" | "lasso" | "lasso against";
  readonly columns: Readonly<Record<number, Values>>; // that are loaded
  readonly rows: ReadonlyMap<number, Row>; // texts that are loaded
  readonly neighbors: readonly Neighbor[] | null; // of the selected passage; null: not yet
  readonly found: Found | null; // for the query as it is now; null: none, or not yet
  readonly searching: boolean;
  readonly along: { readonly x: Float32Array | null; readonly y: Float32Array | null }; // axes
  readonly message: string; // what went wrong, or was done, in a sentence
  readonly dark: boolean; // what the theme comes to
}

export const AT_FIRST: Passing = {
  hovered: null,
  onMap: false,
  tool: "move",
  columns: {},
  rows: new Map(),
  neighbors: null,
  found: null,
  searching: false,
  along: { x: null, y: null },
  message: "",
  dark: false,
};

export type Signals<T> = { readonly [K in keyof T]: Signal<T[K]> };

/** A signal for each value. */
export function signals<T extends object>(values: T): Signals<T> {
  const entries = Object.entries(values).map(([name, value]) => [name, signal(value)]);
  return Object.fromEntries(entries) as Signals<T>;
}
