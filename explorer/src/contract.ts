/**
 * What the page asks of whatever holds the collection: a server, or the page's own file.
 *
 * A passage is named by its number, from 0 to N - 1. Large answers are Arrow and stay typed arrays.
 * Names of fields are those of the JSON that the server sends.
 */

export type Level = "coarse" | "medium" | "fine";
export const LEVELS: readonly Level[] = ["coarse", "medium", "fine"];

/** number: any number · date: a date or time, in ms since 1970 · category: few or short texts,
 *  or yes and no · text: all else, which is only shown and sorted by */
export type Kind = "number" | "date" | "category" | "text";
export type Mode = "hybrid" | "vector" | "keyword";

export interface Column {
  readonly name: string;
  readonly kind: Kind;
  readonly whole: boolean; // numbers without fractions, or dates without time of day
  readonly short: boolean; // a category whose every value fits on the map as a point: an emoji, a code
  readonly dated: boolean; // whether a timeline can be made of it
}

export interface Cluster {
  readonly name: string;
  readonly size: number; // passages
  readonly anchor: readonly [number, number] | null; // where its name belongs on the map
  readonly color: number; // position in the palette, so that clusters that touch differ
  readonly typical: readonly number[]; // passages nearest to its middle
  readonly parent: number | null; // its cluster on the next coarser level
  readonly stability: number | null; // found again in so many of ten clusterings, if computed
}

export interface About {
  readonly name: string; // of the collection
  readonly command: string; // that opens it again in a server: semascope open speeches.lance
  readonly passages: number; // N
  readonly rows: number; // of the user's data; fewer than passages where texts were split
  readonly text: string; // name of the column that is embedded
  readonly model: string;
  readonly finding: string; // one sentence on what the passages are about
  readonly kept: number; // mean honesty of the map, in [0, 1]
  readonly columns: readonly Column[]; // all but the text
  readonly clusters: Readonly<Record<Level, readonly Cluster[]>>;
  readonly palette: readonly string[]; // #rrggbb, told apart with every kind of color vision
  readonly shades: { readonly light: readonly string[]; readonly dark: readonly string[] }; // low to high
}

export interface Points {
  readonly x: Float32Array; // (N,) on the map, in [-1, 1]
  readonly y: Float32Array;
  readonly labels: Readonly<Record<Level, Int32Array>>; // (N,) cluster of each passage
  readonly honesty: Float32Array; // (N,) share of its true neighbors that the map kept beside it
}

/** Of a column, by its kind. */
export type Values =
  | { readonly kind: "number" | "date"; readonly values: Float64Array } // NaN where there is none
  | { readonly kind: "category"; readonly codes: Int32Array; readonly names: readonly string[] } // -1: none
  | { readonly kind: "text"; readonly ranks: Int32Array }; // place in alphabetical order; -1: none

export interface Row {
  readonly number: number;
  readonly text: string;
  readonly values: readonly string[]; // of About.columns, in their order, as a reader should see them
}

export interface Neighbor {
  readonly number: number;
  readonly similarity: number; // cosine, in [-1, 1]
  readonly percentile: number | null; // % of random pairs that are less similar
}

export type Filter =
  | { readonly column: number; readonly low: number; readonly high: number } // both included
  | { readonly column: number; readonly values: readonly (string | null)[] }; // null: no value

export interface Query {
  readonly query: string;
  readonly mode: Mode;
  readonly k: number; // 1 to 1,000
  readonly filters: readonly Filter[];
}

export interface Hit {
  readonly number: number;
  readonly similarity: number | null; // null where no model runs
  readonly percentile: number | null;
  readonly neighbor_percentile: number | null;
  readonly words: readonly string[]; // of the text, as they stand there, that match the query
  readonly text: string;
  readonly values: readonly string[];
}

export interface Found {
  readonly hits: readonly Hit[];
  readonly unknown_words: readonly string[]; // of the query, that occur nowhere in the collection
}

export interface Word {
  readonly start: number; // characters (UTF-16 code units) of the text
  readonly end: number;
  readonly adds: number; // to the cosine, over all words of the other text
}

export interface Side {
  readonly text: string;
  readonly words: readonly Word[];
  readonly tokens: readonly string[];
  readonly unread: number | null; // character from which on the model did not read; null: all read
}

