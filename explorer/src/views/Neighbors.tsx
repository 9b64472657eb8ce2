/** What is nearest in meaning to the passage that is read, and how truly the map shows it. */

import { useMemo } from "preact/hooks";
import { useExplorer } from "../context";
import { torn } from "../geometry";
import { count, writeNearness, writeSimilarity } from "../words";
import { PassageList } from "./PassageList";
import { NoModel } from "./Results";

export function Neighbors({ number }: { number: number }) {
  const { chosen, passing, points, source } = useExplorer();
  const near = passing.neighbors.value;
  const far = useMemo(() => torn(points, number, (near ?? []).map((each) => each.number)), [number, near]);
  if (near === null) return <p class="empty" role="status">Looking for what is near …</p>;
  if (!near.length) return <p class="empty">Nothing is near to it: there is no other passage, or none was found.</p>;
  const items = near.map(({ number: other, similarity, percentile }) => ({
    number: other,
    far: far.has(other),
    note: writeSimilarity(similarity),
    below: [far.has(other) ? "far on the map" : "", writeNearness(percentile)].filter(Boolean).join(" · "),
    ...(source.live && {
      act: (
        <button
          aria-label="Why are these similar?"
          title="Why are these similar?"
          data-why={other}
          onClick={() => (chosen.pair.value = other)}
        >
          why
        </button>
      ),
    }),
  }));
  return (
    <section class="neighbors" aria-label="Nearest in meaning">
      <h3>Nearest in meaning</h3>
      <p class="told">{writeHonesty(points.honesty[number]!, near.length, far.size)}</p>
      <PassageList items={items} ordered label="Nearest in meaning, with similarity" />
      {!source.live && <NoModel what="Why two passages are similar takes the model, which does not run in this page. With it:" />}
    </section>
  );
}

/** How many of its nearest the map shows beside it, and how many it tore away. */
function writeHonesty(honesty: number, near: number, far: number): string {
  const kept = Math.round(honesty * near) || "none";
  const away = far ? ` ${count(far, "lies", "lie")} far away on the map.` : "";
  return `The map keeps ${kept} of ${near === 1 ? "this one" : `these ${near}`} among the nearest.${away}`;
}
