/** Keys that work everywhere but where one writes. */

import type { App } from "./context";
import { LEVELS } from "./contract";

export const KEYS: readonly (readonly [string, string])[] = [
  ["/", "search"],
  ["c", "clusters"],
  ["f", "filters"],
  ["t", "table"],
  ["l", "draw around passages"],
  ["1 2 3", "coarse, medium or fine clusters"],
  ["n p", "next or previous neighbor of the passage"],
  ["+ − 0", "on the map: zoom, show all"],
  ["arrows", "on the map: move it"],
  ["Enter", "on the map: read the passage in the middle"],
  ["Esc", "one step back"],
  ["?", "this"],
];

/** Listen on the page; the return ends it. */
export function followKeys(page: Document, app: App): () => void {
  const { chosen, passing } = app;

  const acts: Record<string, () => void> = {
    "/": () => page.querySelector<HTMLElement>(".explorer input[type=search]")?.focus(),
    c: () => (chosen.left.value = "clusters"),
    f: () => (chosen.left.value = "filters"),
    t: () => (chosen.table.value = !chosen.table.value),
    l: () => (passing.tool.value = passing.tool.value === "move" ? "lasso" : "move"),
    "?": () => page.querySelector<HTMLElement>(".explorer .help")?.click(),
    n: () => neighbor(1),
    p: () => neighbor(-1),
    Escape: back,
    ...Object.fromEntries(LEVELS.map((level, at) => [String(at + 1), () => (chosen.level.value = level)])),
  };

  let origin: { from: number; near: readonly number[]; at: number } | null = null;
  /** Go through the neighbors of the passage from which the walk began. */
  function neighbor(by: number): void {
    const selected = chosen.selected.value;
    if (selected === null) return;
    if (!origin || origin.near[origin.at] !== selected) {
      const near = passing.neighbors.value?.map(({ number }) => number) ?? [];
      origin = { from: selected, near: [selected, ...near], at: 0 };
    }
    origin.at = (origin.at + by + origin.near.length) % origin.near.length;
    app.select(origin.near[origin.at]!);
  }

  function back(): void {
    if (passing.message.value) passing.message.value = "";
    else if (passing.tool.value !== "move") passing.tool.value = "move";
    else if (chosen.pair.value !== null) chosen.pair.value = null;
    else if (chosen.selected.value !== null) app.select(null);
    else if (chosen.region.value) app.selectRegion(null);
    else if (chosen.query.value) chosen.query.value = "";
    else chosen.right.value = null;
  }

  const type = (event: KeyboardEvent) => {
    const writing = (event.target as HTMLElement).closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (writing && event.key !== "Escape") return;
    const act = acts[event.key];
    if (!act) return;
    if (event.key !== "Escape") event.preventDefault();
    if (writing) (event.target as HTMLElement).blur();
    else act();
  };
  page.addEventListener("keydown", type);
  return () => page.removeEventListener("keydown", type);
}
