/**
 * Wall clocks of a plant: what its zone says at a moment, and the moment that a wall clock means. Pure.
 */

/** Milliseconds that a zone is ahead of UTC at a moment; the browser's zone where none is named. */
export function offsetMs(at: number, zone?: string): number {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone || undefined, year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23',
  }).formatToParts(at);
  const part = (type: string) => Number(parts.find((p) => p.type === type)?.value ?? 0);
  return Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second')) - Math.floor(at / 1000) * 1000;
}

/** "2026-03-01T06:30" on the plant's wall clock. */
export function toLocal(at: string, zone?: string): string {
  const ms = Date.parse(at);
  return Number.isNaN(ms) ? '' : new Date(ms + offsetMs(ms, zone)).toISOString().slice(0, 16);
}

/** The moment of a wall clock; an hour that does not exist moves forward, a doubled one is the first. */
export function fromLocal(text: string, zone?: string): string | null {
  const wall = Date.parse(`${text}Z`);
  if (Number.isNaN(wall)) return null;
  const first = wall - offsetMs(wall, zone);
  const at = wall - offsetMs(first, zone);
  return new Date(at).toISOString().replace('.000Z', 'Z');
}
