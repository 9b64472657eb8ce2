/** Loads what a source holds, and keeps page, address and theme at one with what is chosen. */

import { batch, effect, type Signal } from "@preact/signals";
import type { ComponentChild } from "preact";
import { Shell } from "./Shell";
import { read, write } from "./address";
import { Context, type App } from "./context";
import { Refusal, type Source } from "./contract";
import { createExplorer, type Explorer } from "./explorer";
import { createCamera } from "./map/camera";
import type { Chosen } from "./state";

type Render = (what: ComponentChild, where: HTMLElement) => void;

export async function start(root: HTMLElement, source: Source, render: Render): Promise<void> {
  render(<p class="state">Opening the collection …</p>, root);
  try {
    const [about, points] = await Promise.all([source.about(), source.points()]);
    const hash = isOurs(location.hash) ? location.hash : (root.dataset["start"] ?? "");
    const explorer = createExplorer(source, about, points, read(hash, about));
    const app: App = { ...explorer, camera: createCamera(explorer), embedded: root.dataset["embedded"] === "true" };
    if (app.embedded) followLinks(root, explorer);
    else document.title = `${about.name} · semascope`;
    followTheme(root, explorer);
    followAddress(explorer);
    render(<Context.Provider value={app}><Shell /></Context.Provider>, root);
  } catch (error) {
    console.error(error);
    const told = error instanceof Refusal ? error.message : "The collection could not be shown.";
    render(<p class="state" role="alert">{told}</p>, root);
  }
}

/** Light or dark, as chosen or as the system is. */
function followTheme(root: HTMLElement, { chosen, passing }: Explorer): void {
  const system = matchMedia("(prefers-color-scheme: dark)");
  const page = document.documentElement.dataset["theme"]; // of an exported page that is always dark
  const follow = () => {
    const theme = chosen.theme.value === "system" ? (page ?? "system") : chosen.theme.value;
    const dark = theme === "dark" || (theme === "system" && system.matches);
    passing.dark.value = dark;
    root.dataset["theme"] = dark ? "dark" : "light";
  };
  system.addEventListener("change", follow);
  effect(follow);
}

/** The address says what is chosen; another address, as by going back, is what is chosen then. */
function followAddress({ about, chosen }: Explorer): void {
  let waiting = 0;
  let known = location.hash; // as we wrote it, or read it
  effect(() => {
    const values = Object.fromEntries(Object.entries(chosen).map(([name, { value }]) => [name, value]));
    const hash = write(values as unknown as Chosen, about);
    clearTimeout(waiting);
    waiting = window.setTimeout(() => {
      if (location.hash !== known) return; // another address has come, and is read in a moment
      replaceHash(hash);
      known = location.hash;
    }, 200);
  });
  addEventListener("hashchange", () => {
    if (!isOurs(location.hash) || location.hash === known) return;
    known = location.hash;
    const given = Object.entries(read(location.hash, about));
    const choices = chosen as unknown as Record<string, Signal<unknown>>;
    batch(() => {
      for (const [name, value] of given) choices[name]!.value = value;
    });
  });
}

/** Whether an address is the explorer's, not that of a section of the page around it. */
function isOurs(hash: string): boolean {
  return hash.includes("=");
}

function replaceHash(hash: string): void {
  if (!hash && !isOurs(location.hash)) return; // a section's own
  try {
    history.replaceState(null, "", `#${hash}`);
  } catch {
    // a frame in a notebook has no address of its own
  }
}

/** Passages that the page around names are shown on the map. */
function followLinks(root: HTMLElement, { select }: Explorer): void {
  document.addEventListener("click", (event) => {
    const link = (event.target as Element).closest<HTMLElement>("[data-passage]");
    if (!link) return;
    event.preventDefault();
    root.scrollIntoView();
    select(Number(link.dataset["passage"]));
  });
}
