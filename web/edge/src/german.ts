/**
 * What the box says, in German: puts its sentences by the tables of `texts`, and what is not in them is shown as it was
 * said. All of it is loaded where German is spoken only.
 */
import { devices } from './texts/devices.de';
import { refusals } from './texts/refusals.de';

interface Sentence {
  pattern: RegExp;
  german: string;
}

interface Put {
  text: string;
  /** No word of it stayed as it was said. */
  isKnown: boolean;
}

/** So many answers are kept: the same sentence stands on a page for long, and each look at it would try all of the table. */
const KEPT_MAX = 500;

/** Words within sentences, in the holes that are marked with `~`. What has a name keeps it, also where the name is a word. */
const DEPTH = 4;

/** Pure: puts a sentence by a table of sentences with holes; of several that fit, one of which no word stays English. */
export function translator(table: Record<string, string>): (sentence: string) => string {
  const whole = new Map(Object.entries(table).filter(([key]) => !key.includes('{')));
  const sentences = Object.entries(table).filter(([key]) => key.includes('{')).sort(([a], [b]) => rank(b) - rank(a))
    .map(([key, german]): Sentence => ({ pattern: patternOf(key), german }));
  const put = (sentence: string, depth: number): Put => {
    const found = sentence === '' ? '' : whole.get(sentence);
    if (found !== undefined) return { text: found, isKnown: true };
    let first: Put | null = null;
    for (const { pattern, german } of depth > 0 ? sentences : []) {
      const values = pattern.exec(sentence)?.slice(1);
      if (!values) continue;
      let isKnown = true;
      const text = german.replace(/\{(~?)(\d)\}/g, (_, isWord: string, place: string) => {
        const value = values[Number(place) - 1] ?? '';
        if (!isWord) return value;
        const part = put(value, depth - 1);
        isKnown &&= part.isKnown;
        return part.text;
      });
      if (isKnown) return { text, isKnown };
      first ??= { text, isKnown };
    }
    // A figure needs no words.
    return first ?? { text: sentence, isKnown: !/[a-z]/.test(sentence) };
  };
  const kept = new Map<string, string>();
  return (sentence) => {
    const before = kept.get(sentence);
    if (before !== undefined) return before;
    const german = put(sentence, DEPTH).text;
    if (kept.size >= KEPT_MAX) kept.clear();
    kept.set(sentence, german);
    return german;
  };
}

const HOLE = /\{[^}]*\}/g;

/** What begins with a hole would take the beginning of others for a name, so it comes last; before that, the most words. */
const rank = (key: string): number => key.replace(HOLE, '').length - (key.startsWith('{') ? 10_000 : 0);

const patternOf = (key: string): RegExp => new RegExp(`^${key.split(HOLE).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('(.*?)')}$`, 's');

export const table: Record<string, string> = { ...refusals, ...devices };

export const inGerman = translator(table);
