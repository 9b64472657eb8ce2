/** Why two texts are similar: their words, shaded by what each adds to the cosine. */

import { useSignal } from "@preact/signals";
import { useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { useExplorer } from "../context";
import type { Side, Why as Found } from "../contract";
import { largest, pair, strongest } from "../reasons";
import { writeAmount } from "../words";
import { useAnswer } from "./answer";
import { HeatMap } from "./HeatMap";
import { NoModel } from "./Results";
import { ShadedText, type Pointed } from "./ShadedText";
import "./Why.css";

const STRONGEST = 5; // words of a text that are listed with their numbers
const PARTNERS = 3; // words of the other text that are shown to go with one
const NOTICEABLE = 0.0005; // of a cosine, beside the one that is stored

interface Props {
  readonly a: number | string; // a text: the query
  readonly b: number;
  back(): void;
}

export function Why({ a, b, back }: Props) {
  const { source } = useExplorer();
  const found = useAnswer(source.live ? `${typeof a} ${a} ${b}` : null, () => source.why(a, b));
  const heading = useRef<HTMLHeadingElement>(null);
  useLayoutEffect(() => {
    heading.current!.focus({ preventScroll: true });
    heading.current!.closest(".body")?.scrollTo(0, 0);
  }, []);
  return (
    <section class="why">
      <button class="plain" onClick={back}>‹ Back to neighbors</button>
      <h2 ref={heading} tabIndex={-1}>{typeof a === "string" ? "Why this answers the query" : "Why these are similar"}</h2>
      {!source.live ? (
        <NoModel what="Why two passages are similar takes the model, which does not run in this page. With it:" />
      ) : found === undefined ? (
        <p class="empty" role="status">Reading both texts word by word …</p>
      ) : found === null ? (
        <p class="empty">What their words add could not be computed.</p>
      ) : (
        <Reasons found={found} names={typeof a === "string" ? ["Query", "Passage"] : ["Passage", "Neighbor"]} />
      )}
    </section>
  );
}

function Reasons({ found, names }: { found: Found; names: readonly [string, string] }) {
  const pointed = useSignal<Pointed | null>(null);
  const pairs = useMemo(() => pair(found), [found]);
  const most = largest(found.a, found.b);
  const at = pointed.value;
  const amounts = at && pairs ? pairs.with(at.side, at.word) : [];
  const partners = strongest(amounts, PARTNERS).filter((word) => amounts[word]! > 0);
  const other = at?.side === "a" ? found.b : found.a;
  const sides = ["a", "b"] as const;
  const point = (side: Pointed["side"]) => (word: number | null) => {
    pointed.value = word === null ? null : { side, word };
  };
  return (
    <>
      <p class="legend muted">
        <span><i class="swatch adds" /> adds to the similarity</span>
        <span><i class="swatch takes" /> takes away, and is underlined</span>
      </p>
      {sides.map((side, index) => (
        <section key={side} class="side" aria-label={names[index]}>
          <h3>{names[index]}</h3>
          <ShadedText
            side={found[side]}
            most={most}
            lit={at?.side === side ? [at.word] : at ? partners : []}
            point={point(side)}
          />
          <Strongest side={found[side]} most={most} point={point(side)} />
        </section>
      ))}
      <p class="partners" aria-live="polite">
        {at && pairs ? (
          <>
            <b dir="auto">{wordOf(found[at.side], at.word)}</b> goes with{" "}
            {partners.length
              ? partners.map((word) => `${wordOf(other, word)} ${writeAmount(amounts[word]!, amounts[partners[0]!]!)}`).join(", ")
              : "no word of the other text"}
          </>
        ) : (
          pairs && "Point at a word to see which words of the other text it goes with."
        )}
      </p>
      <p>{sumUp(found)}</p>
      <HeatMap found={found} names={names} />
    </>
  );
}

/** The words that matter most, with their numbers. */
function Strongest({ side, most, point }: { side: Side; most: number; point(word: number | null): void }) {
  const { words } = side;
  const order = strongest(words.map(({ adds }) => adds), STRONGEST);
  if (!order.length) return <p class="muted">The model read no word of it.</p>;
  return (
    <ul class="strongest" aria-label={`The ${order.length} of its ${words.length} words that matter most, and what each adds`}>
      {order.map((at) => (
        <li key={at}>
          <button onFocus={() => point(at)} onBlur={() => point(null)} onMouseEnter={() => point(at)} onMouseLeave={() => point(null)}>
            <span dir="auto">{wordOf(side, at)}</span> {writeAmount(words[at]!.adds, most)}
          </button>
        </li>
      ))}
    </ul>
  );
}

function wordOf({ text, words }: Side, at: number): string {
  return text.slice(words[at]!.start, words[at]!.end);
}

/** How the parts make the whole, and why that may differ from what is stored. */
function sumUp({ cosine, similarity, special }: Found): string {
  const minus = (value: number, digits = 3) => value.toFixed(digits).replace("-", "−");
  const sum =
    `All pairs add up to ${minus(cosine)}, the cosine; ${minus(special)} of it from pairs with a special token, ` +
    "which the model puts around every text.";
  const difference = similarity - cosine;
  if (Math.abs(difference) <= NOTICEABLE) return sum;
  const sign = difference > 0 ? "+" : "";
  const stored = `${minus(similarity, 4)}: ${sign}${minus(difference, 4)}`;
  return `${sum} In the precision in which the collection is embedded the cosine is ${stored}.`;
}
