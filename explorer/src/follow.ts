/** What is asked of the source whenever a choice changes. Each returns how to end it. */

import { batch, effect, untracked } from "@preact/signals";
import type { Row, Source } from "./contract";
import type { Chosen, Passing, Signals } from "./state";

const PAUSE = 50; // ms without a key before a search begins
const HITS = 50;
const MOST_ROWS = 1_000; // that a source gives at a time
const KEPT_ROWS = 10_000; // texts that are remembered

/** What following needs of the explorer. */
export interface Followed {
  readonly source: Source;
  readonly chosen: Signals<Chosen>;
  readonly passing: Signals<Passing>;
  attempt<T>(work: Promise<T>): Promise<T | null>;
}

/** The columns that filters, colors, marks and the table use. */
export function followColumns({ chosen }: Followed, need: (column: number) => void): () => void {
  return effect(() => {
    for (const { column } of chosen.filters.value) need(column);
    const [color, mark, by] = [chosen.color.value, chosen.mark.value, chosen.sort.value.column];
    if (color.by === "column") need(color.column);
    if (typeof mark === "object") need(mark.column);
    if (by !== "number") need(by);
  });
}

/** Places along the reader's axis. */
export function followAxis({ source, chosen, passing, attempt }: Followed, name: "x" | "y"): () => void {
  let asked = 0;
  return effect(() => {
    const axis = chosen[name].value;
    const mine = ++asked;
    if (!axis) {
      if (untracked(() => passing.along.value[name])) place(null);
      return;
    }
    void attempt(source.axis(axis.low, axis.high)).then((values) => {
      if (mine !== asked) return;
      if (values) place(values);
      else chosen[name].value = null;
    });
  });

  function place(values: Float32Array | null): void {
    passing.along.value = { ...passing.along.value, [name]: values };
  }
}

/** What the search finds for the words, their mode and the filters; a later one ends an earlier. */
export function followQuery({ source, chosen, passing, attempt }: Followed): () => void {
  let running = new AbortController();
  let waiting = 0;
  const stop = effect(() => {
    const [query, mode, filters] = [chosen.query.value.trim(), chosen.mode.value, chosen.filters.value];
    running.abort();
    clearTimeout(waiting);
    if (!query) return show(null);
    running = new AbortController();
    const { signal } = running;
    passing.searching.value = true;
    waiting = window.setTimeout(async () => {
      const found = await attempt(source.search({ query, mode, k: HITS, filters }, signal));
      if (!signal.aborted) show(found);
    }, PAUSE);
  });
  return () => {
    stop();
    clearTimeout(waiting);
    running.abort();
  };

  function show(found: Passing["found"]): void {
    batch(() => {
      passing.found.value = found;
      passing.searching.value = false;
    });
  }
}

/** The neighbors of the passage that is read. */
export function followNeighbors({ source, chosen, passing, attempt }: Followed): () => void {
  let asked = 0;
  return effect(() => {
    const number = chosen.selected.value;
    const mine = ++asked;
    passing.neighbors.value = null;
    if (number === null) return;
    void attempt(source.neighbors(number)).then((near) => {
      if (mine === asked) passing.neighbors.value = near ?? [];
    });
  });
}

/** Loads texts as they are needed, many at a time. */
export function createRowLoader({ source, passing, attempt }: Followed): (numbers: Iterable<number>) => void {
  const wanted = new Set<number>();
  const underway = new Set<number>();
  return (numbers) => {
    const known = untracked(() => passing.rows.value);
    const before = wanted.size;
    for (const number of numbers) if (!known.has(number) && !underway.has(number)) wanted.add(number);
    if (!before && wanted.size) queueMicrotask(load);
  };

  function load(): void {
    const numbers = [...wanted];
    wanted.clear();
    for (let start = 0; start < numbers.length; start += MOST_ROWS) {
      const some = numbers.slice(start, start + MOST_ROWS);
      for (const number of some) underway.add(number);
      void attempt(source.rows(some)).then((rows) => {
        for (const number of some) underway.delete(number);
        if (rows) keep(rows);
      });
    }
  }

  function keep(rows: readonly Row[]): void {
    const known = [...passing.rows.value].slice(-(KEPT_ROWS - rows.length));
    passing.rows.value = new Map([...known, ...rows.map((row) => [row.number, row] as const)]);
  }
}
