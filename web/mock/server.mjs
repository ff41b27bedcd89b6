// Mock of both servers for work on the pages; never part of a product build.
// node mock/server.mjs edge 8091 | node mock/server.mjs cloud 8090   (serves dist/<app>, with the real policy)
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createResources } from './resource.mjs';
import { ago, iso, machines, oee, operators, orders, present, reasons, ribbon, stops, trend } from './data.mjs';
import { people } from './people.mjs';
import { signals as answerSignals, writeTag } from './signals.mjs';

const app = process.argv[2] ?? 'edge';
const port = Number(process.argv[3] ?? (app === 'edge' ? 8091 : 8090));
const dist = join(process.env.UNISON_WEB_DIST ?? join(dirname(fileURLToPath(import.meta.url)), '..', 'dist'), app);
const TYPES = { js: 'text/javascript', css: 'text/css', svg: 'image/svg+xml', wasm: 'application/wasm' };
const state = { good: 212, rejected: 4, sinceLog: { good: 12, rejected: 1 }, logs: [], streams: new Set(), sessions: new Map(), seen: new Map(), empty: false, password: 'demo', must: false };
const resources = createResources();
const PLANTS = [{ id: 1, name: 'Detroit', timezone: 'America/Detroit' }, { id: 2, name: 'Toledo', timezone: 'America/New_York' }];

