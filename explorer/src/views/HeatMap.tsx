/** What each pair of tokens adds to a cosine, in a window of its own. */

import { useSignal } from "@preact/signals";
import { useMemo, useRef } from "preact/hooks";
import { useExplorer } from "../context";
import type { Why } from "../contract";
import { chooseTokens, shade } from "../reasons";
import { writeAmount } from "../words";
import "./HeatMap.css";

const MOST = 40; // tokens of a text that are shown

interface Props {
  readonly found: Why;
  readonly names: readonly [string, string];
}

export function HeatMap({ found, names }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const open = useSignal(false);
  const { tokens: across } = found.b;
  const { tokens: down } = found.a;
  return (
    <>
      <button
        class="plain"
        onClick={() => {
          open.value = true;
          dialog.current!.showModal();
        }}
      >
        Heat map of {down.length} × {across.length} tokens
      </button>
      <dialog
        ref={dialog}
        class="heat"
        aria-label="What each pair of tokens adds"
        onClose={() => (open.value = false)}
        onKeyDown={(event) => event.stopPropagation()}
        onClick={(event) => event.target === event.currentTarget && dialog.current!.close()}
      >
        {open.value && <Grid found={found} names={names} close={() => dialog.current!.close()} />}
      </dialog>
    </>
  );
}

function Grid({ found: { a, b, contributions }, names, close }: Props & { close(): void }) {
  const dark = useExplorer().passing.dark.value;
  const pointed = useSignal<readonly [number, number] | null>(null);
  const [rows, columns] = useMemo(() => chooseTokens(contributions, MOST), [contributions]);
  const most = Math.max(...rows.flatMap((i) => columns.map((j) => Math.abs(contributions[i]![j]!))), 0);
  const tell = (i: number, j: number) => `${a.tokens[i]} × ${b.tokens[j]} ${writeAmount(contributions[i]![j]!, most)}`;
  const cut = rows.length < a.tokens.length || columns.length < b.tokens.length;
  const cells = useMemo(
    () =>
      rows.map((i) => (
        <tr key={i}>
          <th scope="row" dir="auto">{a.tokens[i]}</th>
          {columns.map((j) => {
            const amount = contributions[i]![j]!;
            const style = shade(amount, most, dark);
            return (
              <td key={j} style={style ?? {}} title={tell(i, j)} data-i={i} data-j={j}>
                <span class="visually-hidden">{writeAmount(amount, most)}</span>
                {style && amount < 0 && <span aria-hidden="true">−</span>}
              </td>
            );
          })}
        </tr>
      )),
    [contributions, dark],
  );
  const point = ({ target }: MouseEvent) => {
    const { i, j } = (target as HTMLElement).closest("td")?.dataset ?? {};
    pointed.value = i && j ? [Number(i), Number(j)] : null;
  };
  return (
    <div class="inside">
      <header>
        <h2>What each pair of tokens adds</h2>
        <button autofocus onClick={close}>Close</button>
      </header>
      <p class="muted">
        Down: {names[0].toLowerCase()}; across: {names[1].toLowerCase()}. Blue adds; orange, with a minus, takes away.
        {cut && ` Of ${a.tokens.length} × ${b.tokens.length} tokens these are the ${rows.length} and ${columns.length} that matter most.`}
      </p>
      <p class="pointed" aria-hidden="true" dir="auto">{pointed.value ? tell(...pointed.value) : "Point at a cell to read it."}</p>
      <div class="scroll" tabIndex={0} role="group" aria-label="Heat map">
        <table onMouseOver={point} onMouseLeave={() => (pointed.value = null)}>
          <thead>
            <tr>
              <td />
              {columns.map((j) => <th key={j} scope="col"><span dir="auto">{b.tokens[j]}</span></th>)}
            </tr>
          </thead>
          <tbody>{cells}</tbody>
        </table>
      </div>
    </div>
  );
}
