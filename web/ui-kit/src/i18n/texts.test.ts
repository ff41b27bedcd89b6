/** Every text exists in both languages, and no text stands in the code. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { de as cloudDe } from '../../../cloud/src/texts/de';
import { en as cloudEn } from '../../../cloud/src/texts/en';
import { de as connectionsDe, en as connectionsEn } from '../../../edge/src/texts/connections';
import { de as firstDe } from '../../../edge/src/texts/de';
import { en as firstEn } from '../../../edge/src/texts/en';
import { de as trustDe, en as trustEn } from '../../../edge/src/texts/trust';
import { common as commonDe } from './de';
import { common as commonEn } from './en';

const web = process.cwd();
const edgeEn = { ...firstEn, ...connectionsEn, ...trustEn };
const edgeDe = { ...firstDe, ...connectionsDe, ...trustDe };

function sources(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return sources(path);
    return /\.tsx?$/.test(name) && !/\.test\./.test(name) ? [path] : [];
  });
}

const places = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map((m) => m[1]).sort();

describe.each([['common', commonEn, commonDe], ['edge', edgeEn, edgeDe], ['cloud', cloudEn, cloudDe]])('%s texts', (_name, en, de) => {
  it('exist in both languages with the same values inside', () => {
    const german = de as Record<string, string>;
    for (const [key, text] of Object.entries(en as Record<string, string>)) {
      expect(german[key], key).toBeTruthy();
      // A plural may leave its number out; nothing else may go missing.
      expect(places(german[key] ?? ''), key).toEqual(places(text));
    }
  });
});

describe.each([['edge', { ...commonEn, ...edgeEn }], ['cloud', { ...commonEn, ...cloudEn }]])('%s pages', (app, texts) => {
  const files = [...sources(join(web, 'ui-kit/src')), ...sources(join(web, app, 'src'))];
  it('name only texts that exist', () => {
    for (const file of files) {
      for (const [, key] of readFileSync(file, 'utf8').matchAll(/\bt\('([a-zA-Z_.0-9]+)'/g)) {
        const known = Object.keys(texts).some((k) => k === key || k === `${key}_other`);
        expect(known, `${key} in ${file}`).toBe(true);
      }
    }
  });
  it('hold no hard-coded words between tags', () => {
    for (const file of files.filter((f) => f.endsWith('.tsx'))) {
      const found = readFileSync(file, 'utf8').match(/>\s*[A-Z][a-z]{2,}[a-z ]*<\//g) ?? [];
      expect(found, file).toEqual([]);
    }
  });
});

describe('ui_05 texts are the required ones, to the letter', () => {
  it('in English', () => {
    expect(edgeEn['queue.offline']).toBe("You're offline. Changes will sync when reconnected.");
    expect(edgeEn['queue.syncing_other']).toBe('Syncing {{count}} items...');
    expect(edgeEn['queue.error_other']).toBe('{{count}} items failed to sync. Tap to retry.');
    expect(edgeEn['queue.queued']).toBe('Queued for sync');
  });
});
