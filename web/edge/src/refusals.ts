/**
 * What the box says, in the language of the page. The box speaks English; where German is spoken its sentences come with
 * a table of their own, and what is not in it is shown as it was said.
 */
import { setServerWords } from '@unison/ui-kit';
import i18next from 'i18next';

interface Sentence {
  pattern: RegExp;
  german: string;
}

/** Words within sentences, in the holes that are marked with `~`. What has a name keeps it, also where the name is a word. */
const DEPTH = 4;

/** Pure: puts a sentence by a table of sentences with holes; the one with the most words of its own comes first. */
export function translator(table: Record<string, string>): (sentence: string) => string {
  const whole = new Map(Object.entries(table).filter(([key]) => !key.includes('{')));
  const own = (key: string): number => key.replace(HOLE, '').length;
  const withHoles = Object.entries(table).filter(([key]) => key.includes('{')).sort(([a], [b]) => own(b) - own(a));
  const sentences = withHoles.map(([key, german]): Sentence => ({ pattern: patternOf(key), german }));
  const put = (sentence: string, depth: number): string => {
    const found = whole.get(sentence);
    if (found !== undefined) return found;
    for (const { pattern, german } of depth > 0 ? sentences : []) {
      const values = pattern.exec(sentence)?.slice(1);
      if (values) return german.replace(/\{(~?)(\d)\}/g, (_, isWord: string, place: string) => {
        const value = values[Number(place) - 1] ?? '';
        return isWord ? put(value, depth - 1) : value;
      });
    }
    return sentence;
  };
  return (sentence) => put(sentence, DEPTH);
}

const HOLE = /\{[^}]*\}/g;

const patternOf = (key: string): RegExp => new RegExp(`^${key.split(HOLE).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('(.*?)')}$`, 's');

const asSaid = (sentence: string): string => sentence;

/** Keeps to the language that is chosen; the table is loaded for those who need it. */
export function followLanguage(): void {
  const follow = (language: string): void => {
    setServerWords(asSaid);
    if (language !== 'de') return;
    void import('./texts/refusals.de').then(
      ({ refusals }) => { if (i18next.language === 'de') setServerWords(translator(refusals)); },
      // Without the table it is English, which is better than nothing.
      () => undefined,
    );
  };
  i18next.on('languageChanged', follow);
  follow(i18next.language);
}
