/** The rows of the table; only those that are seen are in the page. */

import { useSignal, useSignalEffect, untracked } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { useExplorer, type App } from "../context";
import type { About, Kind } from "../contract";
import { clamp } from "../geometry";
import { heightOf, scrollTo, seen, type Scroll } from "../scrolling";
import type { Sort } from "../state";
import { Dot } from "./PassageList";

const ROW = 32; // px, as in table.css
const SHOWN = 4; // columns before the reader has chosen any
const AROUND = 10; // rows above and below what is seen whose texts are loaded
const PAUSE = 120; // ms until texts are loaded when the table is scrolled by more than it shows
const LETTERS = 400; // of a text: more than a line shows

export const columnsOf = (shown: readonly number[] | null, about: About): readonly number[] =>
  shown ?? about.columns.map((_, at) => at).slice(0, SHOWN);

export function Cells() {
  const app = useExplorer();
  const { about, chosen, passing, order } = app;
  const grid = useRef<HTMLDivElement>(null);
  const top = useSignal(0);
  const room = useSignal(0); // height of what is seen of the rows
  const active = useSignal(0); // where the arrow keys are
  const isOrdered = useRef(false); // a link is opened before what its order hangs on is loaded
  const numbers = order.value;
  const scroll: Scroll = { count: numbers.length, row: ROW, window: room.value, top: top.value };
  const slice = seen(scroll);
  const columns = columnsOf(chosen.shown.value, about);
  const at = clamp(active.value, 0, numbers.length - 1);

  useEffect(() => {
    const element = grid.current!;
    const watching = new ResizeObserver(() => (room.value = Math.max(element.clientHeight - ROW, 0)));
    watching.observe(element);
    return () => watching.disconnect();
  }, []);
  useLoading(numbers, slice.first, slice.end);

  useSignalEffect(() => {
    const number = chosen.selected.value;
    if (!isOrdered.current && !(isOrdered.current = hasAll(app))) return;
    if (number === null || !room.value) return;
    untracked(() => {
      const index = order.value.indexOf(number);
      if (index >= 0) show(index, "middle");
    });
  });
  useLayoutEffect(() => {
    grid.current!.scrollTop = top.value = 0; // another order begins at its top
    active.value = 0;
  }, [chosen.sort.value]);

  function show(index: number, where: "nearest" | "middle"): void {
    active.value = index;
    const now = { count: order.value.length, row: ROW, window: room.value, top: grid.current!.scrollTop };
    grid.current!.scrollTop = top.value = scrollTo(now, index, where);
  }
  function press(event: KeyboardEvent): void {
    if (event.target !== grid.current) return;
    const page = Math.max(Math.floor(room.value / ROW) - 1, 1);
    const to = {
      ArrowUp: at - 1, ArrowDown: at + 1, PageUp: at - page, PageDown: at + page, Home: 0, End: numbers.length - 1,
    }[event.key];
    if (to === undefined && event.key !== "Enter") return;
    event.preventDefault();
    if (to === undefined) return app.select(numbers[at]!);
    const next = clamp(to, 0, numbers.length - 1);
    show(next, "nearest");
    passing.hovered.value = numbers[next]!;
  }

  const rows = [];
  for (let index = slice.first; index < slice.end; index++) {
    rows.push(<PassageRow key={index} index={index} number={numbers[index]!} columns={columns} active={index === at} />);
  }
  const style = { "--cells": `16px minmax(240px, 6fr) ${columns.map((each) => WIDTHS[about.columns[each]!.kind]).join(" ")}` };
  return (
    <div
      class="grid"
      role="grid"
      ref={grid}
      tabIndex={0}
      aria-label="Passages; arrow keys go through them, Enter reads one"
      aria-rowcount={numbers.length + 1}
      aria-colcount={columns.length + 1}
      aria-activedescendant={at >= slice.first && at < slice.end ? idOf(at) : undefined}
      style={style}
      onScroll={(event) => (top.value = event.currentTarget.scrollTop)}
      onKeyDown={press}
      onPointerLeave={() => (passing.hovered.value = null)}
      onBlur={() => (passing.hovered.value = null)}
    >
      <Head columns={columns} />
      <div class="all" role="presentation" style={{ height: `${heightOf(numbers.length, ROW)}px` }}>
        <div role="presentation" style={{ transform: `translateY(${slice.top}px)` }}>{rows}</div>
      </div>
    </div>
  );
}

