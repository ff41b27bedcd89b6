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
  /** So many words of it stayed as they were said, apart from names. */
  left: number;
}

/** So many answers are kept: the same sentence stands on a page for long, and each look at it would try all of the table. */
const KEPT_MAX = 500;

/** Words within sentences, in the holes that are marked with `~`. What has a name keeps it, also where the name is a word. */
const DEPTH = 4;

/** Pure: puts a sentence by a table of sentences with holes; of several that fit, the one that leaves the fewest words English. */
export function translator(table: Record<string, string>): (sentence: string) => string {
  const whole = new Map(Object.entries(table).filter(([key]) => !key.includes('{')));
  const sentences = Object.entries(table).filter(([key]) => key.includes('{')).sort(([a], [b]) => rank(b) - rank(a))
    .map(([key, german]): Sentence => ({ pattern: patternOf(key, german), german }));
  const put = (sentence: string, depth: number): Put => {
    const found = sentence === '' ? '' : whole.get(sentence);
    if (found !== undefined) return { text: found, left: 0 };
    let best: Put | null = null;
    for (const { pattern, german } of depth > 0 ? sentences : []) {
      const values = pattern.exec(sentence)?.slice(1);
      if (!values) continue;
      let left = 0;
      const text = german.replace(/\{(~?)(\d)\}/g, (_, isWord: string, place: string) => {
        const value = values[Number(place) - 1] ?? '';
        if (!isWord) return value;
        const part = put(value, depth - 1);
        left += part.left;
        return part.text;
      });
      if (left === 0) return { text, left };
      if (best === null || left < best.left) best = { text, left };
    }
    // A figure needs no words.
    return best ?? { text: sentence, left: sentence.match(/\S*[a-z]\S*/g)?.length ?? 0 };
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

/** So little behind a name, as in "… is completed", libraries and devices say as well. */
const FEW = 25;

/**
 * What a sentence may begin with. A name ends where a reason begins; before few words it is one word or several that are
 * written like names.
 */
function beginning(key: string, german: string): string {
  if (german.includes('{~1}')) return '(.*?)';
  const rest = key.split(HOLE).slice(1);
  const isOfFewWords = rest.length === 1 && rest[0]?.startsWith(' ') && rest[0].length < FEW;
  return isOfFewWords ? '([^\\s:]+|(?:(?!: |\\b[a-z]{2,} ).)+?)' : '((?:(?!: ).)*?)';
}

function patternOf(key: string, german: string): RegExp {
  const [start = '', ...parts] = key.split(HOLE).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const first = start === '' ? beginning(key, german) : '(.*?)';
  return new RegExp(`^${start}${first}${parts.join('(.*?)')}$`, 's');
}

export const table: Record<string, string> = { ...refusals, ...devices };

export const inGerman = translator(table);
