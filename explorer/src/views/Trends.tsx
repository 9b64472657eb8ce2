/** The clusters whose share of the rows rises or falls most; a click selects one. */

import { useExplorer } from "../context";
import type { Timeline, Trend } from "../contract";
import { bandOf, lineOf, type Shares } from "../periods";
import { percent } from "./wording";

const MOST = 8; // of each

export function Trends({ timeline }: { timeline: Timeline }) {
  const { rising, falling } = timeline;
  if (!rising.length && !falling.length) {
    return <p class="muted">None does beyond what chance alone would do.</p>;
  }
  return (
    <>
      {rising.length > 0 && <List name="Rise" arrow="↗" trends={rising} timeline={timeline} />}
      {falling.length > 0 && <List name="Fall" arrow="↘" trends={falling} timeline={timeline} />}
      <p class="muted">
        Shares in the first and the last third of the time. Where the band is wide, there are few rows.
      </p>
    </>
  );
}

function List({ name, arrow, trends, timeline }: { name: string; arrow: string; trends: readonly Trend[]; timeline: Timeline }) {
  return (
    <section aria-label={name}>
      <h4>{arrow} {name}</h4>
      <ul>
        {trends.slice(0, MOST).map((trend) => <Item key={trend.cluster} trend={trend} timeline={timeline} />)}
      </ul>
    </section>
  );
}

function Item({ trend: { cluster, early, late }, timeline }: { trend: Trend; timeline: Timeline }) {
  const { about, chosen, selectRegion } = useExplorer();
  const level = chosen.level.value;
  const { name, color } = about.clusters[level][cluster]!;
  const region = chosen.region.value;
  const on = region !== null && "clusters" in region && region.level === level && String(region.clusters) === String(cluster);
  const select = () => selectRegion(on ? null : { level, clusters: [cluster] });
  const of = (shares: Timeline["shares"]): Shares => shares.map((row) => row[cluster] ?? null);
  const [shares, low, high] = [of(timeline.shares), of(timeline.low), of(timeline.high)];
  const top = Math.max(...shares.map((share) => share ?? 0)) * 1.25 || 1;
  return (
    <li>
      <button class="trend" aria-pressed={on} onClick={select}>
        <i class="dot" style={{ background: about.palette[color] }} />
        <span class="name" dir="auto" title={name}>{name}</span>
        <svg viewBox="0 0 1 1" preserveAspectRatio="none" aria-hidden="true">
          <path class="band" d={bandOf(low, high, top)} />
          <path class="line" d={lineOf(shares, top)} />
        </svg>
        <span class="change">{percent(early)} → {percent(late)}</span>
      </button>
    </li>
  );
}
