/** The explorer: what is known, what is chosen, and what follows from both. */

import { batch, computed, untracked, type ReadonlySignal } from "@preact/signals";
import { byAmount, byCluster, byColumn, writeNumber, writePercent, type Coloring } from "./color";
import { Refusal, type About, type Points, type Source } from "./contract";
import { createRowLoader, followAxis, followColumns, followNeighbors, followQuery } from "./follow";
import { extent, type Positions } from "./geometry";
import { both, listed, passing, sorted, within, without, type Mask } from "./selection";
import { AT_FIRST, signals, type Chosen, type Passing, type Region, type Signals } from "./state";

export interface Explorer {
  readonly source: Source;
  readonly about: About;
  readonly points: Points;
  readonly chosen: Signals<Chosen>;
  readonly passing: Signals<Passing>;
  /** Where points lie: on the map, or along the reader's axes. */
  readonly positions: ReadonlySignal<Positions>;
  readonly passes: ReadonlySignal<Mask>; // all filters
  readonly inRegion: ReadonlySignal<Mask>;
  readonly selection: ReadonlySignal<Mask>; // all filters, and the region
  readonly against: ReadonlySignal<Mask>; // the second region, or all that is not in the first
  readonly order: ReadonlySignal<Int32Array>; // numbers of the selection as the table lists them
  readonly hits: ReadonlySignal<Mask | null>; // what the search found; null: no search
  readonly coloring: ReadonlySignal<Coloring>;
  /** Choose a passage to read; null: none. */
  select(number: number | null): void;
  /** Choose what is selected, null: all; what an earlier choice was compared with is forgotten. */
  selectRegion(region: Region | null): void;
  /** Load a column, if it is not there. */
  need(column: number): void;
  /** Load the texts of some passages, if they are not there. */
  needRows(numbers: Iterable<number>): void;
  /** Do what may be refused, and tell the reader if it is. */
  attempt<T>(work: Promise<T>): Promise<T | null>;
  destroy(): void;
}

export function createExplorer(source: Source, about: About, points: Points, start: Chosen): Explorer {
  const n = about.passages;
  const chosen = signals(start);
  const seen = signals(AT_FIRST);
  const followed = { source, chosen, passing: seen, attempt };

  const positions = computed<Positions>(() => {
    const { x, y } = seen.along.value;
    return { x: x ? stretched(x) : points.x, y: y ? stretched(y) : points.y };
  });
  const passes = computed(() => passing(n, chosen.filters.value, seen.columns.value));
  const inside = (region: Region | null) => {
    const along = region && "polygon" in region && region.along;
    return within(region, along ? positions.value : points, points.labels);
  };
  const inRegion = computed(() => inside(chosen.region.value));
  const selection = computed(() => both(passes.value, inRegion.value));
  const against = computed(() => {
    const region = chosen.against.value;
    if (region) return both(passes.value, inside(region));
    return chosen.region.value
      ? without(passes.value, inRegion.value, n)
      : without({ bits: null, count: n }, passes.value, n);
  });
  const sort = computed(() => {
    const { column } = chosen.sort.value;
    return sorted(n, chosen.sort.value, column === "number" ? undefined : seen.columns.value[column]);
  });
  const order = computed(() => listed(selection.value, sort.value));
  const hits = computed<Mask | null>(() => {
    const found = seen.found.value;
    if (!found) return null;
    const bits = new Uint8Array(n);
    for (const { number } of found.hits) bits[number] = 1;
    return { bits, count: found.hits.length };
  });
  const coloring = computed<Coloring>(() => {
    const color = chosen.color.value;
    const dark = seen.dark.value;
    if (color.by === "honesty") {
      return byAmount(about, "neighbors kept beside", points.honesty, dark, writePercent, [0, 1]);
    }
    if (color.by === "column") {
      const values = seen.columns.value[color.column];
      if (values) return byColumn(about, color.column, values, dark);
    } else if (color.by !== "cluster") {
      const axis = chosen[color.by].value;
      const values = seen.along.value[color.by];
      if (axis && values) return byAmount(about, `${axis.low} … ${axis.high}`, values, dark, writeNumber);
    }
    return byCluster(about, points, chosen.level.value);
  });

  const loading = new Set<number>();
  function need(column: number): void {
    if (loading.has(column) || column in untracked(() => seen.columns.value)) return;
    loading.add(column);
    void attempt(source.column(column)).then((values) => {
      loading.delete(column);
      if (values) seen.columns.value = { ...seen.columns.value, [column]: values };
    });
  }

  async function attempt<T>(work: Promise<T>): Promise<T | null> {
    try {
      return await work;
    } catch (error) {
      if (error instanceof DOMException && error.name === "AbortError") return null;
      if (!(error instanceof Refusal)) console.error(error);
      seen.message.value = error instanceof Refusal ? error.message : "That did not work; please try again.";
      return null;
    }
  }

  function select(number: number | null): void {
    batch(() => {
      chosen.selected.value = number;
      chosen.pair.value = null;
      if (number !== null) chosen.right.value = "passage";
      else if (chosen.right.value === "passage") chosen.right.value = null;
    });
  }

  function selectRegion(region: Region | null): void {
    batch(() => {
      chosen.region.value = region;
      chosen.against.value = null;
    });
  }

  const ends = [
    followColumns(followed, need),
    followAxis(followed, "x"),
    followAxis(followed, "y"),
    followQuery(followed),
    followNeighbors(followed),
  ];

  return {
    source, about, points, chosen, passing: seen,
    positions, passes, inRegion, selection, against, order, hits, coloring,
    select, selectRegion, need, needRows: createRowLoader(followed), attempt,
    destroy: () => ends.forEach((end) => end()),
  };
}

/** Numbers moved and scaled so that they lie in [-1, 1]. */
function stretched(values: Float32Array): Float32Array {
  const [low, high] = extent(values);
  const scale = high > low ? 2 / (high - low) : 0;
  return values.map((value) => (value - low) * scale - 1);
}
