/** The filter of a category column: its values to choose from, the commonest first. */

import { useComputed, useSignal, type ReadonlySignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import type { Column, Filter, Values } from "../contract";
import { commonest, countCodes } from "../histogram";
import { everything, type Mask } from "../selection";

interface Props {
  readonly at: number;
  readonly column: Column;
  readonly values: Extract<Values, { kind: "category" }>;
  readonly filter: Filter | null;
  readonly mask: ReadonlySignal<Mask>; // what passes the other filters
  choose(filter: Filter | null): void;
}

const FIRST = 8; // values that are listed at once
const MORE = 50; // that each click adds

export function Categories({ at, column, values: { codes, names }, filter, mask, choose }: Props) {
  const C = names.length;
  const limit = useSignal(FIRST);
  const sought = useSignal("");
  const totals = useMemo(() => countCodes(codes, C, everything(codes.length)), [codes]);
  const there = useMemo(() => totals.reduce((sum, count) => sum + (count ? 1 : 0), 0), [totals]);
  const counts = useComputed(() => countCodes(codes, C, mask.value)).value;
  const chosen = new Set(filter && "values" in filter ? filter.values : []);
  const nameOf = (code: number): string | null => (code < C ? names[code]! : null);

  const word = sought.value.trim().toLocaleLowerCase();
  const candidates = useMemo(() => {
    const all = Array.from({ length: C + 1 }, (_, code) => code);
    return word ? all.filter((code) => (names[code] ?? "none").toLocaleLowerCase().includes(word)) : all;
  }, [names, word]);
  const listed = commonest(candidates, counts, totals, limit.value);
  const kept = chosen.size ? candidates.filter((code) => chosen.has(nameOf(code)) && !listed.includes(code)) : [];
  const left = (word ? candidates.filter((code) => totals[code]).length : there) - listed.length - kept.length;
  const top = Math.max(1, ...listed.map((code) => counts[code]!));

  function toggle(value: string | null): void {
    if (!chosen.delete(value)) chosen.add(value);
    choose(chosen.size ? { column: at, values: [...chosen] } : null);
  }

  return (
    <>
      {there > FIRST && (
        <input
          type="search"
          class="sought"
          placeholder={`Find among ${there.toLocaleString("en")} values`}
          aria-label={`Find a value of ${column.name}`}
          value={sought.value}
          onInput={(event) => (sought.value = event.currentTarget.value)}
        />
      )}
      <ul class="values">
        {[...listed, ...kept].map((code) => {
          const value = nameOf(code);
          const count = counts[code]!;
          return (
            <li key={code}>
              <label class={count ? "" : "empty-value"}>
                <input type="checkbox" checked={chosen.has(value)} onChange={() => toggle(value)} />
                <span class="name" dir="auto" title={value ?? "no value"}>{value ?? <em>none</em>}</span>
                <span class="amount">
                  <i style={{ width: `${(100 * count) / top}%` }} />
                  <b>{count.toLocaleString("en")}</b>
                </span>
              </label>
            </li>
          );
        })}
      </ul>
      {word && !candidates.length && <p class="muted">No value has that in it.</p>}
      {left > 0 && (
        <button class="muted" onClick={() => (limit.value += MORE)}>… {left.toLocaleString("en")} more</button>
      )}
    </>
  );
}
