/** Every sentence of the box that these pages show exists in German: why it refuses something, and what it says of its devices. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { said, setServerWords } from '@unison/ui-kit';
import i18next from 'i18next';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { inGerman as german, table, translator } from './german';
import { addressOfNext, followLanguage, languageOf, whyNotTaken } from './refusals';
import { devices } from './texts/devices.de';
import { refusals } from './texts/refusals.de';

/** All sources of the box are read, also by a machine that has much else to do. */
const READING_MS = 30_000;

/** Where the box says why it does not do something that these pages ask for, and how devices, labels and certificates are. */
const SOURCES = [
  ...['body', 'caller', 'handovers', 'help', 'limiter', 'logs', 'machines', 'mod', 'orders', 'pin', 'present', 'router', 'scan', 'scans', 'sign_on', 'stop_edits', 'stops', 'tag_writes', 'tags', 'trust'].map((name) => `edge-agent/src/api/${name}.rs`),
  ...['downtime', 'handover', 'help', 'logging', 'work_order'].map((name) => `shared/rules/src/${name}.rs`),
  ...['writes', 'exact', 'modbus/encode', 'modbus/text', 'modbus/poll/writing', 'opcua/encode', 'opcua/verdict', 'opcua/writing'].map((name) => `edge-agent/src/driver/${name}.rs`),
  ...['scanner', 'supervise', 'serial/mod', 'hid/device', 'hid/mod', 'modbus/link', 'modbus/poll/verdict', 'modbus/rtu', 'modbus/tcp'].map((name) => `edge-agent/src/driver/${name}.rs`),
  ...['endpoint', 'feed', 'limits', 'line', 'mod', 'own', 'resolve', 'subscription', 'trust', 'value'].map((name) => `edge-agent/src/driver/opcua/${name}.rs`),
  ...['book', 'mod', 'nodes', 'sparkplug', 'tls'].map((name) => `edge-agent/src/driver/mqtt_input/${name}.rs`),
  ...['authority', 'keeper', 'pair'].map((name) => `edge-agent/src/tls/${name}.rs`),
  'edge-agent/src/carrier/mqtt.rs',
  'edge-agent/src/enrol.rs',
  'edge-agent/src/store/error.rs',
  'edge-agent/src/store/storage.rs',
  'shared/api/src/error.rs',
  'shared/core/src/gs1/mod.rs',
];

/** And single sentences of files that say much else. */
const SINGLE = [
  ['shared/rules/src/rbac.rs', 'This needs the permission {permission}{whom}; an administrator grants it'],
  ['edge-agent/src/config/http.rs', 'cannot be read: {error}; check the path and its rights'],
  ['edge-agent/src/config/http.rs', 'is no file of 256 kB or less'],
  ['edge-agent/src/config/http.rs', 'can be read by everybody on this box; chmod 640 {}'],
  ['edge-agent/src/api/queue.rs', 'The cloud refuses this edge.'],
  ['edge-agent/src/store/log.rs', 'a batch of the log: {e}'],
] as const;

