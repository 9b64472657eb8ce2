/**
 * A source that is the page's own file: nothing is asked of any server, and no model runs. Each
 * part is unpacked when it is first needed, and once.
 */

import { tableFromIPC, type Table } from "@uwdata/flechette";
import { Refusal, type About, type Hit, type Neighbor, type Query, type Row, type Source, type Values } from "./contract";
import { createKeywords } from "./keywords";
import { passing } from "./selection";
import { floats, integers, toPoints, toValues } from "./served";

/** What the page's file holds. Every string but those of `about` is base64 of gzip of Arrow IPC. */
export interface StoredData {
  readonly about: About;
  readonly points: string; // as the server sends them
  readonly columns: readonly string[]; // of each of About.columns, as the server sends it
  readonly texts: string; // "text", (N,)
  readonly values: string; // "0", "1", … of About.columns, (N,), as a reader should see them
  readonly neighbors: string; // "number", -1 for none, "similarity", "percentile", (N·k,); i's at i·k
  readonly k: number;
}

export function createStored(data: StoredData): Source {
  const { about, k } = data;
  const points = once(async () => toPoints(await unpacked(data.points)));
  const columns = data.columns.map((packed, at) =>
    once(async () => toValues(await unpacked(packed), about.columns[at]!.kind)),
  );
  const texts = once(async () => toTexts(await unpacked(data.texts), "text"));
  const values = once(async () => {
    const table = await unpacked(data.values);
    return about.columns.map((_, at) => toTexts(table, String(at)));
  });
  const neighbors = once(() => unpacked(data.neighbors));
  const keywords = once(async () => createKeywords(await texts()));

  async function rows(numbers: readonly number[]): Promise<Row[]> {
    const [text, cells] = await Promise.all([texts(), values()]);
    return numbers.map((number) => ({
      number,
      text: text[number] ?? "",
      values: cells.map((column) => column[number] ?? ""),
    }));
  }

  async function near(number: number): Promise<Neighbor[]> {
    const table = await neighbors();
    const [numbers, similarities, percentiles] = [
      integers(table, "number"),
      floats(table, "similarity"),
      floats(table, "percentile"),
    ];
    const found: Neighbor[] = [];
    for (let at = number * k; at < (number + 1) * k; at++) {
      if (numbers[at]! < 0) continue;
      const percentile = percentiles[at]!;
      found.push({
        number: numbers[at]!,
        similarity: similarities[at]!,
        percentile: Number.isNaN(percentile) ? null : percentile,
      });
    }
    return found;
  }

  async function search({ query, k, filters }: Query, signal: AbortSignal) {
    const find = await keywords();
    const loaded: Record<number, Values> = {};
    for (const { column } of filters) loaded[column] = await columns[column]!();
    signal.throwIfAborted();
    const found = find(query, k, passing(about.passages, filters, loaded));
    const hits: Hit[] = (await rows(found.numbers)).map((row, at) => ({
      ...row,
      words: found.words[at]!,
      similarity: null,
      percentile: null,
      neighbor_percentile: null,
    }));
    signal.throwIfAborted();
    return { hits, unknown_words: found.unknown };
  }

  const refuse = (what: string) => async (): Promise<never> => {
    throw new Refusal(`This page is one file, without a model. For ${what}, run: ${about.command}`);
  };

  return {
    live: false,
    about: async () => about,
    points,
    column: (index) => columns[index]!(),
    rows,
    neighbors: near,
    search,
    why: refuse("the words that make two texts similar"),
    axis: refuse("axes of your own"),
    contrast: refuse("what tells two selections apart"),
    duplicates: refuse("duplicates"),
    outliers: refuse("oddities"),
    timeline: refuse("a timeline"),
    export: refuse("a table to keep"),
    python: refuse("a line of Python"),
  };
}

/** What a function returns, asked for when it is first needed, and once. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | null = null;
  return () => (made ??= make());
}

async function unpacked(packed: string): Promise<Table> {
  const text = atob(packed);
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return tableFromIPC(new Uint8Array(await new Response(stream).arrayBuffer()));
}

function toTexts(table: Table, name: string): string[] {
  return Array.from(table.getChild(name), (text) => (text as string | null) ?? "");
}
