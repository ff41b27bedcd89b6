/** Every sentence with which the box refuses something on these pages exists in German. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { translator } from './refusals';
import { refusals } from './texts/refusals.de';

/** Where the box says why it does not do something that these pages ask for. */
const SOURCES = [
  ...['body', 'caller', 'handovers', 'help', 'limiter', 'logs', 'machines', 'mod', 'orders', 'pin', 'present', 'router', 'scan', 'scans', 'sign_on', 'stop_edits', 'stops', 'tag_writes', 'tags'].map((name) => `edge-agent/src/api/${name}.rs`),
  ...['downtime', 'handover', 'help', 'logging', 'work_order'].map((name) => `shared/rules/src/${name}.rs`),
  ...['writes', 'exact', 'modbus/encode', 'modbus/text', 'modbus/poll/writing', 'opcua/encode', 'opcua/verdict', 'opcua/writing'].map((name) => `edge-agent/src/driver/${name}.rs`),
  'shared/api/src/error.rs',
];

/** And single sentences of files that say much else. */
const SINGLE = [
  ['shared/rules/src/rbac.rs', 'This needs the permission {permission}{whom}; an administrator grants it'],
  ['edge-agent/src/store/error.rs', 'this edge is not enrolled yet, so nothing can be recorded'],
  ['edge-agent/src/store/error.rs', 'the disk is full; nothing was written. Free some space, it goes on by itself'],
] as const;

/** Put together of two texts of the sources, with nothing between their holes that would tell them apart. */
const JOINED = ['This needs the permission {permission} (roles that have it: {}); an administrator grants it'];

/** Sentences of these files that no page shows: for logs, devices, programs and administrators of the box. */
const NOT_SHOWN = [
  /^(missing field|unknown field|untagged enum|expected |a string$|a borrowed string$|a boolean$)/,
  /is recorded but not found$|is booked but not found$|^internal error: |^panic in |^a tag without a connection$|^: \{r\}$/,
  /^(writes of before the start|what became of a write|a person wrote to a device|running without work order|values of the API are far|at most 24 hours in millionths)/,
  /^(Unison edge|Wrong administrator token|Send it in the header X-Admin-Token.*|Method not allowed|See \/api\/docs .*)$/,
  /^(default-src |text\/|attachment; |; Secure$|\{name\}=\{token\})|pin\.secret is not 32 bytes/,
  // Why a connection ended, which stands at the connection, and what a library says.
  /^(a write got \{why\}|connection lost: \{code\}|\{\}: the server's nodes changed|transport is not connected|ask what the node is|: \{code\})$/,
  // Names of things, put together from numbers.
  /^(Reason|User|Scrap reason|Shift) \{[a-z]*\}$|^\{name\}, \{date\}$|^unit \{\}, |^written to: \{why\}$/,
  // Of plants: an edge has only one.
  /^No plant access$|^This belongs to a plant that you are not assigned to/,
];

/** Every text of a source. */
function texts(path: string): string[] {
  const source = readFileSync(join(process.cwd(), '..', path), 'utf8').split(/#\[cfg\(test\)\]\s*mod /)[0] ?? '';
  const code = source.split('\n').filter((line) => !line.trimStart().startsWith('//')).join('\n');
  return [...code.matchAll(/"((?:[^"\\]|\\[\s\S])*)"/g)].map(([, text]) => (text ?? '').replace(/\\\n\s*/g, '').replace(/\\"/g, '"'));
}

const sentences = (path: string): string[] => texts(path).filter((text) => /[a-z].* | .*[a-z]/.test(text));

const all = SOURCES.flatMap((path) => sentences(path).map((text) => ({ path, text })));

