/** How finely the passages are divided: one of three levels. */

import { useExplorer } from "../context";
import { LEVELS, type Level } from "../contract";

const STEPS: Record<string, number> = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

export function Levels() {
  const { about, chosen } = useExplorer();
  const step = (event: KeyboardEvent, level: Level) => {
    const by = STEPS[event.key];
    if (!by) return;
    event.preventDefault();
    const at = (LEVELS.indexOf(level) + by + LEVELS.length) % LEVELS.length;
    chosen.level.value = LEVELS[at]!;
    ((event.currentTarget as HTMLElement).parentElement!.children[at] as HTMLElement).focus();
  };
  return (
    <div class="levels" role="radiogroup" aria-label="How finely to divide">
      {LEVELS.map((level) => (
        <button
          key={level}
          role="radio"
          aria-checked={level === chosen.level.value}
          tabIndex={level === chosen.level.value ? 0 : -1}
          onClick={() => (chosen.level.value = level)}
          onKeyDown={(event) => step(event, level)}
        >
          {level} <span class="muted">{about.clusters[level].length}</span>
        </button>
      ))}
    </div>
  );
}
