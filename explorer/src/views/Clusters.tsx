/** The clusters of a level: how many passages of each pass, what is typical; picked, they are a selection. */

import { batch, useComputed, useSignal } from "@preact/signals";
import { useExplorer } from "../context";
import { has } from "../selection";
import { grouped, sizes, toggled } from "../clusters";
import { Levels } from "./Levels";
import { PassageList } from "./PassageList";
import "./Clusters.css";

const FIND_FROM = 20; // clusters: more get a box to find one

export function Clusters() {
  const { about, chosen, passes, points } = useExplorer();
  const words = useSignal("");
  const level = chosen.level.value;
  const counts = useComputed(() => sizes(about, points.labels[chosen.level.value], chosen.level.value, passes.value));
  const findable = about.clusters[level].length > FIND_FROM;
  const groups = grouped(about, level, counts.value, findable ? words.value : "");
  return (
    <section class="clusters" aria-label="Clusters">
      <Levels />
      {findable && (
        <input
          type="text"
          aria-label="Find a cluster by its name"
          placeholder={`Find one of ${about.clusters[level].length} clusters`}
          value={words.value}
          onInput={(event) => (words.value = event.currentTarget.value)}
          dir="auto"
        />
      )}
      {!groups.length && <p class="empty">{about.clusters[level].length ? "No cluster has such a name." : "There are no clusters: the texts are too few."}</p>}
      {groups.map(({ path, clusters }) => (
        <section key={path.join()} aria-label={path.join(", ") || undefined}>
          {path.length > 0 && <h3 dir="auto">{path.join(" › ")}</h3>}
          <ul>
            {clusters.map((number) => (
              <ClusterItem key={number} number={number} count={counts.value[number]!} />
            ))}
          </ul>
        </section>
      ))}
    </section>
  );
}

function ClusterItem({ number, count }: { number: number; count: number }) {
  const { about, chosen, passes } = useExplorer();
  const open = useSignal(false);
  const level = chosen.level.value;
  const { name, size, color, stability, typical } = about.clusters[level][number]!;
  const region = chosen.region.value;
  const picked = region !== null && "clusters" in region && region.level === level && region.clusters.includes(number);

  function pick(): void {
    batch(() => {
      const next = toggled(region, level, number);
      chosen.region.value = next;
      if (!picked) chosen.right.value = "selection";
      if (!next || !region || "polygon" in region) chosen.against.value = null;
    });
  }

  const written = count.toLocaleString("en");
  const shown = typical.filter((passage) => has(passes.value, passage));
  return (
    <li class={count ? undefined : "none"}>
      <div class="item">
        <label title="Select its passages">
          <input type="checkbox" checked={picked} onChange={pick} />
          {chosen.color.value.by === "cluster" && <i class="dot" style={{ background: about.palette[color] }} />}
          <span class="name" dir="auto">{name}</span>
        </label>
        <span class="muted">{passes.value.bits ? `${written} of ${size.toLocaleString("en")}` : written}</span>
        <button
          class="more"
          aria-expanded={open.value}
          aria-label={`Typical passages of ${name}`}
          title="Typical passages"
          onClick={() => (open.value = !open.value)}
        >
          <span aria-hidden="true">›</span>
        </button>
      </div>
      {stability !== null && <p class="muted stability">found again in {stability} of 10 clusterings</p>}
      {open.value && shown.length > 0 && <PassageList label={`Typical passages of ${name}`} items={shown.map((number) => ({ number }))} />}
      {open.value && !shown.length && <p class="muted">None of its typical passages passes the filters.</p>}
    </li>
  );
}
