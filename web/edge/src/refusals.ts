/**
 * What the box says, in the language of the page. The box speaks English; where German is spoken its sentences are put by
 * `german.ts`, which is loaded for those who need it.
 */
import { setServerWords } from '@unison/ui-kit';
import i18next from 'i18next';

const asSaid = (sentence: string): string => sentence;

/** Keeps to the language that is chosen. */
export function followLanguage(): void {
  let followed = 'en';
  const follow = (language: string): void => {
    if (language === followed) return;
    followed = language;
    setServerWords(asSaid);
    if (language !== 'de') return;
    void import('./german').then(
      ({ inGerman }) => {
        if (followed !== 'de') return;
        setServerWords(inGerman);
        // What a page showed before it came is put anew.
        i18next.emit('languageChanged', 'de');
      },
      // Without it all stays English, which is better than nothing; the next choice of German tries again.
      () => { followed = 'en'; },
    );
  };
  i18next.on('languageChanged', follow);
  follow(i18next.language);
}
