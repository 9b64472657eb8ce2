/** Answers that a view waits for. */

import { useEffect, useState } from "preact/hooks";
import { useExplorer } from "../context";
import type { Source } from "../contract";

/** undefined: not yet; null: refused, and the reader was told why. */
export type Answer<T> = T | null | undefined;

/** What a source answers, asked anew when `key` changes; null: nothing is asked. */
export function useAnswer<T>(key: string | null, ask: () => Promise<T>): Answer<T> {
  const { attempt } = useExplorer();
  const [got, keep] = useState<{ key: string | null; answer: T | null } | null>(null);
  useEffect(() => {
    if (key === null) return;
    let wanted = true;
    void attempt(ask()).then((answer) => wanted && keep({ key, answer }));
    return () => {
      wanted = false;
    };
  }, [key]);
  return got?.key === key ? got.answer : undefined;
}

const known = new WeakMap<Source, Map<string, Promise<unknown>>>();

/** What never changes while the page is open is asked once; after a failure it may be again. */
export function once<T>(source: Source, name: string, ask: () => Promise<T>): Promise<T> {
  const answers = known.get(source) ?? new Map<string, Promise<unknown>>();
  known.set(source, answers);
  const before = answers.get(name) as Promise<T> | undefined;
  if (before) return before;
  const asked = ask();
  answers.set(name, asked);
  asked.catch(() => answers.delete(name));
  return asked;
}
