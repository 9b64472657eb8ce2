/** Buttons on the map: nearer, further, all of it, draw around a region, choose what is in view. */

import type { ComponentChildren } from "preact";
import { useExplorer } from "../context";
import type { Spot } from "../geometry";

const HEIGHT = 40; // pixels of a button

export function Tools() {
  const { camera, chosen, passing, embedded, selectRegion } = useExplorer();
  const { right, bottom } = camera.room.value;
  const lasso = passing.tool.value === "lasso";

  function chooseView(): void {
    const { left, top, right, bottom } = camera.room.value;
    const corners: Spot[] = [[left, top], [right, top], [right, bottom], [left, bottom]];
    selectRegion(camera.enclose(corners));
    chosen.right.value = "selection";
  }

  const buttons = embedded ? 6 : 5;
  const place = { left: `${right - 56}px`, top: `${bottom - buttons * HEIGHT - 16}px` };
  return (
    <div class="tools" role="toolbar" aria-label="Map" style={place}>
      <Tool name="Zoom in" key_="+" act={() => camera.zoomBy(1.5, null)}>
        <path d="M10 4v12M4 10h12" />
      </Tool>
      <Tool name="Zoom out" key_="−" act={() => camera.zoomBy(1 / 1.5, null)}>
        <path d="M4 10h12" />
      </Tool>
      <Tool name="Show all" key_="0" act={camera.showAll}>
        <path d="M3 7V3h4M13 3h4v4M17 13v4h-4M7 17H3v-4" />
        <circle cx="10" cy="10" r="2" />
      </Tool>
      <Tool
        name="Draw around passages to select them"
        key_="l"
        pressed={lasso}
        act={() => (passing.tool.value = lasso ? "move" : "lasso")}
      >
        <ellipse cx="10" cy="8" rx="7" ry="5" stroke-dasharray="3 2" />
        <path d="M7 13c1 2-.5 3-2 4" />
      </Tool>
      <Tool name="Select all that is in view" act={chooseView}>
        <rect x="3" y="4" width="14" height="12" stroke-dasharray="3 2" />
        <circle cx="8" cy="9" r="1" />
        <circle cx="12" cy="12" r="1" />
      </Tool>
      {embedded && (
        <Tool name="Fill the screen" act={fill}>
          <path d="M8 3H3v5M12 17h5v-5M3 3l5 5M17 17l-5-5" />
        </Tool>
      )}
    </div>
  );
}

interface ToolProps {
  name: string;
  key_?: string;
  pressed?: boolean;
  act(event: MouseEvent): void;
  children: ComponentChildren;
}

function Tool({ name, key_, pressed, act, children }: ToolProps) {
  return (
    <button title={key_ ? `${name} (${key_})` : name} aria-label={name} aria-pressed={pressed} onClick={act}>
      <svg viewBox="0 0 20 20" width="20" height="20" fill="none" stroke="currentColor" stroke-width="1.5" aria-hidden="true">
        {children}
      </svg>
    </button>
  );
}

function fill(event: MouseEvent): void {
  const page = (event.currentTarget as HTMLElement).closest(".explorer");
  if (document.fullscreenElement) void document.exitFullscreen();
  else void page?.requestFullscreen();
}
