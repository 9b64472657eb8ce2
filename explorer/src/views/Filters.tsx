/** Filters, one for each column that has one; each shows what passes all the others. */

import { useComputed, type ReadonlySignal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { useExplorer } from "../context";
import type { Filter } from "../contract";
import { both, passing as passed, type Mask } from "../selection";
import { Categories } from "./Categories";
import { Histogram } from "./Histogram";
import "./Filters.css";

export function Filters() {
  const { about, chosen, inRegion, passes, selection } = useExplorer();
  const filters = chosen.filters.value;
  const many = (count: number) => count.toLocaleString("en");
  const texts = about.columns.filter(({ kind }) => kind === "text").map(({ name }) => name);
  return (
    <div class="filters">
      <div class="head">
        <p role="status">
          <b>{many(passes.value.count)}</b> of {many(about.passages)} passages pass
          {chosen.region.value && `, ${many(selection.value.count)} of them in the region`}
        </p>
        <button class="plain" disabled={!filters.length} onClick={() => (chosen.filters.value = [])}>
          Reset all filters
        </button>
      </div>
      {about.columns.map(({ kind }, at) => kind !== "text" && <ColumnFilter key={at} at={at} inRegion={inRegion} />)}
      {texts.length === about.columns.length && <p class="empty">No column has values to filter by.</p>}
      {texts.length > 0 && <p class="muted" dir="auto">not to filter by: {texts.join(", ")}</p>}
    </div>
  );
}

function ColumnFilter({ at, inRegion }: { at: number; inRegion: ReadonlySignal<Mask> }) {
  const { about, chosen, need, passing, selection } = useExplorer();
  const column = about.columns[at]!;
  const section = useRef<HTMLElement>(null);
  useEffect(() => whenSeen(section.current!, () => need(at)), []);

  const values = useComputed(() => passing.columns.value[at]).value;
  const filter = useComputed(() => chosen.filters.value.find((each) => each.column === at) ?? null);
  const keep = useMemo(createKeeper<Filter>, []);
  const others = useComputed(() => keep(chosen.filters.value.filter((each) => each.column !== at)));
  const mask = useComputed(() => {
    if (!filter.value) return selection.value;
    return both(passed(about.passages, others.value, passing.columns.value), inRegion.value);
  });

  function choose(next: Filter | null): void {
    const rest = chosen.filters.value.filter((each) => each.column !== at);
    chosen.filters.value = next ? [...rest, next] : rest;
  }

  const props = { at, column, filter: filter.value, mask, choose };
  return (
    <section class="filter" aria-label={column.name} ref={section}>
      <div class="head">
        <h3 dir="auto">{column.name}</h3>
        {filter.value && (
          <button aria-label={`Reset ${column.name}`} onClick={() => choose(null)}>
            {column.kind === "category" ? "All" : "Reset"}
          </button>
        )}
      </div>
      {!values && <p class="muted">Loading …</p>}
      {values && "values" in values && <Histogram {...props} values={values.values} />}
      {values?.kind === "category" && <Categories {...props} values={values} />}
    </section>
  );
}

/** Gives the same list back as long as it holds the same things, so that what follows stands still. */
function createKeeper<T>(): (next: readonly T[]) => readonly T[] {
  let kept: readonly T[] = [];
  return (next) => {
    if (next.length !== kept.length || next.some((each, at) => each !== kept[at])) kept = next;
    return kept;
  };
}

/** Do something when an element comes near what is seen; the return gives it up. */
function whenSeen(element: HTMLElement, act: () => void): () => void {
  const watching = new IntersectionObserver(
    (entries) => {
      if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
      watching.disconnect();
      act();
    },
    { rootMargin: "200px" },
  );
  watching.observe(element);
  return () => watching.disconnect();
}