const WIDTHS: Record<Kind, string> = {
  number: "minmax(80px, 1fr)", date: "minmax(104px, 1fr)", category: "minmax(112px, 1.5fr)", text: "minmax(160px, 2fr)",
};
const idOf = (index: number): string => `table-row-${index}`;

/** Whether all is loaded that the selection and its order hang on. */
function hasAll({ chosen, passing }: App): boolean {
  const { x, y } = passing.along.value;
  const by = chosen.sort.value.column;
  const needed = [...chosen.filters.value.map(({ column }) => column), ...(by === "number" ? [] : [by])];
  return needed.every((column) => column in passing.columns.value) && (!chosen.x.value || !!x) && (!chosen.y.value || !!y);
}

/** Load the texts of what is seen; while one scrolls fast, not before one stops. */
function useLoading(numbers: Int32Array, first: number, end: number): void {
  const { needRows } = useExplorer();
  const before = useRef(first);
  useEffect(() => {
    const fast = Math.abs(first - before.current) > end - first;
    before.current = first;
    const load = () => needRows(numbers.subarray(Math.max(first - AROUND, 0), end + AROUND));
    if (!fast) return load();
    const waiting = setTimeout(load, PAUSE);
    return () => clearTimeout(waiting);
  }, [numbers, first, end]);
}

function Head({ columns }: { columns: readonly number[] }) {
  const { about, chosen } = useExplorer();
  const { column: by, descending } = chosen.sort.value;
  const next = (column: number): Sort => {
    if (column !== by) return { column, descending: false };
    return descending ? { column: "number", descending: false } : { column, descending: true };
  };
  return (
    <div class="row head" role="row" aria-rowindex={1}>
      <span role="presentation" />
      <span role="columnheader" aria-colindex={1} dir="auto">{about.text}</span>
      {columns.map((column, at) => {
        const { name, kind } = about.columns[column]!;
        const sorted = column === by ? (descending ? "descending" : "ascending") : "none";
        return (
          <span key={column} class={kind} role="columnheader" aria-colindex={at + 2} aria-sort={sorted}>
            <button title={`Sort by ${name}`} onClick={() => (chosen.sort.value = next(column))}>
              <span class="name" dir="auto">{name}</span>
              <span class="arrow" aria-hidden="true">{column === by ? (descending ? "↓" : "↑") : ""}</span>
            </button>
          </span>
        );
      })}
    </div>
  );
}

interface RowProps {
  readonly index: number;
  readonly number: number;
  readonly columns: readonly number[];
  readonly active: boolean;
}

function PassageRow({ index, number, columns, active }: RowProps) {
  const { about, chosen, passing, select } = useExplorer();
  const row = passing.rows.value.get(number);
  const selected = chosen.selected.value === number;
  const state = [active && "active", passing.hovered.value === number && "hovered"].filter(Boolean).join(" ");
  return (
    <div
      class={`row ${state}`}
      role="row"
      id={idOf(index)}
      aria-rowindex={index + 2}
      aria-selected={selected}
      onPointerEnter={() => (passing.hovered.value = number)}
      onClick={() => select(number)}
    >
      <Dot number={number} />
      <span role="gridcell" aria-colindex={1} dir="auto">{row ? row.text.slice(0, LETTERS) : "…"}</span>
      {columns.map((column, at) => (
        <span key={column} class={about.columns[column]!.kind} role="gridcell" aria-colindex={at + 2} dir="auto">
          {row ? row.values[column] : "…"}
        </span>
      ))}
    </div>
  );
}
