/** What the selection is compared with: the rest, some clusters, or what a second line holds. */

import { useExplorer } from "../context";
import { LEVELS, type Level } from "../contract";
import { told } from "./wording";

export function Against() {
  const { about, chosen, passing } = useExplorer();
  const against = chosen.against.value;
  const drawing = passing.tool.value === "lasso against";
  const one = against && "clusters" in against && against.clusters.length === 1 ? against : null;
  const value = one ? `${one.level} ${one.clusters[0]}` : against ? "as it is" : "rest";

  function choose(value: string): void {
    if (value === "as it is") return;
    const [level, cluster] = value.split(" ");
    chosen.against.value = value === "rest" ? null : { level: level as Level, clusters: [Number(cluster)] };
  }

  // The level that is listed, and that of what is chosen, which may be another.
  const levels = LEVELS.filter((level) => level === chosen.level.value || level === one?.level);
  return (
    <div class="actions">
      <select aria-label="Compare with" value={value} onChange={(event) => choose(event.currentTarget.value)}>
        <option value="rest">the rest</option>
        {value === "as it is" && <option value="as it is">{told(about, against!)}</option>}
        {levels.map((level) => (
          <optgroup key={level} label={`${level} clusters`}>
            {about.clusters[level].map(({ name }, at) => <option key={at} value={`${level} ${at}`}>{name}</option>)}
          </optgroup>
        ))}
      </select>
      <button
        class="plain"
        aria-pressed={drawing}
        onClick={() => (passing.tool.value = drawing ? "move" : "lasso against")}
      >
        {drawing ? "Draw on the map …" : "Draw a second"}
      </button>
    </div>
  );
}
