// Handovers and calls for help of the mock: a night shift left one, a machine calls.
import { randomBytes } from 'node:crypto';
import { ago, iso, machines, oee, orders } from './data.mjs';

const id = () => randomBytes(8).toString('hex');
const day = (minutes) => ago(minutes).slice(0, 10);
const may = (reason = null) => ({ action: 'acknowledge', allowed: reason === null, reason });

const night = {
  id: 'h-night', shift_id: 2, shift_name: 'Night shift', date: day(740), logged_by: { id: 4, name: 'Bilal Öztürk' }, logged_at: ago(262),
  handover_notes: 'PCK-002 lost its belt at five; Tom has the spare.\nBar stock for P-40 comes at nine.',
  wip_work_orders: [{ work_order_id: 458, work_order_number: 'WO-2026-003', status: 'paused', percent_complete: 32, quantity_completed: 64, quantity_ordered: 200, blocked_reason: 'no bar stock' }],
  issues: [{ machine_id: 9, description: 'Belt off' }, { machine_id: null, description: 'Floor wet at gate 2' }], acknowledged_by: null, acknowledged_at: null, allowed_actions: [may()],
};
const written = [night];
const shift = (shift_id, shift_name, from, to) => ({ shift_id, shift_name, date: day(from), starts_at: ago(from), ends_at: ago(to), target_units: 400 });
const shifts = () => [shift(1, 'Day shift', 260, -220), shift(2, 'Night shift', 740, 260)].map((s) => ({ ...s, handover: written.find((h) => h.shift_id === s.shift_id) ?? null }));

machines[1].help_calls = [{ id: 'c-1', machine_id: 2, machine_code: 'CNC-002', kind: 'maintenance', notes: 'Spindle smells', called_by: { id: 3, name: 'Anna Berg' }, called_at: ago(7), answered_by: null, answered_at: null, ended_by: null, ended_at: null, end_notes: null }];

/** The answer, or null for what is not about people of a shift. */
export function people(method, at, body, user, state, emit) {
  const ok = (answer, code = 200) => ({ code, body: answer });
  const list = (name, rows) => ok({ [name]: state.empty ? [] : rows, total: rows.length, page: 1, per_page: 50 });
  if (at === '/shifts/due') return ok({ shifts: state.empty ? [] : shifts() });
  if (at === '/shift-handovers' && method === 'POST') {
    const numbers = body.wip_work_orders.map((o) => ({ ...orders.find((x) => x.id === o.work_order_id), ...o })).map((o) => ({ work_order_id: o.id, work_order_number: o.work_order_number, status: o.status, percent_complete: 50, blocked_reason: o.blocked_reason ?? null }));
    const made = { ...night, ...body, id: body.uuid, shift_name: 'Day shift', logged_by: user, logged_at: iso(Date.now()), wip_work_orders: numbers, allowed_actions: [may('Who wrote a handover does not acknowledge it; the next shift does')] };
    written.splice(0, written.length, ...written.filter((h) => h.shift_id !== body.shift_id), made);
    emit('handover', { id: made.id });
    return ok(made, 201);
  }
  if (at === '/shift-handovers') return list('shift_handovers', written.filter((h) => h.acknowledged_at === null));
  const read = /^\/shift-handovers\/(.+)\/acknowledge$/.exec(at);
  if (read) {
    const handover = written.find((h) => h.id === read[1]);
    Object.assign(handover, { acknowledged_by: user, acknowledged_at: iso(Date.now()) });
    emit('handover', { id: handover.id });
    return ok(handover);
  }
  if (at === '/help-calls' && method === 'POST') {
    const machine = machines.find((m) => m.id === body.machine_id);
    const call = { ...machines[1].help_calls[0], id: id(), machine_id: machine.id, machine_code: machine.machine_code, kind: body.kind, notes: body.notes ?? null, called_by: user, called_at: iso(Date.now()), answered_by: null, answered_at: null };
    machine.help_calls = [...machine.help_calls, call];
    emit('machines', [machine]);
    return ok(call, 201);
  }
  const change = /^\/help-calls\/(.+)\/(answer|end)$/.exec(at);
  if (change) {
    const machine = machines.find((m) => m.help_calls.some((c) => c.id === change[1]));
    const call = machine.help_calls.find((c) => c.id === change[1]);
    if (change[2] === 'answer') Object.assign(call, { answered_by: user, answered_at: iso(Date.now()) });
    else machine.help_calls = machine.help_calls.filter((c) => c !== call);
    emit('machines', [machine]);
    return ok(call);
  }
  if (at === '/trust') {
    const shown = (sha256, minutes) => ({ subject: 'CN=filler-plc,O=Acme', sha256, not_after: ago(-500_000), at: ago(minutes) });
    return ok({ own: null, connections: [{ connection: 'drill-opcua', endpoint: 'opc.tcp://10.0.0.6:4840', state: 'changed', pinned: shown('4f'.repeat(32), 90_000), presented: shown('a1'.repeat(32), 19) }], may_trust: true });
  }
  if (at === '/trust.svg') return { code: 200, text: '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path d="M1 1h2v2H1zM5 1h2v2H5zM1 5h2v2H1zM5 5h1v1H5z"/></svg>', headers: { 'Content-Type': 'image/svg+xml' } };
  if (at === '/certificate') {
    return ok({ https_port: 8443, http_is_local: false, certificate: { source: 'plant_authority', issuer: 'Unison plant authority', names: ['edge-detroit-1.local'], not_after: ago(-500_000), fingerprint: Array(32).fill('AB').join(':') }, authority: { subject: 'Unison plant authority', not_after: ago(-5_000_000), fingerprint: Array(32).fill('CD').join(':'), permitted_names: ['edge-detroit-1.local'], permitted_networks: ['10.0.0.0/8'] }, urls: ['https://edge-detroit-1.local:8443'], warnings: [] });
  }
  if (at === '/kpi/figures') {
    const row = (m) => ({ key: String(m.id), label: m.machine_code, oee: oee(m.machine_code, ago(260), ago(0)), stop_minutes: m.id * 3, units: 320 });
    return ok({ rows: state.empty ? [] : machines.map(row) });
  }
  return null;
}
