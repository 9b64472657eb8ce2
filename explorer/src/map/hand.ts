/** The hand on the map: what pointers, wheel and keys mean. It changes nothing itself. */

import type { Spot } from "../geometry";

export interface Acts {
  pan(dx: number, dy: number): void;
  zoom(factor: number, at: Spot | null): void; // null: the middle
  showAll(): void;
  hover(at: Spot | null): void;
  /** Choose what is here; with `extend`, as a partner of what is chosen. */
  choose(at: Spot | null, reach: number, extend: boolean): void; // null: the middle
  /** A line is being drawn, or is complete. */
  draw(line: readonly Spot[], complete: boolean): void;
  /** Whether a press draws a line rather than moves the map. */
  isDrawing(): boolean;
  /** Whether the page around scrolls under one finger or the wheel. */
  isEmbedded(): boolean;
  hint(): void; // how to zoom where the wheel scrolls
}

const STILL = 4; // pixels that a click may travel
const STEP = 6; // pixels between the corners of a line
const PAN = 64;
const ZOOM = 1.5;

/** Listen on an element; the return ends it. */
export function follow(element: HTMLElement, acts: Acts): () => void {
  const stop = new AbortController();
  const fingers = new Map<number, Spot>();
  let travelled = 0;
  let line: Spot[] = [];

  const spot = (event: MouseEvent): Spot => {
    const { left, top } = element.getBoundingClientRect();
    return [event.clientX - left, event.clientY - top];
  };

  function press(event: PointerEvent): void {
    if (event.button !== 0) return;
    element.setPointerCapture(event.pointerId);
    fingers.set(event.pointerId, spot(event));
    travelled = 0;
    line = acts.isDrawing() ? [spot(event)] : [];
  }

  function move(event: PointerEvent): void {
    const here = spot(event);
    const last = fingers.get(event.pointerId);
    if (!last) return acts.hover(here);
    const other = [...fingers].find(([id]) => id !== event.pointerId)?.[1];
    travelled += Math.hypot(here[0] - last[0], here[1] - last[1]);
    fingers.set(event.pointerId, here);
    if (travelled > STILL) acts.hover(null);
    if (line.length) {
      const [x, y] = line.at(-1)!;
      if (Math.hypot(here[0] - x, here[1] - y) >= STEP) line.push(here);
      acts.draw(line, false);
    } else if (other) {
      const spread = ([x, y]: Spot) => Math.hypot(x - other[0], y - other[1]) || 1;
      acts.zoom(spread(here) / spread(last), other);
    } else if (event.pointerType !== "touch" || !acts.isEmbedded()) {
      acts.pan(here[0] - last[0], here[1] - last[1]);
    }
  }

  function release(event: PointerEvent): void {
    if (!fingers.delete(event.pointerId)) return;
    const touch = event.pointerType === "touch";
    if (line.length > 2) acts.draw(line, event.type === "pointerup");
    else if (event.type === "pointerup" && travelled <= STILL && !fingers.size) {
      acts.choose(spot(event), touch ? 16 : 4, event.shiftKey);
    }
    line = [];
  }

  function turn(event: WheelEvent): void {
    const pinch = event.ctrlKey || event.metaKey;
    if (!pinch && acts.isEmbedded()) return acts.hint();
    event.preventDefault();
    // A pinch on a touch pad comes as small steps with the control key; lines count as 16 pixels.
    const step = event.deltaY * (event.deltaMode ? 16 : 1);
    acts.zoom(Math.exp((-step * (pinch && Math.abs(step) < 40 ? 8 : 1)) / 500), spot(event));
  }

  const keys: Record<string, () => void> = {
    "+": () => acts.zoom(ZOOM, null),
    "=": () => acts.zoom(ZOOM, null),
    "-": () => acts.zoom(1 / ZOOM, null),
    "0": acts.showAll,
    ArrowLeft: () => acts.pan(PAN, 0),
    ArrowRight: () => acts.pan(-PAN, 0),
    ArrowUp: () => acts.pan(0, PAN),
    ArrowDown: () => acts.pan(0, -PAN),
    Enter: () => acts.choose(null, Infinity, false),
  };
  function type(event: KeyboardEvent): void {
    const act = keys[event.key];
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    act();
  }

  const { signal } = stop;
  element.addEventListener("pointerdown", press, { signal });
  element.addEventListener("pointermove", move, { signal });
  element.addEventListener("pointerup", release, { signal });
  element.addEventListener("pointercancel", release, { signal });
  element.addEventListener("pointerleave", () => acts.hover(null), { signal });
  element.addEventListener("wheel", turn, { signal, passive: false });
  element.addEventListener("keydown", type, { signal });
  return () => stop.abort();
}
