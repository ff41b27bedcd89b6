/**
 * Which shape a machine's state takes on screen. Pure; the word and the colour follow the shape.
 * The server's status and activity are never second-guessed here, only drawn.
 */
import type { Activity, Machine } from './api/types';

export type Shown = 'running' | 'available' | 'idle' | 'waiting' | 'setup' | 'down' | 'planned' | 'no_data' | 'retired';

export function shownState(machine: Pick<Machine, 'status' | 'activity' | 'stale' | 'waiting'>): Shown {
  if (machine.stale || machine.activity === 'no_data') return 'no_data';
  switch (machine.status) {
    case 'running':
      return 'running';
    case 'available':
      return machine.waiting ? 'waiting' : 'available';
    case 'idle':
      return machine.waiting ? 'waiting' : 'idle';
    case 'setup':
      return 'setup';
    case 'down':
      return 'down';
    case 'maintenance':
      return 'planned';
    case 'decommissioned':
      return 'retired';
  }
}

export function shownActivity(activity: Activity): Shown {
  switch (activity) {
    case 'running':
    case 'idle':
    case 'setup':
    case 'down':
    case 'no_data':
      return activity;
    case 'blocked':
    case 'starved':
      return 'waiting';
  }
}

const URGENCY: Record<Shown, number> = {
  down: 0, no_data: 2, waiting: 3, setup: 4, idle: 5, planned: 6, available: 7, running: 8, retired: 9,
};

export function needsReason(machine: Pick<Machine, 'open_downtime_id' | 'downtime_reason'>): boolean {
  const reason = machine.downtime_reason;
  return machine.open_downtime_id !== null && (reason === null || reason === '' || /^unclassified$/i.test(reason));
}

/** Abnormal first: stops, then silence, then waiting; equal states by code. */
export function byUrgency(a: Machine, b: Machine): number {
  const rank = (m: Machine) => URGENCY[shownState(m)] * 2 - (needsReason(m) ? 1 : 0);
  return rank(a) - rank(b) || a.machine_code.localeCompare(b.machine_code);
}