const policy = (n) => `default-src 'none'; script-src 'self' 'nonce-${n}'${app === 'edge' ? " 'wasm-unsafe-eval'" : ''}; style-src 'self' 'nonce-${n}'; img-src 'self'; font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'`;
const signals = (at, query) => { const body = answerSignals(at, query, state.empty); return body && ok(body); };
const refuse = (code, error, reason) => ({ code, body: { error, reason } });
const ok = (body, code = 200, headers = {}) => ({ code, body, headers });
const emit = (event, data) => { for (const s of state.streams) s.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`); };

function userOf(req) {
  const token = /unison_session=([^;]+)/.exec(req.headers.cookie ?? '')?.[1];
  return state.sessions.get(token) ?? null;
}
function session(user, extra = {}) {
  const token = randomBytes(8).toString('hex');
  state.sessions.set(token, { user, ...extra });
  return ok({ token, expires_at: ago(-480), user, ...extra }, 200, { 'Set-Cookie': `unison_session=${token}; HttpOnly; SameSite=Strict; Path=/` });
}

function log(body, user) {
  if (state.seen.has(body.uuid)) return ok(state.seen.get(body.uuid));
  const order = orders.find((o) => o.id === body.work_order_id);
  if (!order) return refuse(404, 'Not found', 'No such work order');
  const left = present(order).quantity_left;
  if (body.quantity_completed > left) return { code: 400, body: { error: 'Validation failed', details: [{ field: 'quantity_completed', message: `At most ${left} units are left` }] } };
  order.quantity_completed += body.quantity_completed;
  order.quantity_rejected += body.quantity_rejected ?? 0;
  state.sinceLog = { good: 0, rejected: 0 };
  const now = present(order);
  const answer = { ...body, id: null, work_order_number: order.work_order_number, cumulative_completed: order.quantity_completed, quantity_ordered: order.quantity_ordered, progress_percent: now.progress_percent, material_cost_added: null, labor_cost_added: null, logged_at: iso(Date.now()), logged_by: user, message: `Logged ${body.quantity_completed} units, ${body.hours_worked} hours. WO is ${now.progress_percent}% complete.` };
  state.logs.unshift(answer);
  state.seen.set(body.uuid, answer);
  emit('production_log', answer);
  return ok(answer, 201);
}

const VERBS = { start: 'in_progress', pause: 'paused', resume: 'in_progress', complete: 'completed' };
function verb(id, name) {
  const order = orders.find((o) => o.id === Number(id));
  const rule = present(order).allowed_actions.find((a) => a.action === name);
  if (!rule?.allowed) return refuse(400, `Cannot ${name} work order`, rule?.reason ?? 'Not possible now');
  order.status = VERBS[name];
  return ok(present(order));
}

function scan(body) {
  const order = orders.find((o) => o.work_order_number === body.code);
  const machine = machines.find((m) => m.machine_code === body.code);
  const badge = operators.find((o) => `BADGE-${o.id}` === body.code);
  const base = { id: randomBytes(4).toString('hex'), code: body.code, source: body.source, station: body.station ?? null, at: iso(Date.now()) };
  if (order) return ok({ ...base, kind: 'work_order', work_order_id: order.id, machine_id: order.machine_id });
  if (machine) return ok({ ...base, kind: 'machine', machine_id: machine.id });
  if (badge) return ok({ ...base, kind: 'badge', user: badge });
  return ok({ ...base, kind: 'unknown' });
}

function station(id) {
  const machine = machines.find((m) => m.id === id);
  if (!machine) return refuse(404, 'Not found', 'No such machine');
  const order = orders.find((o) => o.machine_id === id && ['in_progress', 'paused'].includes(o.status)) ?? null;
  const mine = stops.filter((s) => s.machine_id === id);
  return ok({
    machine, work_order: order ? present(order) : null, shift: { name: 'Day shift', starts_at: ago(260), ends_at: ago(-220), target_units: 400 },
    good: state.good, rejected: state.rejected, total: state.good + state.rejected, target: 400, target_now: 217, oee: oee(machine.machine_code, ago(260), ago(0)),
    since_last_log: state.sinceLog, open_downtime: mine.find((s) => s.ended_at === null) ?? null, recent_downtimes: mine,
  });
}

const queue = () => ({ page_to_edge: 'ok', edge_to_cloud: { state: 'offline', pending: 37, oldest_unsent: ago(14), last_ack: ago(15), message: null } });
const list = (name, rows) => ok({ [name]: state.empty ? [] : rows, total: rows.length, page: 1, per_page: 50 });

const CLOUD_USERS = { 'jonas@acme.example': { id: 2, name: 'Jonas Vogt', roles: ['plant_manager'] }, 'anna@acme.example': { id: 3, name: 'Anna Berg', roles: ['viewer'] } };
function cloudLogin(body) {
  if (body.password !== state.password && body.password !== 'first') return refuse(401, 'Not authenticated', 'Email or password is wrong');
  const user = { id: 1, name: 'Mia Keller', roles: ['organization_admin'], ...CLOUD_USERS[body.email], email: body.email };
  return session(user, { organization: { name: 'Acme Manufacturing', subdomain: 'acme' }, plants: state.one ? PLANTS.slice(0, 1) : PLANTS, current_plant_id: 1, must_change_password: body.password === 'first' });
}

/** One's own affairs in the cloud. */
function own(method, at, body, me) {
  if (at === '/auth/switch-plant') { if (!PLANTS.some((p) => p.id === body.plant_id)) return refuse(403, 'No plant access', 'This belongs to a plant that you are not assigned to'); me.current_plant_id = body.plant_id; return ok(me); }
  if (at === '/auth/password') {
    if (![state.password, 'first'].includes(body.current_password)) return { code: 400, body: { error: 'Validation failed', details: [{ field: 'current_password', message: 'is not your password' }] } };
    if ((body.new_password ?? '').length < 10) return { code: 400, body: { error: 'Validation failed', details: [{ field: 'new_password', message: 'must have at least 10 characters' }] } };
    me.must_change_password = false;
    return ok(me);
  }
  if (at === '/me' && method === 'PUT') { Object.assign(me.user, body); return ok(me); }
  if (at === '/me/sessions') return ok({ sessions: [{ id: 'a', device: 'Firefox on Windows', ip: '10.0.0.7', created_at: ago(60), expires_at: ago(-420), is_current: true }, ...(state.ended ? [] : [{ id: 'b', device: 'Safari on iPhone', ip: '10.0.4.9', created_at: ago(300), expires_at: ago(-180), is_current: false }])], total: 2 });
  if (at.startsWith('/me/sessions/')) { state.ended = true; return ok({}, 204); }
  return null;
}

function api(req, path, query, body) {
  const user = userOf(req);
  const at = path.replace(/^\/api(\/v1)?/, '');
  const needs = app === 'cloud' ? !at.startsWith('/auth') : req.method !== 'GET' && !at.startsWith('/auth') && at !== '/scans';
  if (at === '/mock') { Object.assign(state, body); if (body.machines) { for (const m of body.machines) Object.assign(machines.find((x) => x.id === m.id), m); emit('machines', machines); } return ok({}); }
  if (needs && !user) return refuse(401, 'Not authenticated', 'Sign in first');
  if (state.fail && at.startsWith(state.fail)) return refuse(state.failCode ?? 500, 'Internal error', 'Please try again; if it stays, report trace id 7f3a91');
  if (app === 'cloud' && user) {
    const mine = own(req.method, at, body, user) ?? (/\/ribbon$|\/station$/.test(at) ? null : resources.answer(user, req.method, at, query, body, state));
    if (mine) return mine;
  }
  const said = app === 'edge' ? people(req.method, at, body, user?.user, state, emit) : null;
  if (said) return said;
  let m;
  if (at === '/auth/login' && app === 'edge') return body.pin === '1234' ? session(operators.find((o) => o.id === body.operator)) : refuse(401, 'Not authenticated', 'Wrong PIN. 4 tries left.');
  if (at === '/auth/login') return cloudLogin(body);
  if (at === '/auth/badge') { const o = operators.find((x) => `BADGE-${x.id}` === body.badge); return o ? session(o) : refuse(401, 'Not authenticated', 'Unknown badge'); }
  if (at === '/auth/logout') { state.sessions.clear(); return ok({}); }
  if (at === '/me') return user ? ok(user) : refuse(401, 'Not authenticated', 'Sign in first');
  if (at === '/station') return ok({ edge_name: 'edge-detroit-1', plant_name: 'Detroit', organization_name: 'Acme Manufacturing', version: '0.1.0', enrolled: true, timezone: 'America/Detroit', unknown_machines: [] });
  if (at === '/operators') return list('operators', operators);
  if (at === '/machines') return list('machines', machines);
  if ((m = /^\/machines\/(\d+)\/ribbon$/.exec(at))) return ok(ribbon(Number(m[1]), Date.parse(query.get('from')), Date.parse(query.get('to'))));
  if ((m = /^\/machines\/(\d+)\/station$/.exec(at))) return station(Number(m[1]));
  if (at === '/work-orders') { const want = query.get('status')?.split(','); return list('work_orders', orders.filter((o) => !want || want.includes(o.status)).map(present)); }
  if ((m = /^\/work-orders\/(\d+)\/(start|pause|resume|complete)$/.exec(at))) return verb(m[1], m[2]);
  if (at === '/production-logs' && req.method === 'POST') return log(body, user.user);
  if (at === '/production-logs') return list('production_logs', state.logs);
  if (at === '/scrap-reasons') return list('scrap_reasons', [['burr', 'Burr'], ['dimension', 'Out of dimension'], ['scratch', 'Scratched'], ['porous', 'Porous']].map(([code, name], i) => ({ id: i + 1, code, name, category: null })));
  if (at === '/downtime-reasons') return list('downtime_reasons', reasons);
  if (at === '/downtime-pareto') return ok({ downtime_pareto: [['mechanical_failure', 'Mechanical Failure', 180, 2, 50], ['setup_changeover', 'Changeover', 95, 3, 26.39], ['unclassified', 'Unclassified', 60, 1, 16.67], ['material_shortage', 'Material Shortage', 25, 1, 6.94]].map(([reason_code, reason, minutes, occurrences, percent]) => ({ reason_code, reason, minutes, occurrences, percent })) });
  if (at === '/downtime-events' && req.method === 'POST') return ok({ ...stops[0], id: body.uuid, ...body }, 201);
  if (at === '/downtime-events') return list('downtime_events', stops.filter((s) => !query.get('machine_id') || s.machine_id === Number(query.get('machine_id'))));
  if (req.method === 'GET' && (m = /^\/downtime-events\/([^/]+)(\/history)?$/.exec(at))) { const s = stops.find((x) => x.id === m[1]); return s ? ok(m[2] ? { changes: [] } : { ...s, alarm: null, escalated_at: null, allowed_actions: [] }) : refuse(404, 'Not found', 'No such stop'); }
  if ((m = /^\/downtime-events\/(.+)$/.exec(at))) { const s = stops.find((x) => x.id === m[1]); const r = reasons.find((x) => x.code === body.downtime_reason_code); Object.assign(s, { reason_code: r.code, downtime_reason: r.name, classified_by: user.user }); const mc = machines.find((x) => x.open_downtime_id === s.id); if (mc) { mc.downtime_reason = r.name; emit('machines', [mc]); } return ok(s); }
  if (at === '/scans') return scan(body);
  if (at === '/queue') return ok(queue());
  if (req.method === 'POST' && (m = /^\/tags\/(.+)\/write$/.exec(at))) return ok(writeTag(decodeURIComponent(m[1]), body, user.user), 201);
  if (at === '/connections' || at.startsWith('/tag')) return signals(at, query) ?? refuse(404, 'Not found', 'No such tag');
  if (at === '/kpi/oee') return ok(oee(query.get('machine'), query.get('from'), query.get('to')));
  if (at === '/kpi/oee/trend') return ok({ days: trend() });
  if (at === '/edges') return ok({ edges: state.empty ? [] : [{ id: 1, name: 'edge-detroit-1', plant_name: 'Detroit', version: '0.1.0', last_seen: ago(0), state: 'online', lag_seconds: 0.4, head: 18234, acked: 18234 }, { id: 2, name: 'edge-toledo-1', plant_name: 'Toledo', version: '0.1.0', last_seen: ago(2900), state: 'offline', lag_seconds: 174000, head: 9120, acked: 8211 }] });
  return refuse(404, 'Not found', `Nothing at ${at}`);
}

function events(res) {
  res.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache' });
  state.streams.add(res);
  res.write(`event: snapshot\ndata: ${JSON.stringify({ machines: state.empty ? [] : machines, queue: queue() })}\n\n`);
  const beat = setInterval(() => res.write(`event: heartbeat\ndata: {"at":"${iso(Date.now())}"}\n\n`), 1000);
  res.on('close', () => { clearInterval(beat); state.streams.delete(res); });
}

createServer((req, res) => {
  const url = new URL(req.url, 'http://x');
  if (url.pathname.startsWith('/api/') && url.pathname.endsWith('/events')) return events(res);
  let text = '';
  req.on('data', (part) => (text += part));
  req.on('end', () => {
    if (url.pathname.startsWith('/api/')) {
      const { code, body, text: plain, headers = {} } = api(req, url.pathname, url.searchParams, text ? JSON.parse(text) : {});
      res.writeHead(code, { 'Content-Type': 'application/json', ...headers }).end(plain ?? (code === 204 ? '' : JSON.stringify(body)));
    } else if (existsSync(join(dist, url.pathname)) && url.pathname !== '/') {
      res.writeHead(200, { 'Content-Type': TYPES[url.pathname.split('.').pop()] ?? 'text/plain' }).end(readFileSync(join(dist, url.pathname)));
    } else {
      const nonce = randomBytes(12).toString('base64');
      res.writeHead(200, { 'Content-Type': 'text/html', 'Content-Security-Policy': policy(nonce) }).end(readFileSync(join(dist, 'index.html'), 'utf8').replaceAll('__CSP_NONCE__', nonce));
    }
  });
}).listen(port, '127.0.0.1', () => process.stdout.write(`${app} mock on http://127.0.0.1:${port}\n`));
