/** Words in texts: which to mark, where an excerpt begins, how numbers are written. Free of the page. */

/** Where something stands in a text: from and to which UTF-16 code unit. */
export type Span = readonly [number, number];

/** A stretch of a text, marked or not. */
export interface Part {
  readonly text: string;
  readonly marked: boolean;
}

const WORD = /\p{N}+(?:[.,:]\p{N}+)+|[\p{L}\p{M}\p{N}_]+/gu; // 27,528.70 is one word
const UNSPACED = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]/u;
const SENTENCE_END = /(?<=[.!?])\s+|(?<=[。！？])/gu;
const AHEAD = 60; // characters that may stand before the first mark, as in the library's excerpts
const LONGEST = 320; // characters of an excerpt

/** Where some words stand in a text, as whole words unless they are of a script without spaces. */
export function find(text: string, words: readonly string[]): Span[] {
  const sought = [...new Set(words)].filter(Boolean).sort((a, b) => b.length - a.length);
  if (!sought.length) return [];
  const before = "(?<![\\p{L}\\p{M}\\p{N}_])";
  const after = "(?![\\p{L}\\p{M}\\p{N}_])";
  const pattern = sought
    .map((word) => (UNSPACED.test(word) ? escaped(word) : `${before}${escaped(word)}${after}`))
    .join("|");
  return [...text.matchAll(new RegExp(pattern, "giu"))].map(({ index, 0: word }) => [index, index + word.length]);
}

/** Where a text has words that another has not, or has fewer times; neighbors are one stretch. */
export function differing(text: string, other: string): Span[] {
  const left = new Map<string, number>();
  for (const [word] of other.toLowerCase().matchAll(WORD)) left.set(word, (left.get(word) ?? 0) + 1);
  const spans: [number, number][] = [];
  for (const { index, 0: word } of text.matchAll(WORD)) {
    const key = word.toLowerCase();
    const count = left.get(key) ?? 0;
    if (count) {
      left.set(key, count - 1);
      continue;
    }
    const last = spans.at(-1);
    if (last && !text.slice(last[1], index).trim()) last[1] = index + word.length;
    else spans.push([index, index + word.length]);
  }
  return spans;
}

/** A text, or what of it lies between two places, as stretches that are marked or not. */
export function split(text: string, spans: readonly Span[], from = 0, to = text.length): Part[] {
  const parts: Part[] = [];
  let done = from;
  const add = (end: number, marked: boolean) => {
    if (end > done) parts.push({ text: text.slice(done, end), marked });
    done = Math.max(done, end);
  };
  for (const [start, end] of spans) {
    if (end <= done || start >= to) continue;
    add(start, false);
    add(Math.min(end, to), true);
  }
  add(to, false);
  return parts;
}

/**
 * A text from the sentence on that has most of the marked words, or from shortly before the first
 * of them if that sentence begins long before. "…" stands for what is left out.
 */
export function excerpt(text: string, spans: readonly Span[], longest = LONGEST): Part[] {
  const start = spans.length ? beginning(text, spans) : 0;
  let end = text.length;
  if (end - start > longest) {
    end = start + longest;
    const gap = text.lastIndexOf(" ", end);
    if (gap > start + longest / 2) end = gap;
    else if (isHalf(text, end)) end--;
  }
  const parts = split(text, spans, start, end);
  if (start) parts.unshift({ text: "… ", marked: false });
  if (end < text.length) parts.push({ text: " …", marked: false });
  return parts;
}

function beginning(text: string, spans: readonly Span[]): number {
  const ends = [...text.matchAll(SENTENCE_END)].map(({ index, 0: gap }) => index + gap.length);
  const starts = [0, ...ends.filter((end) => end < text.length)];
  let [best, most] = [0, 0];
  starts.forEach((start, at) => {
    const end = starts[at + 1] ?? text.length;
    const inside = spans.filter(([from]) => from >= start && from < end);
    const count = new Set(inside.map(([from, to]) => text.slice(from, to).toLowerCase())).size;
    if (count > most) [best, most] = [start, count];
  });
  const first = spans.find(([from]) => from >= best)![0];
  if (first - best <= AHEAD) return best;
  const gap = text.indexOf(" ", first - AHEAD / 2);
  return gap >= 0 && gap < first ? gap + 1 : first;
}

/** Whether a place lies within a character of two code units. */
const isHalf = (text: string, at: number): boolean => /[\uDC00-\uDFFF]/.test(text.charAt(at));

const escaped = (word: string): string => word.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");

/** A cosine in two digits; 1.00 is only said of what is the same, 0.998 of what nearly is. */
export function writeSimilarity(similarity: number): string {
  const near = similarity >= 0.995 && similarity < 1;
  const digits = near ? Math.min(similarity, 0.9999).toFixed(4).replace(/0+$/, "") : similarity.toFixed(2);
  return signed(digits);
}

/** What a word or a pair adds, so fine that the largest of its kind has two digits. */
export function writeAmount(amount: number, most: number): string {
  const digits = most > 0 ? Math.min(Math.max(3, 1 - Math.floor(Math.log10(most))), 6) : 3;
  return signed(amount.toFixed(digits));
}

/** A percentile, never rounded up: 100 only if it is. */
export function writePercentile(percentile: number): string {
  const scale = percentile > 99.99 ? 1000 : 100;
  return String(Math.floor(percentile * scale + 1e-6) / scale);
}

/** How near that is here: "closer than 99.98% of pairs"; nothing where it is not known. */
export function writeNearness(percentile: number | null, ofNeighbors: number | null = null): string {
  if (percentile === null) return "";
  const also = ofNeighbors === null ? "" : ` and ${Math.floor(ofNeighbors)}% of neighbors`;
  return `closer than ${writePercentile(percentile)}% of pairs${also}`;
}

/** "1 passage" or "2,000 passages". */
export function count(n: number, thing: string, things = `${thing}s`): string {
  return `${n.toLocaleString("en")} ${n === 1 ? thing : things}`;
}

/** Which words of a query the collection has not, in a sentence. */
export function writeUnknown(words: readonly string[]): string {
  const quoted = words.map((word) => `“${word}”`);
  const last = quoted.pop();
  if (last === undefined) return "";
  const names = quoted.length ? `${quoted.join(", ")} and ${last} occur` : `${last} occurs`;
  return `${names} nowhere in this collection.`;
}

function signed(digits: string): string {
  return /^-[0.]+$/.test(digits) ? digits.slice(1) : digits.replace("-", "−");
}
