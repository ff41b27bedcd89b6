// Connections and signals of the mock: a spindle whose load rises until it stands, a door, a recipe, and a drill that is away.
import { ago, iso } from './data.mjs';

const CONNECTION = {
  last_good_at: ago(0), last_good_age_ms: 240, error: null, last_error: null, last_error_at: null, hint: null, tags: 6, tags_kept: 3, requests_per_second: 8.2, errors_per_second: 0,
  readings_waiting: 0, scans_waiting: 0, merged: 12, scans_skipped: 0, dropped: 0, restarts: 0, trust: null,
};
const connections = [
  { ...CONNECTION, name: 'cnc-modbus', driver: 'modbus_tcp', state: 'connected', tags: 124, scans_skipped: 3, last_error: 'unit 2: no answer in 1000 ms', last_error_at: ago(140) },
  { ...CONNECTION, name: 'drill-opcua', driver: 'opcua', state: 'disconnected', last_good_at: ago(19), last_good_age_ms: 19 * 60_000, error: 'opc.tcp://10.0.0.6:4840: connection refused', last_error: 'opc.tcp://10.0.0.6:4840: connection refused', last_error_at: ago(0), requests_per_second: 0, errors_per_second: 0.2, restarts: 1, tags_kept: 0, trust: 'changed' },
  { ...CONNECTION, name: 'press', driver: 'opcua', state: 'connected', requests_per_second: 4, tags_kept: 0, trust: 'trusted' },
  { ...CONNECTION, name: 'gun', driver: 'serial_scanner', state: 'connecting', last_good_at: null, last_good_age_ms: null, requests_per_second: null, errors_per_second: null, tags: 0, tags_kept: 0, scans_waiting: 2 },
];

const tag = (name, type, value, over = {}) => ({ name, connection: 'cnc-modbus', type, value, quality: 'good', at: ago(0), age_ms: 320, is_live: true, period_ms: 500, keep: false, meaning: null, unit: null, writable: false, scaled: false, machine_id: 1, machine_code: 'CNC-001', ...over });
const tags = [
  tag('oven_setpoint', 'f32', 40, { meaning: 'Set point of the oven', unit: '°C', writable: true }), tag('lamp', 'bool', true, { writable: true }),
  tag('spindle_load', 'f32', 71.4375, { keep: true }), tag('door_open', 'bool', false, { keep: true }), tag('recipe', 'string', 'P-40 rough', { keep: true }),
  tag('coolant_temperature', 'i16', 38.2, { meaning: 'Coolant, return flow', unit: '°C' }), tag('cnc_parts', 'u32', 100213), tag('cnc_status', 'u16', 3, { age_ms: 41_000, is_live: false }), tag('axis_fault', 'u16', 12, { quality: 'bad', is_live: false, age_ms: 19 * 60_000 }),
  tag('never_read', 'u16', null, { quality: 'bad', at: null, age_ms: null, is_live: false }),
  ...Array.from({ length: 60 }, (_, i) => tag(`reserve_${String(i + 1).padStart(2, '0')}`, 'u16', i * 7)),
];

function history(name, query) {
  const known = tags.find((one) => one.name === name);
  if (!known) return null;
  const [from, to] = [Date.parse(query.get('from')), Date.parse(query.get('to'))];
  const step = (to - from) / Number(query.get('points') ?? 500);
  const gap = { from: iso(from + (to - from) * 0.62), to: iso(from + (to - from) * 0.68) };
  const buckets = [];
  for (let at = from; at < to; at += step) {
    const part = (at - from) / (to - from);
    if (part > 0.62 && part < 0.68) continue;
    const base = known.type === 'bool' ? Number(part > 0.55 && part < 0.8) : part < 0.5 ? 40 + 30 * part + 3 * Math.sin(at / 7000) : part < 0.8 ? 0.4 : 42 + 3 * Math.sin(at / 7000);
    const spike = known.type !== 'bool' && part > 0.497 && part < 0.5 ? 97 : base;
    buckets.push({ at: iso(at), until: iso(at + step * 0.9), first: base, min: known.type === 'bool' ? base : base - 1.5, max: Math.max(spike, base), last: base, text: null, has_gap: false });
  }
  const texts = buckets.filter((_, i) => i % 200 === 0).map((b, i) => ({ ...b, first: null, min: null, max: null, last: null, text: ['P-40 rough', 'P-40 finish', 'V-12'][i % 3] }));
  return { tag: name, keep: known.keep, from: iso(from), to: iso(to), buckets: known.type === 'string' ? texts : buckets, gaps: [gap] };
}

/** Writes of the mock end as their value says: 1 is refused, 2 is not sent, 3 nobody knows, 4 is still under way. */
const ENDS = { 1: ['refused', 'the device does not take this value (exception 3)'], 2: ['not_sent', 'not connected to 10.0.0.5:502'], 3: ['unknown', 'no answer in 1000 ms'], 4: ['asked', null] };
const writes = [['w-2', 38, 40, 12, 1], ['w-1', 40, 3, 90, 3]].map(([id, before, value, minutes, as]) => write(id, 'oven_setpoint', before, value, { id: 5, name: 'Carla Diaz' }, minutes, as === 3 ? ENDS[3] : ['done', null]));

function write(id, name, before, value, written_by, minutes, [outcome, reason]) {
  return { id, tag: name, machine_id: 1, machine_code: 'CNC-001', value_before: String(before), value: String(value), written_by, asked_at: ago(minutes), outcome, reason, ended_at: outcome === 'asked' ? null : ago(minutes) };
}

/** A person writes a value. */
export function writeTag(name, body, user) {
  const known = tags.find((one) => one.name === name);
  const done = write(`w-${writes.length + 1}`, name, known.value, body.value, user, 0, ENDS[body.value] ?? ['done', null]);
  writes.unshift(done);
  if (done.outcome === 'done') Object.assign(known, { value: body.value, at: ago(-0.01) });
  return done;
}

/** The answer to a read of connections or tags; null for what is not there. */
export function signals(at, query, empty) {
  if (at === '/connections') return { connections: empty ? [] : connections };
  const of = /^\/tags\/(.+)\/history$/.exec(at);
  if (of) return history(decodeURIComponent(of[1]), query);
  if (at === '/tag-writes') { const of = writes.filter((one) => one.tag === query.get('tag')); return { tag_writes: empty ? [] : of, total: of.length, page: 1, per_page: 10 }; }
  if (at !== '/tags') return null;
  const [name, page, each] = [query.get('name'), Number(query.get('page') ?? 1), Number(query.get('per_page') ?? 50)];
  const found = tags.filter((one) => (!name || one.name === name) && one.name.includes(query.get('search') ?? '') && (!query.get('keep') || one.keep) && (!query.get('connection') || one.connection === query.get('connection')) && (query.get('machine') !== 'PCK-002'));
  return { tags: empty ? [] : found.slice((page - 1) * each, page * each), total: empty ? 0 : found.length, page, per_page: each };
}
