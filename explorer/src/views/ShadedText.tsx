/** A text with each word shaded by what it adds to a cosine, and greyed where it was not read. */

import type { ComponentChild } from "preact";
import { useExplorer } from "../context";
import type { Side } from "../contract";
import { shade } from "../reasons";
import { writeAmount } from "../words";

/** The word that is pointed at. */
export interface Pointed {
  readonly side: "a" | "b";
  readonly word: number;
}

interface Props {
  readonly side: Side;
  readonly most: number; // what gets the full color
  readonly lit: readonly number[]; // words that are framed
  point(word: number | null): void;
}

export function ShadedText({ side: { text, words, unread }, most, lit, point }: Props) {
  const dark = useExplorer().passing.dark.value;
  const framed = new Set(lit);
  const shown: ComponentChild[] = [];
  const end = unread ?? text.length;
  let done = 0;
  words.forEach(({ start, end, adds }, at) => {
    if (end <= start || start < done) return;
    const style = shade(adds, most, dark);
    const names = ["word", style && adds < 0 && "takes", framed.has(at) && "lit"].filter(Boolean).join(" ");
    shown.push(
      text.slice(done, start),
      <span
        key={at}
        class={names}
        style={style ?? {}}
        title={writeAmount(adds, most)}
        onMouseEnter={() => point(at)}
        onMouseLeave={() => point(null)}
      >
        {text.slice(start, end)}
      </span>,
    );
    done = end;
  });
  shown.push(text.slice(done, Math.max(end, done)));
  return (
    <>
      <p class="shaded" dir="auto">
        {shown}
        {unread !== null && <span class="unread">{text.slice(Math.max(unread, done))}</span>}
      </p>
      {unread !== null && (
        <p class="muted">The model did not read it from character {unread.toLocaleString("en")} on, here in grey: what stands there has no effect.</p>
      )}
    </>
  );
}
