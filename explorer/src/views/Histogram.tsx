/** The filter of a number or date column: a histogram to brush, and two fields for the exact ends. */

import { useComputed, type ReadonlySignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import type { Part } from "../brush";
import type { Column, Filter } from "../contract";
import { binned, countBins, endsOf, placeOf, rangeOf, readValue, spanOf, tellBin, writeValue, type Range } from "../histogram";
import type { Mask } from "../selection";
import { Bars } from "./Bars";

interface Props {
  readonly at: number;
  readonly column: Column;
  readonly values: Float64Array;
  readonly filter: Filter | null;
  readonly mask: ReadonlySignal<Mask>; // what passes the other filters
  choose(filter: Filter | null): void;
}

export function Histogram({ at, column, values, filter, mask, choose }: Props) {
  const bins = useMemo(() => binned(values, column), [values]);
  const counts = useComputed(() => bins && countBins(bins, mask.value));
  if (!bins || !counts.value) return <p class="muted">No passage has a value here.</p>;
  const B = bins.edges.length - 1;
  const all = spanOf(bins);
  const missing = bins.totals[B]!;
  const range = filter && "low" in filter ? ([filter.low, filter.high] as const) : null;
  const [counted, totals] = [Array.from(counts.value.subarray(0, B)), Array.from(bins.totals.subarray(0, B))];
  const top = Math.max(...totals);
  const times = magnified(Math.max(...counted), top);

  function set([low, high]: Range): void {
    const whole = low <= all[0] && high >= all[1] && !missing; // everything: no filter
    choose(whole ? null : { column: at, low, high });
  }
  function brush(first: number, last: number, part: Part): void {
    const [low, high] = rangeOf(bins!, first, last);
    set([part === "high" && range ? range[0] : low, part === "low" && range ? range[1] : high]);
  }
  function write(end: "low" | "high", text: string): void {
    const [low, high] = range ?? all;
    const value = readValue(text, column, end) ?? all[end === "low" ? 0 : 1];
    set(end === "low" ? [value, Math.max(high, value)] : [Math.min(low, value), value]);
  }
  const field = (end: "low" | "high", name: string) => (
    <label>
      {name}
      <input
        type={column.kind === "date" ? "date" : "number"}
        step={column.kind === "date" || column.whole ? 1 : "any"}
        aria-label={`${column.name} ${name}`}
        value={writeValue((range ?? all)[end === "low" ? 0 : 1], column)}
        onChange={(event) => write(end, event.currentTarget.value)}
      />
    </label>
  );

  return (
    <>
      <Bars
        label={`Histogram of ${column.name}, from ${writeValue(all[0], column)} to ${writeValue(all[1], column)}`}
        heights={counted.map((count) => (count * times) / top)}
        behind={totals.map((count) => count / top)}
        span={range && placeOf(bins, range)}
        ends={endsOf(bins, column)}
        note={times > 1 ? `in color: × ${many(times)}` : ""}
        tell={(bin) => `${tellBin(bins, bin, column)}: ${many(counted[bin]!)} of ${many(totals[bin]!)}`}
        choose={brush}
        clear={() => choose(null)}
      />
      <div class={`ends ${column.kind}`}>{field("low", "from")}{field("high", "to")}</div>
      {missing > 0 && <p class="muted">{many(missing)} without a value{range ? " do not pass" : ""}</p>}
    </>
  );
}

/** How many times bars are drawn higher where they would be too low beside the highest of all. */
function magnified(highest: number, top: number): number {
  return highest ? 10 ** Math.floor(Math.log10(top / highest)) : 1;
}

const many = (count: number): string => count.toLocaleString("en");
