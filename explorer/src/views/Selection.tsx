/** What is selected: how much, of which clusters, what tells it apart, and how to take it along. */

import { useComputed } from "@preact/signals";
import { sizes } from "../clusters";
import { useExplorer } from "../context";
import { count as counted } from "../words";
import { Contrast } from "./Contrast";
import { Export } from "./Export";
import { percent, told } from "./wording";
import "./Selection.css";

const SHARES = 5; // clusters that are shown

export function Selection() {
  const { about, chosen, passes, selection, selectRegion, source } = useExplorer();
  const region = chosen.region.value;
  const { count } = selection.value;
  const filtered = passes.value.bits !== null;
  const clear = () => selectRegion(null);
  return (
    <section class="selection" aria-label="Selection">
      {region ? (
        <>
          <h2>
            {counted(count, "passage")}
            {"polygon" in region ? " within the line drawn" : ` in ${region.clusters.length === 1 ? "a cluster" : `${region.clusters.length} clusters`}`}
          </h2>
          {"clusters" in region && <p dir="auto">{told(about, region)}</p>}
          {filtered && <p class="muted">Only what passes the filters.</p>}
          {!count && <p class="muted">{filtered ? "The filters leave none of it." : "There is none inside."}</p>}
        </>
      ) : (
        <>
          <h2>{filtered ? `${counted(count, "passage")} pass the filters` : `All ${counted(count, "passage")}`}</h2>
          <p class="muted">
            To select some: draw around passages on the map, take all that is in view (both at its lower right), or pick
            clusters in the list.
          </p>
        </>
      )}
      <div class="actions">
        <button
          class="plain"
          aria-pressed={chosen.table.value}
          onClick={() => (chosen.table.value = !chosen.table.value)}
        >
          Read in table
        </button>
        {region && <button class="plain" onClick={clear}>Select nothing</button>}
      </div>
      {count > 0 && <Shares />}
      {source.live && count > 0 && <Export />}
      {source.live && (region || filtered) && count > 0 && <Contrast />}
      {!source.live && (
        <p class="muted">
          This page is one file. To compare and to export, run: <code>{about.command}</code>
        </p>
      )}
    </section>
  );
}

/** The clusters that most of the selection is in. */
function Shares() {
  const { about, chosen, points, selection } = useExplorer();
  const counts = useComputed(() => sizes(about, points.labels[chosen.level.value], chosen.level.value, selection.value));
  const clusters = about.clusters[chosen.level.value];
  const order = clusters.map((_, at) => at).filter((at) => counts.value[at]);
  order.sort((a, b) => counts.value[b]! - counts.value[a]! || a - b);
  const all = selection.value.count;
  const others = order.length - SHARES;
  const rest = order.slice(SHARES).reduce((sum, at) => sum + counts.value[at]!, 0);
  return (
    <section aria-label="Of these clusters">
      <h3>Of these clusters</h3>
      <ul class="shares">
        {order.slice(0, SHARES).map((at) => (
          <Share key={at} name={clusters[at]!.name} count={counts.value[at]!} all={all} color={about.palette[clusters[at]!.color]!} />
        ))}
        {others > 0 && <Share name={`${others} ${others === 1 ? "other" : "others"}`} count={rest} all={all} color="var(--muted)" />}
      </ul>
    </section>
  );
}

function Share({ name, count, all, color }: { name: string; count: number; all: number; color: string }) {
  return (
    <li>
      <span class="name" dir="auto">{name}</span>
      <span class="note">{count.toLocaleString("en")} · {percent(count / all)}</span>
      <i class="bar-of" style={{ width: `${(100 * count) / all}%`, background: color }} />
    </li>
  );
}
