/** What the search found, the best first. */

import type { ComponentChildren } from "preact";
import { useExplorer } from "../context";
import type { Hit } from "../contract";
import { count, excerpt, find, writeNearness, writeSimilarity, writeUnknown } from "../words";
import { PassageList, type Item } from "./PassageList";
import "./Results.css";

const FACTS = 3; // values of its columns that stand below a hit
const LONGEST = 40; // letters of such a value

export function Results() {
  const { chosen, passing, source } = useExplorer();
  const found = passing.found.value;
  const searching = passing.searching.value;
  if (!chosen.query.value.trim()) return <ToType />;
  return (
    <section class="results" aria-label="Results" aria-busy={searching}>
      {!source.live && <NoModel />}
      {found ? (
        <>
          {found.unknown_words.length > 0 && <p class="told" dir="auto">{writeUnknown(found.unknown_words)}</p>}
          {found.hits.length > 0 ? <Hits hits={found.hits} /> : <None />}
        </>
      ) : (
        <p class="empty">{searching ? "Searching …" : "The search did not work. Change the words to try again."}</p>
      )}
    </section>
  );
}

function Hits({ hits }: { hits: readonly Hit[] }) {
  const items = hits.map(toItem);
  return (
    <>
      <p class="told">{count(hits.length, "result")}{hits.length > 1 && ", the best first,"} <Of /></p>
      <PassageList items={items} label="Results" ordered />
    </>
  );
}

function toItem({ number, text, words, similarity, percentile, neighbor_percentile, values }: Hit): Item {
  const facts = values.filter((value) => value && value.length <= LONGEST).slice(0, FACTS);
  return {
    number,
    parts: excerpt(text, find(text, words)),
    ...(similarity !== null && { note: writeSimilarity(similarity) }),
    below: [writeNearness(percentile), ...facts].filter(Boolean).join(" · "),
    title: writeNearness(percentile, neighbor_percentile),
  };
}

/** Of how many passages. */
function Of() {
  const { about, chosen, passes } = useExplorer();
  if (!chosen.filters.value.length) return <>of {count(about.passages, "passage")}.</>;
  const { count: passing } = passes.value;
  return <>of the {count(passing, "passage that passes", "passages that pass")} the filters.</>;
}

function None() {
  const { chosen, passes, source } = useExplorer();
  const byWords = !source.live || chosen.mode.value === "keyword";
  if (!passes.value.count) {
    return (
      <Empty>
        <p>No passage passes the filters, so there is none to find.</p>
        <button class="plain" onClick={() => (chosen.filters.value = [])}>Remove the filters</button>
      </Empty>
    );
  }
  const which = chosen.filters.value.length ? "No passage that passes the filters has" : "No passage has";
  return (
    <Empty>
      <p>{which} {byWords ? "these words." : "this meaning or these words."}</p>
      {byWords && source.live && (
        <button class="plain" onClick={() => (chosen.mode.value = "hybrid")}>Search by meaning and words</button>
      )}
    </Empty>
  );
}

function ToType() {
  const { source } = useExplorer();
  return (
    <Empty>
      <p>
        {source.live
          ? "Type above what you look for, in your own words: a question, a subject, a feeling. Passages that mean it are found even if they say it otherwise."
          : "Type above the words that you look for. Passages that have them light up on the map."}
      </p>
      {!source.live && <NoModel />}
    </Empty>
  );
}

/** Why nothing is found by meaning in a page without a model, and where it is. */
export function NoModel({ what = "This page searches words only, as no model runs in it. To search by meaning:" }) {
  return <p class="no-model muted">{what} <code>{useExplorer().about.command}</code></p>;
}

function Empty({ children }: { children: ComponentChildren }) {
  return <div class="empty stack">{children}</div>;
}
