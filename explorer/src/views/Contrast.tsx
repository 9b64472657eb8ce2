/** The selection against the rest or a second one: telling words, and how far they can be told apart. */

import { useSignal, useSignalEffect } from "@preact/signals";
import { useExplorer } from "../context";
import { Refusal, type Contrast as Found, type ContrastSide } from "../contract";
import { toBits } from "../selection";
import { count } from "../words";
import { Against } from "./Against";
import { once } from "./answer";
import { PassageList } from "./PassageList";
import { accuracy, percent } from "./wording";

const PAUSE = 400; // ms without a change before anything is compared
const WORDS = 12;

type State = { at: "waiting" | "none" } | { at: "failed"; told: string } | { at: "found"; found: Found };

export function Contrast() {
  const { about, against, selection, source } = useExplorer();
  const state = useSignal<State>({ at: "waiting" });
  const again = useSignal(0);
  useSignalEffect(() => {
    void again.value;
    const [a, b] = [selection.value, against.value];
    let ended = false;
    if (!a.count || !b.count) {
      state.value = { at: "none" };
      return;
    }
    state.value = { at: "waiting" };
    const waiting = setTimeout(async () => {
      try {
        const sides = [toBits(a, about.passages), toBits(b, about.passages)] as const;
        const found = await once(source, `contrast ${sides.join(" ")}`, () => source.contrast(...sides));
        if (!ended) state.value = { at: "found", found };
      } catch (error) {
        if (!(error instanceof Refusal)) console.error(error);
        const told = error instanceof Refusal ? error.message : "That did not work; please try again.";
        if (!ended) state.value = { at: "failed", told };
      }
    }, PAUSE);
    return () => {
      ended = true;
      clearTimeout(waiting);
    };
  });
  const now = state.value;
  return (
    <section class="contrast" aria-label="Comparison" aria-busy={now.at === "waiting"}>
      <h3>Compared with</h3>
      <Against />
      {now.at === "waiting" && <p class="muted" role="status">Comparing …</p>}
      {now.at === "none" && <p class="muted">There is nothing on the other side to compare with.</p>}
      {now.at === "failed" && (
        <p role="alert">{now.told} <button class="plain" onClick={() => again.value++}>Try again</button></p>
      )}
      {now.at === "found" && <Outcome found={now.found} />}
    </section>
  );
}

function Outcome({ found }: { found: Found }) {
  const other = useExplorer().chosen.against.value ? "the second" : "the rest";
  const { a, b } = found;
  return (
    <>
      <p>{verdict(found)}</p>
      <p class="muted">
        {compared(a)} against {compared(b)}.
        {found.overlap > 0 && ` ${count(found.overlap, "passage")} on both sides left out.`}
      </p>
      <Words title="Words of the selection" side={a} other={b} />
      <Words title={`Words of ${other}`} side={b} other={a} />
      {found.told_apart && (
        <>
          <Some title={`Least like ${other}`} numbers={a.clearest} />
          <Some title={`In the selection, but like ${other}`} numbers={a.like_other} />
          <Some title="Least like the selection" numbers={b.clearest} />
          <Some title={`In ${other}, but like the selection`} numbers={b.like_other} />
          <Some title="In between" numbers={found.between} />
        </>
      )}
    </>
  );
}

function compared({ size, compared }: ContrastSide): string {
  return size === compared ? count(size, "passage") : `${count(size, "passage")} (${compared.toLocaleString("en")} of them compared)`;
}

function verdict({ accuracy: share, by_chance, told_apart }: Found): string {
  if (share === null || by_chance === null) return "A side has fewer than five rows: too few to say how far they can be told apart.";
  const chance = `by chance 50%, with the sides shuffled ${percent(by_chance[0])} to ${percent(by_chance[1])}`;
  if (told_apart) return `They can be told apart ${accuracy(share)} of the time; ${chance}.`;
  return `They cannot be told apart: a guess is right ${percent(share)} of the time; ${chance}.`;
}

interface WordsProps {
  title: string;
  side: ContrastSide;
  other: ContrastSide;
}

/** Words with the share of texts that have them, on their own side and on the other. */
function Words({ title, side, other }: WordsProps) {
  if (!side.words.length) return <div><h3>{title}</h3><p class="muted">None is clearly more frequent.</p></div>;
  const shares = side.words.slice(0, WORDS).map(({ word, here, there }) => ({
    word,
    here: here / side.compared,
    there: there / other.compared,
  }));
  const most = Math.max(...shares.map(({ here }) => here));
  return (
    <table class="telling">
      <caption>{title} <span class="muted">in how many of the texts here, and on the other side</span></caption>
      <tbody>
        {shares.map(({ word, here, there }) => (
          <tr key={word}>
            <th scope="row" dir="auto">{word}</th>
            <td class="pair" aria-hidden="true">
              <i style={{ width: `${(100 * here) / most}%` }} />
              <i class="there" style={{ width: `${(100 * there) / most}%` }} />
            </td>
            <td><span class="visually-hidden">here </span>{percent(here)}</td>
            <td class="muted"><span class="visually-hidden">there </span>{percent(there)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Some({ title, numbers }: { title: string; numbers: readonly number[] }) {
  if (!numbers.length) return null;
  return <section><h3>{title}</h3><PassageList label={title} items={numbers.map((number) => ({ number }))} /></section>;
}
