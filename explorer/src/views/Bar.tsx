/** The bar on top: which collection, the search, and how the map is drawn. */

import { useExplorer } from "../context";
import type { Mode } from "../contract";
import type { Chosen, Color, Mark } from "../state";
import { AxesButton } from "./Axes";
import { HelpButton } from "./Hints";

const MODES: Record<Mode, string> = { hybrid: "meaning and words", vector: "meaning", keyword: "words" };

export function Bar() {
  const { about, chosen, passing, source } = useExplorer();
  const { hits } = { hits: passing.found.value?.hits.length };
  return (
    <div class="bar" role="banner">
      <h1 dir="auto" title={about.finding}>{about.name}</h1>
      <span class="muted count">{about.passages.toLocaleString("en")} passages</span>
      <form role="search" onSubmit={(event) => event.preventDefault()}>
        <input
          type="search"
          aria-label="Search"
          placeholder={source.live ? "Search by meaning ( / )" : "Search by words ( / ); no model runs in this page"}
          value={chosen.query.value}
          onInput={(event) => {
            chosen.query.value = event.currentTarget.value;
            if (event.currentTarget.value.trim()) chosen.left.value = "results";
          }}
          autocomplete="off"
          spellcheck={false}
          dir="auto"
        />
        {source.live && (
          <select
            aria-label="Search by"
            value={chosen.mode.value}
            onChange={(event) => (chosen.mode.value = event.currentTarget.value as Mode)}
          >
            {Object.entries(MODES).map(([mode, label]) => <option key={mode} value={mode}>{label}</option>)}
          </select>
        )}
        <span class="visually-hidden" role="status">
          {hits === undefined ? "" : `${hits} ${hits === 1 ? "result" : "results"}`}
        </span>
      </form>
      <ColorChoice />
      <MarkChoice />
      {source.live && <AxesButton />}
      <button
        aria-pressed={chosen.table.value}
        title="Table of what is selected (t)"
        onClick={() => (chosen.table.value = !chosen.table.value)}
      >
        Table
      </button>
      <ThemeButton />
      <HelpButton />
    </div>
  );
}

function ColorChoice() {
  const { about, chosen } = useExplorer();
  const { color, x, y } = chosen;
  const choose = (value: string) => {
    color.value = value.startsWith("column ")
      ? { by: "column", column: Number(value.slice(7)) }
      : { by: value as Exclude<Color["by"], "column"> };
  };
  return (
    <label class="choice">
      <span>Color</span>
      <select
        aria-label="Color by"
        value={color.value.by === "column" ? `column ${color.value.column}` : color.value.by}
        onChange={(event) => choose(event.currentTarget.value)}
      >
        <option value="cluster">cluster</option>
        <option value="honesty">honesty of the map</option>
        {x.value && <option value="x">{`${x.value.low} … ${x.value.high}`}</option>}
        {y.value && <option value="y">{`${y.value.low} … ${y.value.high}`}</option>}
        {about.columns.map(({ name }, at) => <option key={at} value={`column ${at}`}>{name}</option>)}
      </select>
    </label>
  );
}

function MarkChoice() {
  const { about, chosen } = useExplorer();
  const mark = chosen.mark.value;
  const choose = (value: string): Mark =>
    value === "dots" || value === "density" ? value : { column: Number(value) };
  return (
    <label class="choice mark">
      <span>Draw</span>
      <select
        aria-label="Draw passages as"
        value={typeof mark === "object" ? String(mark.column) : mark}
        onChange={(event) => (chosen.mark.value = choose(event.currentTarget.value))}
      >
        <option value="dots">dots</option>
        <option value="density">density</option>
        {about.columns.map(({ name, short }, at) => short && <option key={at} value={at}>{name}</option>)}
      </select>
    </label>
  );
}

const NEXT: Record<Chosen["theme"], Chosen["theme"]> = { system: "light", light: "dark", dark: "system" };

function ThemeButton() {
  const { theme } = useExplorer().chosen;
  return (
    <button
      aria-label={`Theme: ${theme.value}`}
      title={`Theme: ${theme.value}`}
      onClick={() => (theme.value = NEXT[theme.value])}
    >
      {{ system: "◐", light: "☀", dark: "☾" }[theme.value]}
    </button>
  );
}