/** Put together of several texts of the sources, which behind them would say too little to tell them apart. */
const SESSION = 'cannot open a session: {code}{}';
const JOINED: Record<string, string[]> = {
  'This needs the permission {permission} (roles that have it: {}); an administrator grants it': ['This needs the permission {permission}{whom}; an administrator grants it', ' (roles that have it: {})'],
  '{length} characters, {least} to {most} are right{hint}': ['{length} characters, {wanted} are right{hint}', '{least} to {most}'],
  'device "{name}": {reason}': ['device "{name}"'],
  'device at {phys}: {reason}': ['device at {phys}'],
  'USB {:04x}:{:04x} with serial number {serial}: {reason}': ['USB {:04x}:{:04x}', ' with serial number {serial}'],
  'unplugged since {at:.0}: {reason}': ['unplugged since {at:.0}: ', '{}: {since}{reason}'],
  'unit {}, {}:{}..{end}: {reason}': ['unit {}, {}:{}..{end}'],
  'cannot open a session: {code}; the server refuses the user: check user_name and the password, and that the user may read': [SESSION, '; the server refuses the user: check user_name and the password, and that the user may read'],
  'cannot open a session: {code}; the server refuses this edge\'s certificate: trust opcua/own/cert.der of the data directory there': [SESSION, '; the server refuses this edge\'s certificate: trust opcua/own/cert.der of the data directory there'],
  'cannot open a session: {code}; the server takes no more sessions: close one, or allow more there': [SESSION, '; the server takes no more sessions: close one, or allow more there'],
  'the server has no endpoint without security (it offers nothing)': ['the server has no endpoint without security (it offers {offered})', 'nothing'],
  'the server {wanted} with security_mode {} (it offers nothing)': ['the server {wanted} with security_mode {} (it offers {offered})', 'nothing'],
  'cannot {what}: {error}; values are read every {} ms instead': ['cannot {what}: {error}', '{}; values are read every {} ms instead'],
  '{}: the pinned certificate cannot be read: {error}; {how}': ['{error}; {how}'],
  'The new certificate is not taken, the one in use stays: {}. And {}': ['. And '],
  '{}: {reason}. And {}; upload the certificate again': ['. And ', '{}: {reason}; upload the certificate again'],
  '{}. A reader of the database does not end, its write-ahead log has {} MB; close programs that have edge.db open': ['. '],
};

/** Sentences of these files that no page shows: for logs, devices, programs and administrators of the box. */
const NOT_SHOWN = [
  /^(missing field|unknown field|untagged enum|expected |a string$|a borrowed string$|a boolean$)/,
  /is recorded but not found$|is booked but not found$|^internal error: |^panic in |^a tag without a connection$|^: \{r\}$/,
  /^(writes of before the start|what became of a write|a person wrote to a device|running without work order|values of the API are far|at most 24 hours in millionths)/,
  /^(Unison edge|Wrong administrator token|Send it in the header X-Admin-Token.*|Method not allowed|See \/api\/docs .*)$/,
  /^(default-src |text\/|attachment; |; Secure$|\{name\}=\{token\})|pin\.secret is not 32 bytes/,
  // What a library says, and names and addresses.
  /^(transport is not connected|: \{code\}|Unison( edge| edge on \{host\}| plant authority| {2}0000| \{named\} \{mark\})|-----(BEGIN|END) .*|\{policy\} \{\}|password_file \{\}: \{e\}|Node Control\/Rebirth)$/,
  // For the log, and said by a box that stops or waits for its network.
  /^(driver restarts|connecting|OPC UA|this edge's OPC UA certificate runs out|made this edge's OPC UA|the certificate of an OPC UA server is trusted$|OPC UA notifications were lost|the server's queue was too short|the server takes less in one request|what was written could not be read$|the system may still send|the agent stops$)/,
  /^(the new certificate is not taken|this certificate is served now$|devices trust this edge through|a new$|HTTPS: \{reason\}$|this edge is enrolled$|\{text\}: \{cause\}$|\{\}: \{said\}$)/,
  /^(an envelope of the cloud was dropped|the log has nothing after this, though it should|a snapshot of the cloud came|a batch of the cloud cannot be taken|a message waits for the next try)$/,
  /^(\{0\} is in use by another edge-agent|SQLite \{0\} can lose data|the database is of version \{found\})/,
  // Names of things, put together from numbers.
  /^(Reason|User|Scrap reason|Shift) \{[a-z]*\}$|^\{name\}, \{date\}$/,
  // Of plants: an edge has only one.
  /^No plant access$|^This belongs to a plant that you are not assigned to/,
];

/** Every text of a source. */
function texts(path: string): string[] {
  const source = readFileSync(join(process.cwd(), '..', path), 'utf8').split(/#\[cfg\(test\)\]\s*(?:#\[[^\]]*\]\s*)*(?:pub(?:\(\w+\))? )?mod /)[0] ?? '';
  const code = source.split('\n').filter((line) => !line.trimStart().startsWith('//')).join('\n');
  return [...code.matchAll(/"((?:[^"\\]|\\[\s\S])*)"/g)].map(([, text]) => (text ?? '').replace(/\\\n\s*/g, '').replace(/\\"/g, '"'));
}

