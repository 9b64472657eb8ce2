/** The passage that is read: its text, its columns, how truly the map shows it, what is near it. */

import { batch, useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { useExplorer } from "../context";
import { LEVELS, type Level, type Row } from "../contract";
import { find, split } from "../words";
import { Neighbors } from "./Neighbors";
import { Marked } from "./PassageList";
import { Why } from "./Why";
import "./Passage.css";

export function Passage() {
  const { chosen, passing, needRows } = useExplorer();
  const number = chosen.selected.value;
  const pair = chosen.pair.value;
  const asked = useSignal<{ query: string; number: number } | null>(null); // the query that it is compared with
  const compared = useRef<number | null>(null); // the neighbor that one comes back from
  const shown = [number, pair].filter((each) => each !== null);
  useEffect(() => needRows(shown), [number, pair]);
  if (number === null) {
    return <p class="empty">Choose a passage on the map or in a list to read it, and to see what is near it in meaning.</p>;
  }
  if (pair !== null) {
    compared.current = pair;
    return <Why key={`${number} ${pair}`} a={number} b={pair} back={() => (chosen.pair.value = null)} />;
  }
  if (asked.value?.number === number) {
    const { query } = asked.value;
    return <Why key={`${query} ${number}`} a={query} b={number} back={() => (asked.value = null)} />;
  }
  return (
    <article class="passage">
      <Path number={number} />
      <Heading number={number} from={compared} />
      <Text row={passing.rows.value.get(number)} number={number} />
      <AskWhy ask={(query) => (asked.value = { query, number })} />
      <Neighbors number={number} />
    </article>
  );
}

/**
 * Takes the focus when another passage is read, so that a screen reader goes on there. One who
 * comes back from a comparison goes on where it began.
 */
function Heading({ number, from }: { number: number; from: { current: number | null } }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useLayoutEffect(() => {
    const active = document.activeElement;
    const began = heading.current!.parentElement!.querySelector<HTMLElement>(`[data-why="${from.current}"]`);
    from.current = null;
    if (began) return began.focus();
    if (!active?.closest("input, select, textarea, canvas, [role=tab]")) heading.current!.focus({ preventScroll: true });
    heading.current!.closest(".body")?.scrollTo(0, 0);
  }, [number]);
  return <h2 ref={heading} tabIndex={-1}>Passage {number.toLocaleString("en")}</h2>;
}

/** The clusters that it is in, from the coarsest; where two have one name, the finer one. */
function Path({ number }: { number: number }) {
  const { about, chosen, points, selectRegion } = useExplorer();
  const steps = LEVELS.flatMap((level) => {
    const cluster = points.labels[level][number]!;
    const known = about.clusters[level][cluster];
    return known ? [{ level, cluster, ...known }] : [];
  });
  const shown = steps.filter(({ name }, at) => name !== steps[at + 1]?.name);
  const choose = (level: Level, cluster: number) =>
    batch(() => {
      selectRegion({ level, clusters: [cluster] });
      chosen.right.value = "selection";
    });
  if (!shown.length) return null;
  return (
    <nav class="path" aria-label="Clusters it is in">
      <ol>
        {shown.map(({ level, cluster, name, size }) => (
          <li key={level}>
            <button
              dir="auto"
              title={`Select this ${level} cluster of ${size.toLocaleString("en")}`}
              onClick={() => choose(level, cluster)}
            >
              {name}
            </button>
          </li>
        ))}
      </ol>
    </nav>
  );
}

function Text({ row, number }: { row: Row | undefined; number: number }) {
  const { about, passing } = useExplorer();
  if (!row) return <p class="empty" role="status">Loading the text …</p>;
  const hit = passing.found.value?.hits.find((each) => each.number === number);
  const parts = split(row.text, hit ? find(row.text, hit.words) : []);
  const facts = about.columns.flatMap(({ name }, at) => (row.values[at] ? [[name, row.values[at]] as const] : []));
  return (
    <>
      <p class="text" dir="auto">{row.text ? <Marked parts={parts} /> : <span class="muted">Its text is empty.</span>}</p>
      {facts.length > 0 && (
        <dl class="facts">
          {facts.map(([name, value]) => (
            <div key={name}>
              <dt dir="auto">{name}</dt>
              <dd dir="auto">{value}</dd>
            </div>
          ))}
        </dl>
      )}
    </>
  );
}

function AskWhy({ ask }: { ask(query: string): void }) {
  const { chosen, source } = useExplorer();
  const query = chosen.query.value.trim();
  if (!query || !source.live) return null;
  const shown = query.length > 60 ? `${query.slice(0, 59).trimEnd()}…` : query;
  return (
    <button class="plain ask" dir="auto" onClick={() => ask(query)}>
      Why does this answer “{shown}”?
    </button>
  );
}
