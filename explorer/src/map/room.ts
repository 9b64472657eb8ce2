/** The part of the map that no panel covers. */

import type { Room } from "../geometry";

const WIDE = 0.8; // of the map: a panel that wide lies at its lower edge

/** Measured on the page: panels say by `data-panel` which edge they slide over. */
export function measureRoom(stage: HTMLElement): Room {
  const all = stage.getBoundingClientRect();
  const room = { left: 0, top: 0, right: all.width, bottom: all.height };
  for (const panel of stage.parentElement!.querySelectorAll<HTMLElement>("[data-panel]")) {
    const { left, top, right, bottom, width, height } = panel.getBoundingClientRect();
    if (!width || !height) continue;
    const edge = width > WIDE * all.width ? "bottom" : panel.dataset["panel"]; // on a phone
    if (edge === "left") room.left = Math.max(room.left, right - all.left);
    if (edge === "right") room.right = Math.min(room.right, left - all.left);
    if (edge === "bottom") room.bottom = Math.min(room.bottom, top - all.top);
    if (edge === "top") room.top = Math.max(room.top, bottom - all.top);
  }
  return room;
}
