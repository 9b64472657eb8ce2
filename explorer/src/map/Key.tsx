/** What the colors of the points mean. */

import { useExplorer } from "../context";

export function Key() {
  const { about, camera, chosen, coloring, passing } = useExplorer();
  const { left, right, bottom } = camera.room.value;
  const raised = chosen.x.value || chosen.y.value ? 40 : 8; // above the names of axes
  const place = {
    left: `${(left + right - 64) / 2}px`,
    bottom: `${camera.size.value.height - bottom + raised}px`,
    maxWidth: `${Math.max(right - left - 144, 200)}px`,
  };
  const { name, key, ends, shades } = coloring.value;
  if (chosen.mark.value === "density") {
    return (
      <div class="key" style={place}>
        <b>density</b>
        <span>{passing.dark.value ? "the brighter" : "the darker"}, the more passages</span>
      </div>
    );
  }
  if (name === "cluster" && chosen.color.value.by === "cluster") return null;
  const kept = chosen.color.value.by === "honesty" ? `: ${Math.round(about.kept * 100)}% on average` : "";
  return (
    <div class="key" style={place} role="note" aria-label={`Colors show ${name}`}>
      <b dir="auto">{name}{kept}</b>
      {ends && (
        <span class="scale">
          {ends[0]}
          <i style={{ background: `linear-gradient(to right, ${shades.join(", ")})` }} />
          {ends[1]}
        </span>
      )}
      {key.map(({ label, color, count }) => (
        <span key={label} class="entry">
          <i class="dot" style={{ background: color }} />
          <span dir="auto">{label.length > 24 ? `${label.slice(0, 23)}…` : label}</span> {count.toLocaleString("en")}
        </span>
      ))}
    </div>
  );
}
