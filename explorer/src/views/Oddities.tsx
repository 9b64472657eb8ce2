/** Passages least like any other, why they stand out, and what is nearest to them nevertheless. */

import { useSignal } from "@preact/signals";
import { useExplorer } from "../context";
import type { Outlier } from "../contract";
import { has } from "../selection";
import { count, writeSimilarity } from "../words";
import { once, useAnswer } from "./answer";
import { PassageList } from "./PassageList";
import "./Oddities.css";

const SHOWN = 50; // at a time

export function Oddities() {
  const { source, selection } = useExplorer();
  const shown = useSignal(SHOWN);
  const found = useAnswer("outliers", () => once(source, "outliers", () => source.outliers()));
  if (found === undefined) return <p class="empty" role="status">Looking for what is unlike all else …</p>;
  if (found === null) return <p class="empty">Oddities could not be found.</p>;
  if (!found.length) return <p class="empty">All passages have one text: none is odd.</p>;
  const mask = selection.value;
  const inside = found.filter(({ number }) => has(mask, number));
  if (!inside.length) {
    return <p class="empty">None of the {count(found.length, "passage")} least like any other is in the selection.</p>;
  }
  return (
    <section class="oddities" aria-label="Oddities">
      <p class="told">
        The {count(found.length, "passage")} least like any other, the oddest first.
        {mask.bits && ` ${inside.length.toLocaleString("en")} of them ${inside.length === 1 ? "is" : "are"} in the selection.`}
      </p>
      <ol class="groups">
        {inside.slice(0, shown.value).map((outlier) => <Oddity key={outlier.number} {...outlier} />)}
      </ol>
      {inside.length > shown.value && (
        <button class="plain" onClick={() => (shown.value += SHOWN)}>Show more of {inside.length.toLocaleString("en")}</button>
      )}
    </section>
  );
}

function Oddity({ number, nearest, similarity, why }: Outlier) {
  return (
    <li>
      <PassageList items={[{ number }]} label="Odd" />
      {why.length > 0 ? (
        <ul class="reasons">
          {why.map((reason) => <li key={reason} dir="auto">{reason}</li>)}
        </ul>
      ) : (
        <p class="reasons">Its letters and words are usual: its meaning sets it apart.</p>
      )}
      <p class="muted nearest">Nearest to it</p>
      <PassageList items={[{ number: nearest, note: writeSimilarity(similarity) }]} label="Nearest to it" />
    </li>
  );
}
