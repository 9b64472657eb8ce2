/** A list of passages, the same in every view: a dot in its color, its text, a note on the right. */

import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { useExplorer } from "../context";
import { excerpt, type Part } from "../words";
import "./PassageList.css";

/** A passage in a list; all but its number may be left out. */
export interface Item {
  readonly number: number;
  readonly parts?: readonly Part[]; // what is shown instead of how its text begins
  readonly note?: ComponentChildren; // on the right
  readonly below?: string; // a line or two under the text
  readonly title?: string; // what is said of it where the pointer rests
  readonly far?: boolean; // torn away on the map: its dot is an open, dashed one
  readonly act?: ComponentChildren; // buttons of its own, beside it
}

interface Props {
  readonly items: readonly Item[];
  readonly label?: string; // what the list holds, for those who do not see where it stands
  readonly ordered?: boolean;
}

export function PassageList({ items, label, ordered = false }: Props) {
  const { needRows } = useExplorer();
  const missing = items.filter(({ parts }) => !parts).map(({ number }) => number);
  useEffect(() => needRows(missing), [missing.join()]);
  const List = ordered ? "ol" : "ul";
  return (
    <List class="rows" aria-label={label}>
      {items.map((item) => <Entry key={item.number} {...item} />)}
    </List>
  );
}

function Entry({ number, parts, note, below, title, far = false, act }: Item) {
  const { chosen, passing, select } = useExplorer();
  const row = parts ? null : passing.rows.value.get(number);
  const leave = () => {
    if (passing.hovered.peek() === number) passing.hovered.value = null;
  };
  const enter = () => {
    passing.hovered.value = number;
  };
  useEffect(() => leave, [number]);
  return (
    <li class={act ? "acts" : undefined}>
      <button
        title={title}
        aria-current={chosen.selected.value === number}
        onClick={() => select(number)}
        onMouseEnter={enter}
        onMouseLeave={leave}
        onFocus={enter}
        onBlur={leave}
      >
        <Dot number={number} far={far} />
        <span class="entry">
          <span class="words" dir="auto">
            {parts ? <Marked parts={parts} /> : row ? <Marked parts={excerpt(row.text, [])} /> : "…"}
          </span>
          {below && <span class="below muted" dir="auto">{below}</span>}
        </span>
        {note !== undefined && <span class="note">{note}</span>}
      </button>
      {act && <span class="act">{act}</span>}
    </li>
  );
}

/** A text with its marked stretches. */
export function Marked({ parts }: { parts: readonly Part[] }) {
  return <>{parts.map(({ text, marked }, at) => (marked ? <mark key={at}>{text}</mark> : text))}</>;
}

/** A dot in the color that the passage has on the map. */
export function Dot({ number, far = false }: { number: number; far?: boolean }) {
  const pixel = useExplorer().coloring.value.pixels[number]!;
  const color = `rgb(${pixel & 255} ${(pixel >> 8) & 255} ${(pixel >> 16) & 255})`;
  return <i class={far ? "dot far" : "dot"} style={far ? { borderColor: color } : { background: color }} />;
}
