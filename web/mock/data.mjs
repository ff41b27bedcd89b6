// Canned data for the mock server. Times are relative to its start, so the pages always look alive.
const MIN = 60_000;
export const iso = (at) => new Date(at).toISOString().replace(/\.\d+Z$/, 'Z');
export const ago = (minutes) => iso(Date.now() - minutes * MIN);

const machine = (id, code, name, over = {}) => ({
  id, machine_code: code, name, plant_id: 1, plant_name: 'Detroit', lane_id: id <= 5 ? 1 : 2, lane_name: id <= 5 ? 'Machining' : 'Assembly',
  status: 'running', activity: 'running', stale: false, waiting: false, flags: [], since: ago(42), seen_at: ago(0), downtime_reason: null, open_downtime_id: null, help_calls: [],
  current_work_order: null, capacity_units_per_hour: 50, ideal_cycle_seconds: 72, utilization_percent: 76.25, last_maintenance_date: '2026-10-20', next_maintenance_due: '2026-12-01', edge: 'edge-detroit-1', ...over,
});

export const machines = [
  machine(1, 'CNC-001', 'Haas VF-2 mill', { current_work_order: { id: 456, work_order_number: 'WO-2026-001' } }),
  machine(2, 'CNC-002', 'Haas VF-2 mill', { status: 'down', activity: 'down', since: ago(23), downtime_reason: 'unclassified', open_downtime_id: '0192-stop-open', current_work_order: { id: 457, work_order_number: 'WO-2026-002' }, utilization_percent: 51.4 }),
  machine(3, 'LTH-001', 'Mazak lathe', { status: 'setup', activity: 'setup', since: ago(11), utilization_percent: null }),
  machine(4, 'LTH-002', 'Mazak lathe', { status: 'idle', activity: 'starved', waiting: true, since: ago(6) }),
  machine(5, 'DRL-001', 'Radial drill', { status: 'running', activity: 'no_data', stale: true, since: ago(19), seen_at: ago(19) }),
  machine(6, 'ASM-001', 'Press cell', { status: 'idle', activity: 'idle', since: ago(4) }),
  machine(7, 'ASM-002', 'Screw cell', { status: 'maintenance', activity: 'idle', since: ago(95) }),
  machine(8, 'PCK-001', 'Packing line', { status: 'available', activity: 'idle', since: ago(240), utilization_percent: 12 }),
  machine(9, 'PCK-002', 'Packing line', { status: 'down', activity: 'down', since: ago(38), downtime_reason: 'Mechanical Failure', open_downtime_id: '0192-stop-mech' }),
];

const action = (name, reason = null) => ({ action: name, allowed: reason === null, reason });

export function actionsOf(order) {
  switch (order.status) {
    case 'released':
      return [order.id === 459 ? action('start', 'Waiting for WO-2026-001 to complete') : action('start'), action('log', 'The work order is released, not in progress')];
    case 'in_progress':
      return [action('pause'), order.quantity_left === 0 ? action('complete') : action('complete', `${order.quantity_left} of ${order.quantity_ordered} units are not completed yet`), action('log')];
    case 'paused':
      return [action('resume'), action('log', 'The work order is paused')];
    default:
      return [];
  }
}

const order = (id, number, title, over = {}) => ({
  id, work_order_number: number, title, product_name: title, status: 'released', plant_id: 1, lane_id: 1, lane_name: 'Machining', machine_id: null, machine_code: null,
  quantity_ordered: 200, quantity_completed: 0, quantity_rejected: 0, planned_start: ago(300), planned_end: ago(-300), due_date: ago(-5760), started_at: null, started_by: null, overrun: false, ...over,
});

export const orders = [
  order(456, 'WO-2026-001', 'Pump housing P-40', { status: 'in_progress', machine_id: 1, machine_code: 'CNC-001', quantity_completed: 100, quantity_rejected: 2, started_at: ago(200), started_by: { id: 3, name: 'Anna Berg' } }),
  order(457, 'WO-2026-002', 'Valve body V-12', { status: 'in_progress', machine_id: 2, machine_code: 'CNC-002', quantity_completed: 30, started_at: ago(180) }),
  order(458, 'WO-2026-003', 'Shaft 22 mm', { status: 'paused', machine_id: 3, machine_code: 'LTH-001', quantity_completed: 64, started_at: ago(900) }),
  order(459, 'WO-2026-004', 'Pump housing P-40, painted'),
  order(460, 'WO-2026-005', 'Bracket B-7', { machine_id: 1, machine_code: 'CNC-001', quantity_ordered: 1500 }),
];
export const present = (o) => {
  const full = { ...o, quantity_left: Math.max(0, o.quantity_ordered - o.quantity_completed), progress_percent: Math.round((o.quantity_completed / o.quantity_ordered) * 10000) / 100 };
  return { ...full, allowed_actions: actionsOf(full) };
};