export interface Why {
  readonly cosine: number; // the sum of all contributions
  readonly similarity: number; // as stored
  readonly a: Side;
  readonly b: Side;
  readonly contributions: readonly (readonly number[])[]; // tokens of a × tokens of b
  readonly special: number; // what pairs add that have a special token such as [CLS]
}

export interface TellingWord {
  readonly word: string;
  readonly here: number; // of this side's compared passages that have it
  readonly there: number; // and of the other's
}

export interface ContrastSide {
  readonly size: number; // passages, without those on both sides
  readonly compared: number; // of these, drawn at random with a fixed seed
  readonly words: readonly TellingWord[]; // clearest first
  readonly clearest: readonly number[]; // passages least like the other side
  readonly like_other: readonly number[]; // passages that would be taken for the other's
}

export interface Contrast {
  readonly a: ContrastSide;
  readonly b: ContrastSide;
  readonly overlap: number; // passages on both sides, left out
  readonly accuracy: number | null; // share told rightly; 0.5 by chance
  readonly by_chance: readonly [number, number] | null;
  readonly told_apart: boolean;
  readonly between: readonly number[];
}

export interface Group {
  readonly keeper: number; // the longest
  readonly numbers: readonly number[]; // the keeper among them
  readonly similarities: readonly number[]; // of each to the keeper
}

export interface Duplicates {
  readonly groups: readonly Group[]; // the largest first, at most 1,000
  readonly total: number; // groups that there are
  readonly copies: number; // passages that are in a group and not its keeper
  readonly threshold: number;
}

export interface Outlier {
  readonly number: number;
  readonly nearest: number;
  readonly similarity: number; // to the nearest
  readonly why: readonly string[];
}

export interface Trend {
  readonly cluster: number;
  readonly early: number; // share of the rows in the first third of the bins
  readonly late: number; // and in the last
}

export interface Timeline {
  readonly unit: "month" | "quarter" | "year" | "decade" | "century";
  readonly bins: readonly string[]; // names of the B stretches of time, the earliest first
  readonly bin: Int32Array; // (N,) of each passage; -1: no readable date
  readonly shares: readonly (readonly (number | null)[])[]; // (B, C) of the bin's rows; null: no rows
  readonly low: readonly (readonly (number | null)[])[]; // ends of its 95% interval
  readonly high: readonly (readonly (number | null)[])[];
  readonly rising: readonly Trend[];
  readonly falling: readonly Trend[];
}

/** A set of passages as the server takes it: N bits in base64, that of passage i the bit i % 8 of
 *  byte i / 8, from the lowest. */
export type Bits = string;

export interface Selection {
  readonly filters: readonly Filter[];
  readonly clusters: { readonly level: Level; readonly numbers: readonly number[] } | null;
  readonly numbers: Bits | null; // of a lasso; null: all
}

/** Where answers come from. Each may fail with a Refusal, whose message is for the reader. */
export interface Source {
  /** Whether a model and the library stand behind it. Without: no meaning typed, no why, no
   *  contrast, no axes, no export; keyword search and stored neighbors only. */
  readonly live: boolean;
  about(): Promise<About>;
  points(): Promise<Points>;
  column(index: number): Promise<Values>;
  rows(numbers: readonly number[]): Promise<readonly Row[]>; // in that order, at most 1,000
  neighbors(number: number): Promise<readonly Neighbor[]>;
  search(query: Query, signal: AbortSignal): Promise<Found>;
  why(a: number | string, b: number): Promise<Why>; // a text: a query
  axis(from: string, to: string): Promise<Float32Array>; // (N,) how far each lies towards `to`
  contrast(a: Bits, b: Bits): Promise<Contrast>;
  duplicates(): Promise<Duplicates>;
  outliers(): Promise<readonly Outlier[]>;
  timeline(column: number, level: Level): Promise<Timeline>;
  export(selected: Bits, format: "csv" | "parquet"): Promise<Blob>;
  python(selection: Selection): Promise<string>; // the line that gives the same rows
}

/** Something that was asked for and is not to be had, in a sentence for the reader. */
export class Refusal extends Error {}
