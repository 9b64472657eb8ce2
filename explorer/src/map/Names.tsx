/** The names of clusters on the map. */

import { useMemo } from "preact/hooks";
import { useExplorer } from "../context";
import { place, type Measure } from "../labels";

export function Names() {
  const { about, camera, chosen, hits } = useExplorer();
  const measure = useMemo(createMeasure, []);
  if (chosen.x.value || chosen.y.value) return null; // clusters have their place on the map only
  const labels = place(about, camera.view.value, camera.size.value, camera.room.value, camera.zoom.value, measure);
  return (
    <div class={hits.value ? "names faint" : "names"} aria-hidden="true">
      {labels.map(({ level, cluster, name, x, y, width, size }) => (
        <span
          key={`${level} ${cluster}`}
          class={level}
          dir="auto"
          style={{ transform: `translate(${x - width / 2}px, ${y - size * 0.7}px)`, width: `${width + 2}px`, fontSize: `${size}px` }}
        >
          {name}
        </span>
      ))}
    </div>
  );
}

/** Measures texts, each once. */
function createMeasure(): Measure {
  const pen = new OffscreenCanvas(1, 1).getContext("2d")!;
  const known = new Map<string, number>();
  return (text, size) => {
    const key = `${size} ${text}`;
    let width = known.get(key);
    if (width === undefined) {
      pen.font = `600 ${size}px system-ui, -apple-system, "Segoe UI", sans-serif`;
      width = pen.measureText(text).width;
      known.set(key, width);
    }
    return width;
  };
}
