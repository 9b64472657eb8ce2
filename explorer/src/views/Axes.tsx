/** The reader's own axes: a direction from one text to another in the place of the map's x or y. */

import { batch, useSignal } from "@preact/signals";
import { useExplorer } from "../context";
import type { Axis } from "../state";

export function AxesButton() {
  const { chosen } = useExplorer();
  const open = useSignal(false);
  const given = chosen.x.value !== null || chosen.y.value !== null;
  return (
    <div class="popover">
      <button
        aria-expanded={open.value}
        aria-pressed={given}
        title="Lay the passages out along directions of your own"
        onClick={() => (open.value = !open.value)}
      >
        Axes
      </button>
      {open.value && (
        <div class="sheet" onKeyDown={(event) => event.key === "Escape" && ((open.value = false), event.stopPropagation())}>
          <p>Two texts make a direction of meaning. Passages nearer to the one lie left or below, to the other right or above. Only the order tells.</p>
          <AxisForm name="x" label="Left to right" />
          <AxisForm name="y" label="Below to above" />
        </div>
      )}
    </div>
  );
}

function AxisForm({ name, label }: { name: "x" | "y"; label: string }) {
  const { chosen } = useExplorer();
  const axis = chosen[name];
  /** What was looked at, or drawn along the axes before, is elsewhere along others. */
  const lay = (along: Axis | null) =>
    batch(() => {
      axis.value = along;
      chosen.view.value = null;
      for (const region of [chosen.region, chosen.against]) {
        if (region.value && "polygon" in region.value && region.value.along) region.value = null;
      }
    });
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const ends: Axis = { low: String(form.get("low")).trim(), high: String(form.get("high")).trim() };
    if (ends.low && ends.high) lay(ends);
  };
  return (
    <form class="axis" onSubmit={submit} aria-label={label}>
      <b>{label}</b>
      <input name="low" aria-label={`${label}: from`} placeholder="sad" defaultValue={axis.value?.low ?? ""} dir="auto" />
      <span>…</span>
      <input name="high" aria-label={`${label}: to`} placeholder="happy" defaultValue={axis.value?.high ?? ""} dir="auto" />
      <button type="submit">Set</button>
      <button type="button" disabled={!axis.value} onClick={() => lay(null)}>Back to the map</button>
    </form>
  );
}
