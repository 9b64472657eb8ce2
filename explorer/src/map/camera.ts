/** Where the map is looked at from: the view that is chosen, and the room that panels leave it. */

import { computed, signal, type ReadonlySignal, type Signal } from "@preact/signals";
import { rounded } from "../address";
import type { Explorer } from "../explorer";
import { bringInto, fit, toMap, zoomAt, type Room, type Size, type Spot, type View } from "../geometry";
import type { Region } from "../state";

export interface Camera {
  readonly size: Signal<Size>;
  readonly room: Signal<Room>; // that no panel covers
  readonly view: ReadonlySignal<View>;
  readonly zoom: ReadonlySignal<number>; // 1 where all of the map is shown
  pan(dx: number, dy: number): void;
  zoomBy(factor: number, at: Spot | null): void;
  showAll(): void;
  /** The region within a line of pixels, its corners as the address will have them. */
  enclose(line: readonly Spot[]): Region;
  /** Move no more than it takes for a passage to be seen. */
  show(number: number): void;
}

const ZOOMS: Spot = [0.5, 400];
const MARGIN = 32;
const TOOLS = 40; // pixels beyond the margin that the buttons on the map take

export function createCamera({ chosen, positions }: Explorer): Camera {
  const size = signal<Size>({ width: 1, height: 1 });
  const room = signal<Room>({ left: 0, top: 0, right: 1, bottom: 1 });
  const whole = computed(() => fit(positions.value, size.value, inset(room.value, MARGIN)));
  const view = computed(() => chosen.view.value ?? whole.value);
  const zoom = computed(() => view.value.scale / whole.value.scale);

  return {
    size, room, view, zoom,
    pan(dx, dy) {
      const { x, y, scale } = view.value;
      chosen.view.value = { x: x - dx / scale, y: y + dy / scale, scale };
    },
    zoomBy(factor, at) {
      const { left, right, top, bottom } = room.value;
      const [least, most] = ZOOMS.map((limit) => limit * whole.value.scale) as [number, number];
      const middle: Spot = [(left + right) / 2, (top + bottom) / 2];
      chosen.view.value = zoomAt(view.value, size.value, at ?? middle, factor, [least, most]);
    },
    showAll() {
      chosen.view.value = null;
    },
    enclose(line) {
      const polygon = line.map(([px, py]): Spot => {
        const [x, y] = toMap(view.value, size.value, px, py);
        return [rounded(x), rounded(y)];
      });
      return chosen.x.value || chosen.y.value ? { polygon, along: true } : { polygon };
    },
    show(number) {
      if (room.value.right - room.value.left <= 2 * MARGIN) return; // not laid out yet
      const { x, y } = positions.value;
      const { right, ...rest } = inset(room.value, MARGIN);
      const clear = { ...rest, right: Math.max(right - TOOLS, rest.left) };
      const moved = bringInto(view.value, size.value, clear, x[number]!, y[number]!);
      if (moved.x !== view.value.x || moved.y !== view.value.y) chosen.view.value = moved;
    },
  };
}

function inset({ left, top, right, bottom }: Room, by: number): Room {
  return { left: left + by, top: top + by, right: right - by, bottom: bottom - by };
}