const sentences = (path: string): string[] => texts(path).filter((text) => /[a-z].* | .*[a-z]/.test(text));

/** Where a single word is said within sentences; elsewhere most of them are names of fields. */
const WORDY = /^edge-agent\/src\/(carrier|driver|enrol|store|tls)\b/;

/** Words there that no sentence has: codes of states, names of fields and parts of paths. */
const NO_WORDS = ['changed', 'degraded', 'file', 'https', 'low', 'new', 'ok', 'online', 'opcua', 'panic', 'the', 'timestamp', 'trust', 'trusted', 'unknown', 'unreadable', 'unseen', 'uploaded', 'vec'];

/** The sentence, whatever its holes are called. */
const bare = (text: string): string => text.replace(/\{[^}]*\}/g, '{}');

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
    const there = new Set([...Object.keys(table), ...Object.values(JOINED).flat()].map(bare));
    const missing = [...all, ...SINGLE.map(([path, text]) => ({ path, text }))].filter(({ text }) => !there.has(bare(text)) && !NOT_SHOWN.some((pattern) => pattern.test(text)));
    expect(missing).toEqual([]);
  });

  it('exists in German where it is a single word', () => {
    const there = new Set([...Object.keys(table), ...Object.values(JOINED).flat(), ...NO_WORDS]);
    const words = SOURCES.filter((path) => WORDY.test(path)).flatMap((path) => texts(path).filter((text) => /^[a-z]+$/.test(text)).map((text) => ({ path, text })));
    for (const word of ['registers', 'bits', 'subscribe', 'unplugged', 'bytes', 'little']) expect(words.map(({ text }) => text)).toContain(word);
    expect(words.filter(({ text }) => !there.has(text))).toEqual([]);
    expect(NO_WORDS.filter((word) => !words.some(({ text }) => text === word))).toEqual([]);
  });

  it('is still said where it is in German', () => {
    const files = ['edge-agent/src', 'shared'].flatMap((top) => readdirSync(join(process.cwd(), '..', top), { recursive: true, encoding: 'utf8' }).map((name) => `${top}/${name}`));
    const said = new Set(files.filter((name) => name.endsWith('.rs')).flatMap(texts));
    expect(Object.keys(table).filter((key) => !said.has(key) && !(key in JOINED))).toEqual([]);
    expect(Object.keys(JOINED).filter((key) => !(key in table))).toEqual([]);
    expect(Object.values(JOINED).flat().filter((part) => !said.has(part))).toEqual([]);
  }, READING_MS);

  it('is in one table only', () => {
    expect(Object.keys(devices).filter((key) => key in refusals)).toEqual([]);
  });

  it('fills only holes that are there', () => {
    for (const [english, german] of Object.entries(table)) {
      const holes = (english.match(/\{[^}]*\}/g) ?? []).length;
      for (const [, place] of german.matchAll(/\{~?(.*?)\}/g)) {
        expect(Number(place), english).toBeGreaterThan(0);
        expect(Number(place), english).toBeLessThanOrEqual(holes);
      }
    }
  });
});

