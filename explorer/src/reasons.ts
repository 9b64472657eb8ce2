/** Why two texts are similar: which words go together, and how what they add is shaded. */

import type { Side, Why, Word } from "./contract";

const ROUNDING = 1e-5; // of sums over some hundred numbers of eight digits
const LONGEST = 64; // tokens of a word
const FAINT = 0.04; // of the largest amount: nearer to zero nothing is shaded

type Color = readonly [number, number, number];

// Okabe and Ito's blue for what adds, their vermilion for what takes away, lighter on black.
const LIGHT: readonly Color[] = [[255, 255, 255], [0, 114, 178], [213, 94, 0]];
const DARK: readonly Color[] = [[27, 31, 38], [86, 180, 233], [240, 140, 60]];

/** Which tokens a text's words are made of: the first, and the one behind the last. */
export type Made = readonly (readonly [number, number])[];

/** What words add to the cosine, by pair: (words of a, words of b). */
export interface Pairs {
  readonly a: Made;
  readonly b: Made;
  /** What a word of one side adds with each word of the other. */
  with(side: "a" | "b", word: number): readonly number[];
}

/** What belongs to which words; null if what the tokens add does not tell. */
export function pair({ a, b, contributions }: Why): Pairs | null {
  const ofA = contributions.map((row) => row.reduce((sum, each) => sum + each, 0));
  const ofB = b.tokens.map((_, at) => contributions.reduce((sum, row) => sum + row[at]!, 0));
  const [madeA, madeB] = [makeUp(a.words, ofA), makeUp(b.words, ofB)];
  if (!madeA || !madeB) return null;
  return {
    a: madeA,
    b: madeB,
    with(side, word) {
      const [start, end] = (side === "a" ? madeA : madeB)[word]!;
      return (side === "a" ? madeB : madeA).map(([from, to]) => {
        let sum = 0;
        for (let own = start; own < end; own++) {
          for (let other = from; other < to; other++) {
            sum += side === "a" ? contributions[own]![other]! : contributions[other]![own]!;
          }
        }
        return sum;
      });
    },
  };
}

/**
 * The tokens of each word. Words follow one another without a gap, each adds what its tokens add,
 * and special tokens stand before and behind them all: so the first place that fits is theirs.
 */
export function makeUp(words: readonly Pick<Word, "adds">[], amounts: readonly number[]): Made | null {
  for (let first = 0; first + words.length <= amounts.length; first++) {
    const made: (readonly [number, number])[] = [];
    let at = first;
    for (const { adds } of words) {
      const end = reach(adds, amounts, at);
      if (end === null) break;
      made.push([at, end]);
      at = end;
    }
    if (made.length === words.length) return made;
  }
  return null;
}

function reach(adds: number, amounts: readonly number[], from: number): number | null {
  let sum = 0;
  for (let at = from; at < Math.min(from + LONGEST, amounts.length); at++) {
    sum += amounts[at]!;
    if (Math.abs(sum - adds) < ROUNDING) return at + 1;
  }
  return null;
}

/** The places of the n largest amounts, for or against, the largest first. */
export function strongest(amounts: readonly number[], n: number): number[] {
  const order = amounts.map((_, at) => at);
  return order.sort((i, j) => Math.abs(amounts[j]!) - Math.abs(amounts[i]!) || i - j).slice(0, n);
}

/** The largest amount of some texts' words, for or against: both are shaded by the same scale. */
export function largest(...sides: readonly Pick<Side, "words">[]): number {
  return sides.reduce((most, { words }) => words.reduce((high, { adds }) => Math.max(high, Math.abs(adds)), most), 0);
}

/** The tokens to show of many, in their order: those that matter most with any of the others. */
export function chooseTokens(contributions: Why["contributions"], most: number): [number[], number[]] {
  const rows = contributions.map((row) => Math.max(...row.map(Math.abs)));
  const columns = (contributions[0] ?? []).map((_, at) => Math.max(...contributions.map((row) => Math.abs(row[at]!))));
  return [rows, columns].map((amounts) => strongest(amounts, most).sort((i, j) => i - j)) as [number[], number[]];
}

/** Colors for an amount where `most` gets the full one; null: too near to zero for any. */
export function shade(amount: number, most: number, dark: boolean): { background: string; color: string } | null {
  const part = most > 0 ? Math.min(Math.abs(amount) / most, 1) : 0;
  if (part < FAINT) return null;
  const [zero, adds, takes] = dark ? DARK : LIGHT;
  const full = amount > 0 ? adds! : takes!;
  const mixed = zero!.map((channel, at) => Math.round(channel + part * (full[at]! - channel))) as unknown as Color;
  // The better of black and white stands out 4.58 : 1 at least, whatever is behind it.
  const color = luminance(mixed) > 0.179 ? "#000000" : "#ffffff";
  return { background: `rgb(${mixed.join(" ")})`, color };
}

/** As WCAG 2 has it, in [0, 1]. */
export function luminance(color: Color): number {
  const [red, green, blue] = color.map((channel) => {
    const share = channel / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
}
