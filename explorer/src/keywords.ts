/** Which texts have all words of a query: the search of a page without a model. */

import { has, type Mask } from "./selection";

export interface Matches {
  readonly numbers: readonly number[]; // of the texts, best first
  readonly words: readonly (readonly string[])[]; // of each, as they stand there
  readonly unknown: readonly string[]; // words of the query that no text has
}

const WORD = /[\p{L}\p{N}\p{M}]+/gu;
const LETTER_BEFORE = /[\p{L}\p{N}\p{M}]$/u;
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
const ASCII = /^[\x00-\x7f]*$/;

/** Case and accents do not count. */
export function fold(text: string): string {
  const lower = text.toLowerCase();
  if (ASCII.test(lower)) return lower;
  return lower.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").normalize("NFKC");
}

/**
 * A search of N texts.
 *
 * A word of the query is found where a word of the text begins with it; in scripts that put no
 * spaces between words, anywhere. Texts rank by the number of words found over the square root of
 * their length; of equals the first comes first.
 */
export function createKeywords(texts: readonly string[]): (query: string, k: number, among: Mask) => Matches {
  const folded = texts.map(fold);
  return (query, k, among) => {
    const words = [...new Map(wordsOf(query).map((word) => [fold(word), word]))].filter(([word]) => word);
    const isKnown = words.map(() => false);
    const found: { number: number; worth: number }[] = [];
    folded.forEach((text, number) => {
      const counts = words.map(([word]) => occurrences(text, word));
      counts.forEach((count, at) => {
        if (count) isKnown[at] = true;
      });
      if (!words.length || !counts.every(Boolean) || !has(among, number)) return;
      const sum = counts.reduce((total, count) => total + count, 0);
      found.push({ number, worth: sum / Math.sqrt(text.length) });
    });
    found.sort((a, b) => b.worth - a.worth || a.number - b.number);
    const numbers = found.slice(0, k).map(({ number }) => number);
    return {
      numbers,
      words: numbers.map((number) => matched(texts[number]!, words)),
      unknown: words.filter((_, at) => !isKnown[at]).map(([, word]) => word),
    };
  };
}

function wordsOf(text: string): string[] {
  return text.match(WORD) ?? [];
}

/** How many words of a folded text begin with a folded word. */
function occurrences(text: string, word: string): number {
  const anywhere = UNSPACED.test(word);
  let count = 0;
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + word.length)) {
    if (anywhere || !isAfterLetter(text, at)) count++;
  }
  return count;
}

function isAfterLetter(text: string, at: number): boolean {
  const code = text.charCodeAt(at - 1); // NaN at the start
  if (code < 128) return (code >= 97 && code <= 122) || (code >= 48 && code <= 57); // folded: lower case
  return at > 0 && LETTER_BEFORE.test(text.slice(Math.max(at - 2, 0), at));
}

/** The different words of a text that were found, as they stand there. */
function matched(text: string, words: readonly (readonly [string, string])[]): string[] {
  const found = new Set<string>();
  for (const own of wordsOf(text)) {
    const plain = fold(own);
    for (const [word, written] of words) {
      if (plain.startsWith(word)) found.add(UNSPACED.test(word) ? written : own);
      else if (UNSPACED.test(word) && plain.includes(word)) found.add(written);
    }
  }
  return [...found];
}
