/** Day borders in the plant and the organisation of a host. */
import { describe, expect, it } from 'vitest';
import { hostNamesOrganization } from './org';
import { spanOf, startOfDay } from './ranges';

describe('ranges', () => {
  it.each([
    ['2026-03-29T12:00:00Z', 'Europe/Berlin', '2026-03-28T23:00:00.000Z'], ['2026-10-25T12:00:00Z', 'Europe/Berlin', '2026-10-24T22:00:00.000Z'],
    ['2026-11-21T03:00:00Z', 'America/Detroit', '2026-11-20T05:00:00.000Z'], ['2026-11-21T03:00:00Z', 'UTC', '2026-11-21T00:00:00.000Z'],
  ])('the day of %s in %s began %s', (at, zone, from) => expect(new Date(startOfDay(Date.parse(at), zone)).toISOString()).toBe(from));
  it('ends with the running minute', () => expect(spanOf('8h', Date.parse('2026-11-21T12:00:42Z'))).toEqual({ from: '2026-11-21T04:01:00Z', to: '2026-11-21T12:01:00Z' }));
});

describe('organisation of the host', () => {
  it.each([['localhost', false], ['127.0.0.1', false], ['[::1]', false], ['acme.localhost', true], ['acme.example.com', true]])('%s: %s', (host, named) => expect(hostNamesOrganization(host)).toBe(named));
});
