/** The card beside the pointer: what the passage there says. */

import { useEffect } from "preact/hooks";
import { useExplorer } from "../context";
import { clamp, toPixels } from "../geometry";

const WIDTH = 320;
const LETTERS = 400; // of the text
const FACTS = 4;

export function Card() {
  const { about, camera, chosen, passing, points, positions, needRows } = useExplorer();
  const number = passing.hovered.value;
  useEffect(() => {
    if (number !== null) needRows([number]);
  }, [number]);
  if (number === null || !passing.onMap.value || number === chosen.selected.value) return null;
  const row = passing.rows.value.get(number);
  const { x, y } = positions.value;
  const size = camera.size.value;
  const [px, py] = toPixels(camera.view.value, size, x[number]!, y[number]!);
  const left = px + 16 + WIDTH < size.width ? px + 16 : px - 16 - WIDTH;
  const above = py > size.height / 2;
  const style = {
    width: `${WIDTH}px`,
    left: `${clamp(left, 8, size.width - WIDTH - 8)}px`,
    ...(above ? { bottom: `${size.height - py + 8}px` } : { top: `${py + 8}px` }),
  };
  const level = chosen.level.value;
  const cluster = about.clusters[level][points.labels[level][number]!];
  const facts = about.columns.flatMap(({ name }, at) => (row?.values[at] ? [[name, row.values[at]] as const] : []));
  return (
    <div class="card" style={style}>
      <p class="muted" dir="auto">{cluster?.name}</p>
      <p dir="auto">{row ? row.text.slice(0, LETTERS) + (row.text.length > LETTERS ? " …" : "") : "…"}</p>
      <dl>
        {facts.slice(0, FACTS).map(([name, value]) => (
          <>
            <dt>{name}</dt>
            <dd dir="auto">{value}</dd>
          </>
        ))}
      </dl>
    </div>
  );
}