describe('what the box says', () => {
  it('is found in its sources', () => {
    // A way of writing that this test does not read would let it pass with nothing.
    expect(all.length).toBeGreaterThan(150);
    for (const path of SOURCES) expect(all.some((one) => one.path === path), path).toBe(true);
    expect(all.map(({ text }) => text)).toContain('Wrong PIN; {left} tries left');
  });

  it('exists in German', () => {
    for (const [path, text] of SINGLE) expect(sentences(path), path).toContain(text);
    const missing = [...all, ...SINGLE.map(([path, text]) => ({ path, text }))].filter(({ text }) => !(text in refusals) && !NOT_SHOWN.some((pattern) => pattern.test(text)));
    expect(missing).toEqual([]);
  });

  it('is still said where it is in German', () => {
    const files = ['edge-agent/src', 'shared'].flatMap((top) => readdirSync(join(process.cwd(), '..', top), { recursive: true, encoding: 'utf8' }).map((name) => `${top}/${name}`));
    const said = new Set(files.filter((name) => name.endsWith('.rs')).flatMap(texts));
    expect(Object.keys(refusals).filter((key) => !said.has(key) && !JOINED.includes(key))).toEqual([]);
  });

  it('fills only holes that are there', () => {
    for (const [english, german] of Object.entries(refusals)) {
      const holes = (english.match(/\{[^}]*\}/g) ?? []).length;
      for (const [, place] of german.matchAll(/\{~?(.*?)\}/g)) {
        expect(Number(place), english).toBeGreaterThan(0);
        expect(Number(place), english).toBeLessThanOrEqual(holes);
      }
    }
  });
});

describe('a sentence of the box', () => {
  const german = translator(refusals);
  it.each([
    ['is required', 'fehlt'],
    ['Wrong PIN; 3 tries left', 'Falsche PIN; noch 3 Versuche'],
    ['Wrong PIN; 1 try left', 'Falsche PIN; noch 1 Versuch'],
    ['Too many wrong PINs; try again in 5 minutes, or use the badge', 'Zu oft die falsche PIN; in 5 Minuten noch einmal versuchen oder den Ausweis nehmen'],
    ['WO-2026-001 is paused; only a work order in progress takes logs', 'WO-2026-001 ist unterbrochen; gemeldet wird nur auf laufende Aufträge'],
    ['WO-2026-001 is paused; resume it first', 'WO-2026-001 ist unterbrochen; erst fortsetzen'],
    ['A supervisor was called to this machine already', 'Die Schichtleitung ist zu dieser Maschine schon gerufen'],
    ['There is no such work order', 'Das gibt es hier nicht: Arbeitsauftrag'],
    ['This needs the permission plc:write (roles that have it: Supervisor); an administrator grants it', 'Dafür braucht es das Recht plc:write (Rollen, die es haben: Supervisor); wer verwaltet, vergibt es'],
    ['does not fit (700000 in the device): u16 holds 0 to 65535', 'passt nicht (700000 im Gerät): u16 nimmt 0 bis 65535 auf'],
    ['ns=2;s=Press: the value does not fit (700000 in the device): UInt16 holds 0 to 65535; the node is of type UInt16', 'ns=2;s=Press: der Wert passt nicht (700000 im Gerät): UInt16 nimmt 0 bis 65535 auf; der Knoten ist vom Typ UInt16'],
    ['another client has locked this node (BadLocked)', 'ein anderes Programm hat diesen Knoten gesperrt (BadLocked)'],
    // Names stay as they are, also where a word of the table is one.
    ['there is no work order paused', 'den Arbeitsauftrag paused gibt es nicht'],
    ['Quality was called to this machine already', 'Die Qualität ist zu dieser Maschine schon gerufen'],
    ['Quality is in maintenance', 'Quality ist in Wartung'],
    ['"burrs" is no scrap reason; GET /scrap-reasons lists them', '„burrs“ ist kein Ausschussgrund'],
  ])('%s', (english, expected) => {
    expect(german(english)).toBe(expected);
  });

  it('that nobody knows is shown as it was said', () => {
    expect(german('The moon is full')).toBe('The moon is full');
    expect(german('')).toBe('');
  });
});