describe('a sentence of the box', () => {
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
    // Labels, devices and certificates.
    ['GS1 (01) at character 6: check digit 3, 2 is right; scan again', 'GS1 (01), Zeichen 6: Prüfziffer 3, richtig ist 2; bitte noch einmal scannen'],
    ['GS1 (10) at character 19: 25 characters, 1 to 20 are right; does the scanner leave FNC1 out?', 'GS1 (10), Zeichen 19: 25 Zeichen, 1 bis 20 sind richtig; lässt der Scanner FNC1 weg?'],
    ['GS1 (17) at character 20: "A" is not a digit', 'GS1 (17), Zeichen 20: „A“ ist keine Ziffer'],
    ['unit 1, holding:0..124: no such address in the device (exception 2)', 'Einheit 1, holding:0..124: diese Adresse gibt es im Gerät nicht (Ausnahme 2)'],
    ['unit 3, coil:5..5: written to: no answer in 500 ms', 'Einheit 3, coil:5..5: beim Schreiben: keine Antwort in 500 ms'],
    ['unit 3, input:5..6: the answer is not Modbus: its header is none', 'Einheit 3, input:5..6: die Antwort ist kein Modbus: ihr Kopf ist keiner'],
    ['cannot connect to 10.0.0.7:502: Connection refused (os error 111)', '10.0.0.7:502 ist nicht zu erreichen: Connection refused (os error 111)'],
    ['USB 0c2e:0b61: unplugged since 2026-11-22T10:00:00Z: not there; is the scanner plugged in?', 'USB 0c2e:0b61: abgezogen seit 2026-11-22T10:00:00Z: nicht da; steckt der Scanner?'],
    ['device "Honeywell": cannot be read: EIO', 'Gerät „Honeywell“: lässt sich nicht lesen: EIO'],
    ['noise on the line: bytes that are no text; check the cable and baud = 9600', 'Störung auf der Leitung: Bytes, die kein Text sind; bitte prüfen: das Kabel und baud = 9600'],
    ['opc.tcp://10.0.0.8:4840: cannot open a session: BadUserAccessDenied; the server refuses the user: check user_name and the password, and that the user may read', 'opc.tcp://10.0.0.8:4840: es lässt sich keine Sitzung öffnen: BadUserAccessDenied; der Server lehnt den Benutzer ab: bitte user_name und das Passwort prüfen, und ob der Benutzer lesen darf'],
    ['opc.tcp://10.0.0.8:4840: cannot open a session: BadTimeout', 'opc.tcp://10.0.0.8:4840: es lässt sich keine Sitzung öffnen: BadTimeout'],
    ['opc.tcp://10.0.0.8:4840: cannot read the tags: no answer in 10 s', 'opc.tcp://10.0.0.8:4840: es ging nicht, die Signale zu lesen: keine Antwort in 10 s'],
    ['cannot subscribe: BadNotSupported; values are read every 500 ms instead', 'es ging nicht, zu abonnieren: BadNotSupported; die Werte werden stattdessen alle 500 ms gelesen'],
    ['opc.tcp://h:4840: nobody trusted the server\'s certificate yet: SHA-256 ab12; trust it on the page or with `edge-agent trust "press"`', 'opc.tcp://h:4840: dem Zertifikat des Servers hat noch niemand vertraut: SHA-256 ab12; vertrauen Sie ihm auf der Seite oder mit `edge-agent trust "press"`'],
    ['opc.tcp://h:4840: the server does not offer Basic256Sha256 with security_mode sign (it offers nothing)', 'opc.tcp://h:4840: der Server bietet kein Basic256Sha256 mit security_mode sign (er bietet nichts)'],
    ['opc.tcp://h:4840: the server does not offer Basic256Sha256 with security_mode sign (it offers Aes128_Sha256_RsaOaep sign)', 'opc.tcp://h:4840: der Server bietet kein Basic256Sha256 mit security_mode sign (er bietet Aes128_Sha256_RsaOaep sign)'],
    ['opc.tcp://h:4840: the server has no endpoint without security (it offers Basic256Sha256 sign_and_encrypt)', 'opc.tcp://h:4840: der Server hat keinen Endpunkt ohne Sicherheit (er bietet Basic256Sha256 sign_and_encrypt)'],
    ['the server has no endpoint without security (it offers nothing)', 'der Server hat keinen Endpunkt ohne Sicherheit (er bietet nichts)'],
    ['unit 1, holding:0..3: asked for 4 registers, got 3', 'Einheit 1, holding:0..3: nach 4 Registern gefragt, 3 bekommen'],
    ['https://cloud answered with more than an enrolment; check [cloud] url', 'https://cloud hat mehr geschickt als eine Einrichtung; bitte [cloud] url prüfen'],
    // The cloud and the database.
    ['a batch of origin 7 is not of this plant\'s log', 'ein Stück mit der Herkunft 7 gehört nicht zum Protokoll dieses Werks'],
    ['an edge serves no snapshots', 'eine Box gibt keine Abzüge heraus'],
    ['the database is damaged: a batch of the log: Hit the end; restore it from a backup, or enrol this edge anew', 'die Datenbank ist beschädigt: ein Stück des Protokolls: Hit the end; bitte aus einer Sicherung wiederherstellen oder diese Box neu einrichten'],
    ['the question takes too long; ask for a shorter time', 'die Frage dauert zu lange; bitte nach einer kürzeren Zeit fragen'],
    ['Nothing can be recorded: the disk takes nothing (the database cannot be used: disk I/O error); nothing was written. It goes on by itself when the disk does', 'Nichts kann aufgezeichnet werden: der Speicher nimmt nichts an (die Datenbank ist nicht zu gebrauchen: disk I/O error); nichts wurde geschrieben. Es geht von selbst weiter, sobald er es tut'],
    ['ns=2;s=Press: the server sent the text "a", which is not u16', 'ns=2;s=Press: Der Server hat den Text „a“ geschickt, das ist kein u16'],
    ['mqtts://broker:8883: the broker refuses the login; check user and password_file', 'mqtts://broker:8883: der Broker lehnt die Anmeldung ab; bitte user und password_file prüfen'],
    ['press/state: $.n is "x", which is not u16', 'press/state: $.n ist "x", das ist kein u16'],
    ['spBv1.0/G/NDATA/N: is no Sparkplug B payload: more than 10000 metrics in one message; let the node publish several', 'spBv1.0/G/NDATA/N: ist keine Nachricht von Sparkplug B: mehr als 10000 Metriken in einer Nachricht; bitte den Knoten mehrere senden lassen'],
    ['The new certificate is not taken, the one in use stays: /etc/a.crt: cannot be read: not found; check the path and its rights. And /etc/a.key: can be read by everybody on this box; chmod 640 /etc/a.key', 'Das neue Zertifikat wird nicht genommen, das bisherige bleibt: /etc/a.crt: lässt sich nicht lesen: not found; bitte den Pfad und seine Rechte prüfen. Und /etc/a.key: kann jeder auf dieser Box lesen; chmod 640 /etc/a.key'],
    ['The certificate ended on 2026-11-01; bring a new one', 'Das Zertifikat endete am 2026-11-01; bitte ein neues bringen'],
    ['The disk is almost full (little left); free some space', 'Der Speicher ist fast voll (frei: wenig); bitte Platz schaffen'],
    ['The disk is nearly full (3 MB left); history older than 7 days is given up early. Free some space. A reader of the database does not end, its write-ahead log has 30 MB; close programs that have edge.db open', 'Der Speicher ist beinahe voll (frei: 3 MB); was älter als 7 Tage ist, wird früher aufgegeben. Bitte Platz schaffen. Ein Leser der Datenbank kommt nicht zum Ende, ihr Protokoll hat 30 MB; bitte Programme schließen, die edge.db offen haben'],
    // What the system or a library says stays.
    ['mqtts://broker:8883: I/O: Connection refused (os error 111)', 'mqtts://broker:8883: I/O: Connection refused (os error 111)'],
    ['The request was cancelled', 'The request was cancelled'],
    ['mqtts://broker:8883: the handshake is completed', 'mqtts://broker:8883: the handshake is completed'],
    ['no TLS with the broker: the peer is no name of a server', 'kein TLS mit dem Broker: the peer is no name of a server'],
    ['mqtts://broker: broker is no name of a server', 'mqtts://broker: broker ist kein Name eines Servers'],
    ['CNC 01 is in maintenance', 'CNC 01 ist in Wartung'],
    ['press is completed', 'press ist abgeschlossen'],
    // Names stay as they are, also where a word of the table is one.
    ['there is no work order paused', 'den Arbeitsauftrag paused gibt es nicht'],
    ['Quality was called to this machine already', 'Die Qualität ist zu dieser Maschine schon gerufen'],
    ['Quality is in maintenance', 'Quality ist in Wartung'],
    ['"burrs" is no scrap reason; GET /scrap-reasons lists them', '„burrs“ ist kein Ausschussgrund'],
  ])('%s', (english, expected) => {
    expect(german(english)).toBe(expected);
  });

  it('is put by what leaves the fewest words English, where none knows all of it', () => {
    const put = translator({ '{why} ({named})': '{~1} ({2})', '{}: {why}': '{1}: {~2}', 'there is none ({what})': 'es gibt keinen ({~1})' });
    expect(put('opc.tcp://h:4840: there is none (only Sign)')).toBe('opc.tcp://h:4840: es gibt keinen (only Sign)');
  });

  it('to an entry that waited is in the language that is chosen when it is read', () => {
    const entry = { refusal: ['WO-2026-001 is paused; resume it first', 'is required'] };
    const before = whyNotTaken(entry);
    setServerWords(german);
    const after = whyNotTaken(entry);
    setServerWords((sentence) => sentence);
    expect([before, after]).toEqual(['WO-2026-001 is paused; resume it first is required', 'WO-2026-001 ist unterbrochen; erst fortsetzen fehlt']);
  });

  it('that nobody knows is shown as it was said', () => {
    expect(german('The moon is full')).toBe('The moon is full');
    expect(german('')).toBe('');
  });
});

