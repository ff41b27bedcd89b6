/**
 * What the box says, in the language of the page. The box speaks English; where German is spoken its sentences are put by
 * `german.ts`, which is loaded for those who need it.
 */
import { said, setServerWords } from '@unison/ui-kit';
import i18next from 'i18next';
import type { Entry } from './outbox/store';

type German = Pick<typeof import('./german'), 'inGerman'>;

/** After so long what did not come is asked for again. */
const AGAIN_MS = 15_000;

const asSaid = (sentence: string): string => sentence;

/** Some browsers do not ask again for what failed once; under another address they do, and they say the first one. */
export function addressOfNext(error: unknown, tries: number): string | null {
  const [address] = /https?:\/\/\S+\.js/.exec(String(error)) ?? [];
  return address?.startsWith(`${window.location.origin}/`) ? `${address}?again=${tries}` : null;
}

function load(tries: number, failed: unknown): Promise<German> {
  const address = addressOfNext(failed, tries);
  return address === null ? import('./german') : import(/* @vite-ignore */ address) as Promise<German>;
}

/** Keeps to the language that is chosen. */
export function followLanguage(get: (tries: number, failed: unknown) => Promise<German> = load): void {
  let followed = 'en';
  /** What comes of another than the last of them is late. */
  let tries = 0;
  let failed: unknown = null;
  let waiting: ReturnType<typeof setTimeout> | null = null;
  const rest = (): void => {
    if (waiting !== null) clearTimeout(waiting);
    waiting = null;
  };
  const fetchGerman = (): void => {
    rest();
    tries += 1;
    const own = tries;
    void get(own, failed).then(
      ({ inGerman }) => {
        if (own !== tries) return;
        setServerWords(inGerman);
        // What a page showed before it came is put anew.
        i18next.emit('languageChanged', 'de');
      },
      // Without it all stays English, which is better than nothing.
      (error: unknown) => {
        if (own !== tries) return;
        // Of a second address it would be the second that is named.
        failed ??= error;
        waiting = setTimeout(fetchGerman, AGAIN_MS);
      },
    );
  };
  const follow = (language: string): void => {
    if (language === followed) return;
    followed = language;
    setServerWords(asSaid);
    rest();
    if (language === 'de') fetchGerman();
    else tries += 1;
  };
  i18next.on('languageChanged', follow);
  window.addEventListener('online', () => {
    if (waiting !== null) fetchGerman();
  });
  follow(i18next.language);
}

/** Why an entry that waited was not taken, in the language of now: it may have waited since another one was chosen. */
export const whyNotTaken = ({ refusal }: Pick<Entry, 'refusal'>): string => refusal?.map(said).join(' ') || i18next.t('error.unreachable');

/** The language of a sentence of the box where it is not that of the page. */
export const languageOf = (sentence: string, page: string): 'en' | undefined => page !== 'en' && said(sentence) === sentence ? 'en' : undefined;
