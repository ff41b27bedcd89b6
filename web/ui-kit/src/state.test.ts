/** Which shape a state takes, and what comes first on the floor. */
import { describe, expect, it } from 'vitest';
import type { Machine } from './api/types';
import { byUrgency, needsReason, shownState } from './state';
import { uuidv7 } from './uuid';

const machine = (over: Partial<Machine>): Machine => ({
  id: 1, machine_code: 'M', name: '', plant_id: 1, plant_name: '', lane_id: null, lane_name: null, status: 'running', activity: 'running', stale: false, waiting: false, flags: [], since: null, seen_at: null,
  downtime_reason: null, open_downtime_id: null, help_calls: [], current_work_order: null, capacity_units_per_hour: null, ideal_cycle_seconds: null, utilization_percent: null, last_maintenance_date: null, next_maintenance_due: null, edge: null, ...over,
});

describe('q_128 shown state', () => {
  it.each([
    [{ status: 'running' }, 'running'], [{ status: 'idle', activity: 'blocked', waiting: true }, 'waiting'], [{ status: 'idle', activity: 'idle' }, 'idle'],
    [{ status: 'running', activity: 'no_data', stale: true }, 'no_data'], [{ status: 'maintenance', activity: 'idle' }, 'planned'], [{ status: 'down', activity: 'down' }, 'down'],
  ] as [Partial<Machine>, string][])('%j is %s', (over, shown) => expect(shownState(machine(over))).toBe(shown));
  it('puts a stop without reason first', () => {
    const list = [
      machine({ machine_code: 'C' }), machine({ machine_code: 'B', status: 'down', open_downtime_id: 'x', downtime_reason: 'Mechanical Failure' }),
      machine({ machine_code: 'A', status: 'idle' }), machine({ machine_code: 'D', status: 'down', open_downtime_id: 'y', downtime_reason: 'unclassified' }),
    ];
    expect(list.sort(byUrgency).map((m) => m.machine_code)).toEqual(['D', 'B', 'A', 'C']);
    expect(needsReason(machine({ open_downtime_id: 'y' }))).toBe(true);
  });
});

describe('uuidv7', () => {
  it('carries the time, version and variant, and differs each time', () => {
    const at = Date.UTC(2026, 0, 2);
    const id = uuidv7(at);
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(Number.parseInt(id.replace('-', '').slice(0, 12), 16)).toBe(at);
    expect(uuidv7(at)).not.toBe(id);
  });
});
