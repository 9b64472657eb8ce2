/** Over time: when the passages of the selection are from, and which clusters rise and fall. */

import { useComputed } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { useExplorer } from "../context";
import type { Timeline } from "../contract";
import { countStretches, placeIn, valuesIn } from "../periods";
import { once, useAnswer } from "./answer";
import { Bars } from "./Bars";
import { Levels } from "./Levels";
import { Trends } from "./Trends";
import { percent } from "./wording";
import "./Time.css";

export function Time() {
  const { about, chosen, source } = useExplorer();
  const dated = about.columns.flatMap((column, at) => (column.dated ? [at] : []));
  const at = dated.find((each) => each === chosen.time.value) ?? dated[0];
  const level = chosen.level.value;
  const key = at === undefined ? null : `timeline ${at} ${level}`;
  const timeline = useAnswer(key, () => once(source, key!, () => source.timeline(at!, level)));
  if (at === undefined) return <p class="empty">No column has years or dates.</p>;
  return (
    <div class="time">
      {dated.length > 1 && (
        <label class="choice">
          <span>by</span>
          <select aria-label="Time by" value={at} onChange={(event) => (chosen.time.value = Number(event.currentTarget.value))}>
            {dated.map((each) => <option key={each} value={each}>{about.columns[each]!.name}</option>)}
          </select>
        </label>
      )}
      {timeline === undefined && <p class="empty">Counting what was said when …</p>}
      {timeline === null && <p class="empty">The timeline could not be made.</p>}
      {timeline && <When at={at} timeline={timeline} />}
      <h3>Clusters that rise or fall</h3>
      <Levels />
      {timeline && <Trends timeline={timeline} />}
    </div>
  );
}

/** How much of each stretch of time is in the selection. */
function When({ at, timeline }: { at: number; timeline: Timeline }) {
  const { about, chosen, need, selection } = useExplorer();
  const column = about.columns[at]!;
  const { bins, bin, unit } = timeline;
  const B = bins.length;
  const counted = useComputed(() => countStretches(bin, B, selection.value.bits)).value;
  const every = selection.value.count === about.passages;
  const heights = Array.from(counted.of, (count, place) => (every ? count : count / (counted.all[place] || 1)));
  const top = Math.max(...heights) || 1;
  const filter = chosen.filters.value.find((each) => each.column === at);
  const range = filter && "low" in filter ? ([filter.low, filter.high] as const) : null;
  useEffect(() => need(at), [at]);

  const rest = () => chosen.filters.value.filter((each) => each.column !== at);
  function choose(first: number, last: number): void {
    const [low, high] = valuesIn(column, timeline, first, last)!;
    chosen.filters.value = [...rest(), { column: at, low, high }];
  }
  const tell = (place: number): string => {
    const [of, all] = [counted.of[place]!, counted.all[place]!];
    if (every) return `${bins[place]!}: ${many(all)}`;
    return `${bins[place]!}: ${many(of)} of ${many(all)}, ${percent(all ? of / all : 0)}`;
  };
  const undated = selection.value.count - counted.of.reduce((sum, count) => sum + count, 0);
  return (
    <figure>
      <figcaption>
        <h3>{every ? `Passages per ${unit}` : `Selected share of each ${unit}`}</h3>
        <span class="muted">up to {every ? many(top) : percent(top)}</span>
      </figcaption>
      <Bars
        label={`${every ? "Passages" : "Share selected"} per ${unit}, ${bins[0]!} to ${bins[B - 1]!}; the table below has the numbers`}
        heights={heights.map((height) => height / top)}
        behind={null}
        span={range && placeIn(column, timeline, range)}
        ends={[bins[0]!, bins[B - 1]!]}
        tell={tell}
        choose={column.kind === "number" || column.kind === "date" ? choose : null}
        clear={() => (chosen.filters.value = rest())}
      />
      {range && <button onClick={() => (chosen.filters.value = rest())}>All of the time</button>}
      {undated > 0 && <p class="muted">{many(undated)} of the selection without a date</p>}
      <table class="visually-hidden">
        <caption>Selected passages per {unit}</caption>
        <thead><tr><th scope="col">{unit}</th><th scope="col">selected</th><th scope="col">of</th></tr></thead>
        <tbody>
          {bins.map((name, place) => (
            <tr key={name}><th scope="row">{name}</th><td>{counted.of[place]}</td><td>{counted.all[place]}</td></tr>
          ))}
        </tbody>
      </table>
    </figure>
  );
}

const many = (count: number): string => count.toLocaleString("en");
