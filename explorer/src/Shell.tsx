/** The frame: a bar on top, the map below it, panels that slide over its edges. */

import type { FunctionComponent } from "preact";
import { useSignalEffect } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { useExplorer } from "./context";
import { followKeys } from "./keys";
import { Map } from "./map/Map";
import type { LeftPanel, RightPanel } from "./state";
import { Bar } from "./views/Bar";
import { Clusters } from "./views/Clusters";
import { Duplicates } from "./views/Duplicates";
import { Filters } from "./views/Filters";
import { Hints } from "./views/Hints";
import { Oddities } from "./views/Oddities";
import { Passage } from "./views/Passage";
import { Results } from "./views/Results";
import { Selection } from "./views/Selection";
import { Table } from "./views/Table";
import { Time } from "./views/Time";

const READ = 8_000; // ms that a message stays

const LEFT: Record<LeftPanel, [string, FunctionComponent]> = {
  results: ["Results", Results],
  clusters: ["Clusters", Clusters],
  filters: ["Filters", Filters],
};
const RIGHT: Record<RightPanel, [string, FunctionComponent]> = {
  passage: ["Passage", Passage],
  selection: ["Selection", Selection],
  duplicates: ["Duplicates", Duplicates],
  oddities: ["Oddities", Oddities],
  time: ["Over time", Time],
};

export function Shell() {
  const app = useExplorer();
  const { chosen, source, about } = app;
  useEffect(() => followKeys(document, app), []);
  const left = chosen.left.value;
  const right = chosen.right.value;
  const rights = { ...RIGHT } as Partial<typeof RIGHT>;
  if (!source.live) {
    delete rights.duplicates;
    delete rights.oddities;
  }
  if (!source.live || !about.columns.some(({ dated }) => dated)) delete rights.time;
  return (
    <>
      <Bar />
      <div class="field">
        <Map />
        <Panel edge="left" tabs={LEFT} open={left} choose={(name) => (chosen.left.value = name)} />
        <Panel edge="right" tabs={rights} open={right} choose={(name) => (chosen.right.value = name)} />
        {chosen.table.value && <Table />}
        <Message />
        <Hints />
      </div>
    </>
  );
}

/** What went wrong, or was done; it goes by itself. */
function Message() {
  const { message } = useExplorer().passing;
  useSignalEffect(() => {
    if (!message.value) return;
    const waiting = setTimeout(() => (message.value = ""), READ);
    return () => clearTimeout(waiting);
  });
  return (
    <p class="message" role="status" hidden={!message.value}>
      {message.value}
      <button aria-label="Dismiss" onClick={() => (message.value = "")}>×</button>
    </p>
  );
}

interface PanelProps<T extends string> {
  edge: "left" | "right";
  tabs: Partial<Record<T, [string, FunctionComponent]>>;
  open: T | null;
  choose(name: T | null): void;
}

/** Views of which one is open at a time; the tab of the open one closes it. */
function Panel<T extends string>({ edge, tabs, open, choose }: PanelProps<T>) {
  const names = Object.keys(tabs) as T[];
  const View = open === null ? null : tabs[open]?.[1];
  const id = `${edge}-panel`;
  return (
    <aside class={`panel ${edge}`} data-panel={View ? edge : "closed"} aria-label={edge === "left" ? "Find" : "Read"}>
      <div class="tabs" role="tablist">
        {names.map((name) => (
          <button
            key={name}
            role="tab"
            id={`${id}-${name}`}
            aria-selected={name === open}
            aria-controls={id}
            tabIndex={name === (open ?? names[0]) ? 0 : -1}
            onClick={() => choose(name === open ? null : name)}
            onKeyDown={(event) => step(event, names, name, choose)}
          >
            {tabs[name]![0]}
          </button>
        ))}
      </div>
      {View && (
        <div class="body" role="tabpanel" id={id} aria-labelledby={`${id}-${open}`}>
          <View />
        </div>
      )}
    </aside>
  );
}

/** Arrow keys go from tab to tab. */
function step<T extends string>(event: KeyboardEvent, names: T[], name: T, choose: (name: T) => void): void {
  const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!by) return;
  event.preventDefault();
  const at = (names.indexOf(name) + by + names.length) % names.length;
  choose(names[at]!);
  const tabs = (event.currentTarget as HTMLElement).parentElement!.children;
  (tabs[at] as HTMLElement).focus();
}