describe('German that does not come', () => {
  interface Try { came: () => void; failed: (error: unknown) => void }
  let asked: Try[] = [];
  const flush = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);
  const start = (): void => {
    followLanguage(() => new Promise((resolve, reject) => { asked.push({ came: () => resolve({ inGerman: german }), failed: reject }); }));
    i18next.emit('languageChanged', 'de');
  };

  beforeEach(() => {
    asked = [];
    vi.useFakeTimers();
  });

  afterEach(() => {
    i18next.emit('languageChanged', 'en');
    i18next.off('languageChanged');
    vi.useRealTimers();
    setServerWords((sentence) => sentence);
  });

  it('is asked for again after a while', async () => {
    start();
    asked[0]?.failed(new TypeError('no way'));
    await flush();
    expect(asked).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(15_000);
    expect(asked).toHaveLength(2);
    expect(said('is required')).toBe('is required');
    asked[1]?.came();
    await flush();
    expect(said('is required')).toBe('fehlt');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(asked).toHaveLength(2);
  });

  it('is asked for at once when the network is back', async () => {
    start();
    window.dispatchEvent(new Event('online'));
    expect(asked).toHaveLength(1);
    asked[0]?.failed(new TypeError('no way'));
    await flush();
    window.dispatchEvent(new Event('online'));
    expect(asked).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(asked).toHaveLength(2);
  });

  it('does not undo a second try by its late failure', async () => {
    start();
    i18next.emit('languageChanged', 'en');
    i18next.emit('languageChanged', 'de');
    expect(asked).toHaveLength(2);
    asked[0]?.failed(new TypeError('no way'));
    await flush();
    asked[1]?.came();
    await flush();
    expect(said('is required')).toBe('fehlt');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(asked).toHaveLength(2);
  });

  it('is not asked for where English was chosen meanwhile', async () => {
    start();
    asked[0]?.failed(new TypeError('no way'));
    await flush();
    i18next.emit('languageChanged', 'en');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(asked).toHaveLength(1);
  });

  it.each([
    [`Failed to fetch dynamically imported module: ${window.location.origin}/assets/german-a1.js`, `${window.location.origin}/assets/german-a1.js?again=2`],
    ['Failed to fetch dynamically imported module: https://elsewhere/german.js', null],
    ['Importing a module script failed.', null],
  ])('is asked for elsewhere: %s', (error, address) => {
    expect(addressOfNext(new TypeError(error), 2)).toBe(address);
  });

  it('leaves sentences that are marked as English', async () => {
    start();
    expect(languageOf('is required', 'de')).toBe('en');
    asked[0]?.came();
    await flush();
    expect(languageOf('is required', 'de')).toBeUndefined();
    expect(languageOf('The moon is full', 'de')).toBe('en');
    expect(languageOf('The moon is full', 'en')).toBeUndefined();
  });
});
