/**
 * All text goes through here: English and German, chosen by the person or the browser.
 * Text that the server words (reasons, messages) is shown as it comes.
 */
import i18next from 'i18next';
import { initReactI18next, useTranslation } from 'react-i18next';
import { common as commonDe } from './de';
import { common as commonEn } from './en';

export const LANGUAGES = ['en', 'de'] as const;
export type Language = (typeof LANGUAGES)[number];
export type Texts = Record<string, string>;

const STORE_KEY = 'unison.language';

function preferred(): Language {
  const stored = readStored();
  if (stored) return stored;
  return navigator.language.toLowerCase().startsWith('de') ? 'de' : 'en';
}

function readStored(): Language | null {
  try {
    const value = localStorage.getItem(STORE_KEY);
    return LANGUAGES.find((l) => l === value) ?? null;
  } catch {
    return null;
  }
}

export function startTexts(app: { en: Texts; de: Texts }): void {
  void i18next.use(initReactI18next).init({
    lng: preferred(),
    fallbackLng: 'en',
    keySeparator: false,
    nsSeparator: false,
    initAsync: false,
    interpolation: { escapeValue: false },
    resources: {
      en: { translation: { ...commonEn, ...app.en } },
      de: { translation: { ...commonDe, ...app.de } },
    },
  });
  document.documentElement.lang = i18next.language;
}

/** Texts that come with a page that is loaded later. */
export function addTexts(later: { en: Texts; de: Texts }): void {
  for (const language of LANGUAGES) i18next.addResourceBundle(language, 'translation', later[language], true, true);
}

export function setLanguage(language: Language): void {
  try {
    localStorage.setItem(STORE_KEY, language);
  } catch {
    // Private mode: the choice lasts until the page is closed.
  }
  document.documentElement.lang = language;
  void i18next.changeLanguage(language);
}

export type Translate = (key: string, values?: Record<string, unknown>) => string;

export interface TextsInUse {
  t: Translate;
  /** Whether the language has words of its own for this key. */
  has: (key: string) => boolean;
  language: Language;
}

export function useTexts(): TextsInUse {
  const { t, i18n } = useTranslation();
  return { t: (key, values) => t(key, values ?? {}), has: (key) => i18n.exists(key), language: i18n.language === 'de' ? 'de' : 'en' };
}
