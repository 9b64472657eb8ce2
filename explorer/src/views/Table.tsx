/** The table: the passages of the selection, any number of them. */

import { useSignal } from "@preact/signals";
import { useExplorer } from "../context";
import { Cells, columnsOf } from "./Cells";
import "./Table.css";

export function Table() {
  const { about, chosen, passing, selection } = useExplorer();
  const { count } = selection.value;
  const { column } = chosen.sort.value;
  const waiting = column !== "number" && !(column in passing.columns.value);
  const many = count.toLocaleString("en");
  const all = count === about.passages;
  return (
    <section class="drawer" data-panel="bottom" aria-label="Table">
      <div class="title">
        <h2>{all ? `All ${many} passages` : `${many} ${count === 1 ? "passage" : "passages"} selected`}</h2>
        <span class="muted" role="status">{waiting ? "sorting …" : ""}</span>
        {about.columns.length > 0 && <ColumnsMenu />}
        <button aria-label="Close the table" onClick={() => (chosen.table.value = false)}>×</button>
      </div>
      {count ? <Cells /> : <p class="empty">No passage passes the filters and lies in the region.</p>}
    </section>
  );
}

/** Which columns are shown. */
function ColumnsMenu() {
  const { about, chosen } = useExplorer();
  const open = useSignal(false);
  const shown = new Set(columnsOf(chosen.shown.value, about));
  function toggle(column: number): void {
    if (!shown.delete(column)) shown.add(column);
    chosen.shown.value = [...shown].sort((a, b) => a - b);
  }
  return (
    <div
      class="columns"
      onKeyDown={(event) => {
        if (event.key !== "Escape" || !open.value) return;
        open.value = false;
        event.stopPropagation();
        event.currentTarget.querySelector("button")!.focus();
      }}
    >
      <button aria-expanded={open.value} onClick={() => (open.value = !open.value)}>Columns</button>
      {open.value && (
        <fieldset>
          <legend class="visually-hidden">Columns that are shown</legend>
          {about.columns.map(({ name }, at) => (
            <label key={at}>
              <input type="checkbox" checked={shown.has(at)} onChange={() => toggle(at)} />
              <span dir="auto">{name}</span>
            </label>
          ))}
        </fieldset>
      )}
    </div>
  );
}
