/** A source that asks the server that sent the page. */

import { tableFromIPC, type Table } from "@uwdata/flechette";
import type * as contract from "./contract";
import { Refusal } from "./contract";

export function createServed(): contract.Source {
  let told: Promise<contract.About> | null = null;
  const about = () => (told ??= json("about"));
  return {
    live: true,
    about,
    points: async () => toPoints(await arrow("points")),
    column: async (index) => toValues(await arrow(`columns/${index}`), (await about()).columns[index]!.kind),
    rows: (numbers) => json("rows", { numbers }),
    neighbors: (number) => json(`neighbors/${number}`),
    search: (query, signal) => json("search", query, signal),
    why: (a, b) => json("why", { a, b }),
    axis: async (low, high) => floats(await arrow("axis", { low, high }), "value"),
    contrast: (a, b) => json("contrast", { a, b }),
    duplicates: () => json("duplicates"),
    outliers: () => json("outliers"),
    timeline: async (column, level) => {
      const [told, bins] = await Promise.all([
        json<Omit<contract.Timeline, "bin">>(`timeline/${column}?level=${level}`),
        arrow(`timeline/${column}/bins`),
      ]);
      return { ...told, bin: integers(bins, "bin") };
    },
    export: async (selected, format) => (await ask("export", { selected, format })).blob(),
    python: async (selection) => (await json<{ line: string }>("python", selection)).line,
  };
}

/** What the map shows, out of its table. */
export function toPoints(table: Table): contract.Points {
  const { coarse, medium, fine } = {
    coarse: integers(table, "coarse"),
    medium: integers(table, "medium"),
    fine: integers(table, "fine"),
  };
  return {
    x: floats(table, "x"),
    y: floats(table, "y"),
    labels: { coarse, medium, fine },
    honesty: floats(table, "honesty"),
  };
}

/** Some values of a column, each a place in a list of the different ones. */
interface Coded {
  readonly length: number;
  readonly nullCount: number;
  readonly cache: readonly string[];
  isValid(at: number): boolean; // asks for a mask that there is only if something is missing
  key(at: number): number;
}

/** A column, out of a table of its own. */
export function toValues(table: Table, kind: contract.Kind): contract.Values {
  if (kind === "text") return { kind, ranks: integers(table, "rank") };
  if (kind !== "category") return { kind, values: column(table, "value", Float64Array) };
  const batches = table.getChild("code").data as unknown as readonly Coded[];
  const names = batches[0]?.cache ?? [];
  const codes = new Int32Array(table.numRows);
  let at = 0;
  for (const batch of batches) {
    for (let row = 0; row < batch.length; row++) {
      codes[at++] = !batch.nullCount || batch.isValid(row) ? batch.key(row) : -1;
    }
  }
  return { kind, codes, names };
}

export const floats = (table: Table, name: string): Float32Array => column(table, name, Float32Array);
export const integers = (table: Table, name: string): Int32Array => column(table, name, Int32Array);

/** A column without missing values as one typed array: its own memory where it came in one piece. */
function column<T extends Float32Array | Float64Array | Int32Array>(
  table: Table,
  name: string,
  type: new (from: ArrayLike<number>) => T,
): T {
  const values = table.getChild(name).toArray();
  return (values instanceof type ? values : new type(values as ArrayLike<number>)) as T;
}

async function json<T>(path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  return (await ask(path, body, signal)).json() as Promise<T>;
}

async function arrow(path: string, body?: unknown): Promise<Table> {
  return tableFromIPC(new Uint8Array(await (await ask(path, body)).arrayBuffer()));
}

async function ask(path: string, body?: unknown, signal?: AbortSignal): Promise<Response> {
  const request: RequestInit = { ...(signal && { signal }) };
  if (body !== undefined) {
    request.method = "POST";
    request.headers = { "Content-Type": "application/json" };
    request.body = JSON.stringify(body);
  }
  let response: Response;
  try {
    response = await fetch(`/api/${path}`, request);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Refusal("The server does not answer; is `semascope open` still running?");
  }
  if (!response.ok) {
    const told = (await response.json().catch(() => ({}))) as { detail?: unknown };
    throw new Refusal(typeof told.detail === "string" ? told.detail : `The server refused (${response.status}).`);
  }
  return response;
}
