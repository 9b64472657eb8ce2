/** Passages that repeat one another, in groups, each with what is other than in the one to keep. */

import { useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { useExplorer } from "../context";
import type { Duplicates as Found, Group } from "../contract";
import { has } from "../selection";
import { count, differing, excerpt, writeSimilarity } from "../words";
import { once, useAnswer } from "./answer";
import { PassageList, type Item } from "./PassageList";
import "./Duplicates.css";

const GROUPS = 50; // that are shown at a time
const COPIES = 5; // of a group that are shown at first
const MORE_COPIES = 100; // and on demand, at a time

export function Duplicates() {
  const { source } = useExplorer();
  const found = useAnswer("duplicates", () => once(source, "duplicates", () => source.duplicates()));
  if (found === undefined) return <p class="empty" role="status">Looking for duplicates …</p>;
  if (found === null) return <p class="empty">Duplicates could not be found.</p>;
  if (!found.copies) {
    return <p class="empty">No passage repeats another, or nearly: none is at a cosine of {floor(found.threshold)} or more to another.</p>;
  }
  return <Groups {...found} />;
}

function Groups({ groups, total, copies, threshold }: Found) {
  const { selection } = useExplorer();
  const shown = useSignal(GROUPS);
  const mask = selection.value;
  const listed = groups.length < total ? `, of which these are the ${groups.length.toLocaleString("en")} largest` : "";
  const which = ` in ${count(total, "group")}${listed}`;
  const inside = mask.bits ? groups.filter(({ numbers }) => atLeastTwo(numbers, (each) => has(mask, each))) : groups;
  useEffect(() => {
    shown.value = GROUPS;
  }, [mask]);
  return (
    <section class="duplicates" aria-label="Duplicates">
      <p class="told">
        {count(copies, "copy", "copies")}{which}; nearly the same from cosine {floor(threshold)}.
        {mask.bits && ` ${count(inside.length, "group has", "groups have")} two or more passages in the selection.`}
      </p>
      <ol class="groups">
        {inside.slice(0, shown.value).map((group) => <OneGroup key={group.keeper} {...group} />)}
      </ol>
      {inside.length > shown.value && (
        <button class="plain" onClick={() => (shown.value += GROUPS)}>
          Show more of {count(inside.length, "group")}
        </button>
      )}
    </section>
  );
}

function OneGroup({ keeper, numbers, similarities }: Group) {
  const { passing, needRows } = useExplorer();
  const shown = useSignal(COPIES);
  const others = numbers
    .map((number, at) => ({ number, similarity: similarities[at]! }))
    .filter(({ number }) => number !== keeper);
  const some = others.slice(0, shown.value);
  useEffect(() => needRows([keeper, ...some.map(({ number }) => number)]), [keeper, some.length]);
  const [kept, ...texts] = [keeper, ...some.map(({ number }) => number)].map((each) => passing.rows.value.get(each)?.text);
  const items = useMemo(
    () => some.map(({ number, similarity }, at) => toItem(number, writeSimilarity(similarity), texts[at], kept)),
    [kept, ...texts],
  );
  return (
    <li>
      <h3>{count(numbers.length, "passage")}</h3>
      <PassageList items={[{ number: keeper, note: "kept" }]} label="Kept, the longest" />
      <PassageList items={items} label="Its copies, with their similarity; words that are not in the one kept are marked" />
      {others.length > some.length && (
        <button onClick={() => (shown.value += MORE_COPIES)}>and {(others.length - some.length).toLocaleString("en")} more</button>
      )}
    </li>
  );
}

/** A copy, with the words marked that are not in the one that is kept. */
function toItem(number: number, note: string, text: string | undefined, kept: string | undefined): Item {
  if (text === undefined || kept === undefined) return { number, note };
  if (text === kept) return { number, note, parts: [{ text: "the same text", marked: false }] };
  const spans = differing(text, kept);
  const below = spans.length ? "" : "all of its words are in the one kept";
  return { number, note, parts: excerpt(text, spans), below };
}

function atLeastTwo<T>(items: readonly T[], test: (item: T) => boolean): boolean {
  let found = 0;
  for (const item of items) if (test(item) && ++found === 2) return true;
  return false;
}

/** A threshold in two digits, never above what it is. */
const floor = (threshold: number): string => (Math.floor(threshold * 100 + 1e-6) / 100).toFixed(2);
