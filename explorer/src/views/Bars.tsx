/** Bars, one a bin, over which a range can be brushed. */

import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { dragged, grasp, type Drag, type Part, type Span } from "../brush";
import { clamp } from "../geometry";
import "./Bars.css";

interface Props {
  readonly label: string; // for who does not see it
  readonly heights: readonly number[]; // (B,) in [0, 1]
  readonly behind: readonly number[] | null; // (B,) faint
  readonly span: Span | null; // what is chosen, in [0, B]
  readonly ends: readonly [string, string]; // names of the first and the last
  readonly note?: string; // on the scale
  tell(bin: number): string; // of the bin under the pointer
  choose: ((first: number, last: number, part: Part) => void) | null; // null: nothing to choose
  clear(): void;
}

const STILL = 4; // px that a click may move
const REACH = { mouse: 6, touch: 16 }; // px from an end at which it is grasped
const LEAST = 0.03; // height of a bar that is not empty

export function Bars({ label, heights, behind, span, ends, note, tell, choose, clear }: Props) {
  const over = useSignal<number | null>(null);
  const drag = useRef<(Drag & { readonly x: number; moved: boolean }) | null>(null);
  const B = heights.length;

  const place = (event: PointerEvent): [number, number] => {
    const { left, width } = (event.currentTarget as HTMLElement).getBoundingClientRect();
    return [clamp((event.clientX - left) / width, 0, 1) * B, B / width];
  };
  const press = (event: PointerEvent) => {
    if (!choose || event.button) return;
    const [at, perPixel] = place(event);
    const reach = REACH[event.pointerType === "mouse" ? "mouse" : "touch"] * perPixel;
    drag.current = { ...grasp(at, span, reach), x: event.clientX, moved: false };
    (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
  };
  const move = (event: PointerEvent) => {
    const [at] = place(event);
    over.value = Math.min(Math.floor(at), B - 1);
    const held = drag.current;
    if (!held) return;
    held.moved ||= Math.abs(event.clientX - held.x) > STILL;
    if (held.moved) choose?.(...dragged(held, at, B), held.part);
  };
  const release = (event: PointerEvent) => {
    const held = drag.current;
    drag.current = null;
    if (!held || held.moved || held.part !== "new" || event.type === "pointercancel") return;
    if (held.span) clear();
    else choose?.(...dragged(held, held.from, B), "new");
  };

  return (
    <div class="bars">
      <div
        class={choose ? "field-of-bars brushed" : "field-of-bars"}
        onPointerDown={press}
        onPointerMove={move}
        onPointerUp={release}
        onPointerCancel={release}
        onPointerLeave={() => (over.value = null)}
      >
        <svg viewBox={`0 0 ${B} 1`} preserveAspectRatio="none" role="img" aria-label={label}>
          {behind && <path class="behind" d={outline(behind)} />}
          <path class="front" d={outline(heights)} />
        </svg>
        {span && <i class="outside" style={{ left: 0, width: percent(span[0] / B) }} />}
        {span && <i class="outside" style={{ left: percent(span[1] / B), right: 0 }} />}
        {span && choose && span.map((end, at) => <i key={at} class="grip" style={{ left: percent(end / B) }} />)}
      </div>
      <p class="muted scale" aria-hidden="true">
        {over.value === null || over.value >= B ? (
          <><span>{ends[0]}</span><span>{note}</span><span>{ends[1]}</span></>
        ) : (
          <span class="told">{tell(over.value)}</span>
        )}
      </p>
    </div>
  );
}

/** All bars as one path, in a field B wide and 1 high. */
function outline(heights: readonly number[]): string {
  const gap = heights.length > 1 ? 0.08 : 0;
  return heights
    .map((height, at) => {
      if (!height) return "";
      return `M${at + gap} 1V${1 - Math.max(Math.min(height, 1), LEAST)}H${at + 1 - gap}V1Z`;
    })
    .join("");
}

const percent = (share: number): string => `${100 * share}%`;