const stop = (id, machineId, code, start, end, reason, name, over = {}) => ({
  id, machine_id: machineId, machine_code: code, started_at: ago(start), ended_at: end === null ? null : ago(end), duration_minutes: start - (end ?? 0), reason_id: null, reason_code: reason, downtime_reason: name, notes: null, source: 'signal', classified_by: reason === 'unclassified' ? null : { id: 3, name: 'Anna Berg' }, flags: reason === 'unclassified' && end !== null ? ['resumed without note'] : [], ...over,
});
export const stops = [
  stop('0192-stop-open', 2, 'CNC-002', 23, null, 'unclassified', 'Unclassified'),
  stop('0192-stop-mech', 9, 'PCK-002', 38, null, 'mechanical_failure', 'Mechanical Failure', { notes: 'Belt off, waiting for Tom' }),
  stop('0192-stop-a', 1, 'CNC-001', 190, 172, 'setup_changeover', 'Changeover'),
  stop('0192-stop-b', 1, 'CNC-001', 96, 84, 'unclassified', 'Unclassified'),
  stop('0192-stop-c', 1, 'CNC-001', 330, 301, 'material_shortage', 'Material Shortage', { notes: 'Bar stock late' }),
];

export const reasons = [
  ['mechanical_failure', 'Mechanical Failure', 'Equipment'], ['electrical_failure', 'Electrical Failure', 'Equipment'], ['material_shortage', 'Material Shortage', 'Material'],
  ['rework_scrap', 'Rework/Scrap', 'Quality'], ['setup_changeover', 'Changeover', 'Setup'], ['operator_issue', 'Operator Issue', 'Process'], ['other', 'Other', 'Other'],
].map(([code, name, category], i) => ({ id: i + 1, code, name, category }));

export const operators = [
  { id: 3, name: 'Anna Berg', has_pin: true, roles: ['operator'] }, { id: 4, name: 'Bilal Öztürk', has_pin: true, roles: ['operator'] },
  { id: 5, name: 'Carla Diaz', has_pin: true, roles: ['supervisor'], permissions: ['plc:write'] }, { id: 6, name: 'Dmitri Volkov', has_pin: false, roles: ['operator'] },
];

export function ribbon(id, from, to) {
  const cuts = [[0, 'running'], [150, 'idle'], [158, 'running'], [290, 'down', '0192-stop-a'], [308, 'running'], [345, 'blocked'], [352, 'running'], [384, 'down', '0192-stop-b'], [396, 'running'], [430, 'setup'], [444, 'running'], [461, 'no_data'], [467, 'running']];
  const span = (to - from) / 480;
  return { intervals: cuts.map(([at, activity, downtime_id = null], i) => ({ from: iso(from + at * span), to: i + 1 < cuts.length ? iso(from + cuts[i + 1][0] * span) : null, activity, downtime_id })), known_until: iso(to) };
}

export const oee = (machine, from, to) => ({
  machine, from, to, oee: 81.25, availability: 93.75, performance: 88.89, quality: 97.5, coverage: 96.4, good: 312, total: 320, rejected: 8,
  planned_seconds: 28800, run_seconds: 27000, downtime_seconds: 1800, setup_seconds: 600, counts_outside_planned: 0, performance_above_100: false, band: 'Good',
  ...(machine === 'CNC-002' ? { oee: 58.1, availability: 61.2, performance: 96.1, quality: 98.8, band: 'Poor' } : {}),
  ...(machine === 'DRL-001' ? { oee: null, availability: null, performance: null, quality: null, coverage: 0, band: null } : {}),
});

export const trend = () => Array.from({ length: 30 }, (_, i) => {
  const date = new Date(Date.now() - (29 - i) * 86_400_000);
  const off = [0, 6].includes(date.getUTCDay());
  const value = Math.round((78 + 8 * Math.sin(i / 3) + ((i * 37) % 11) - 5) * 100) / 100;
  return { date: iso(date.getTime()).slice(0, 10), oee: off ? null : value, availability: off ? null : 93.1, performance: off ? null : 88.2, quality: off ? null : 98.4, coverage: off ? null : 97.2 };
});
