import { describe, expect, it } from 'vitest';
import { en } from './texts/trust';
import { groups, isNamed, STEPS, systemOf, SYSTEMS, systemsFor } from './trust';

describe('EDGE-11 the page about trust', () => {
  it.each([
    ['Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36', 0, 'windows'],
    ['Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0', 0, 'firefox'],
    ['Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.0 Safari/605.1.15', 0, 'macos'],
    ['Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.0 Safari/605.1.15', 5, 'ios'],
    ['Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 FxiOS/140.0 Safari/605.1.15', 5, 'ios'],
    ['Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 Chrome/140.0.0.0 Mobile Safari/537.36', 5, 'android'],
    ['Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36', 10, 'chromeos'],
    ['Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36', 0, 'linux'],
  ])('%s', (userAgent, touchPoints, expected) => {
    expect(systemOf(userAgent, touchPoints)).toBe(expected);
  });

  it('lists this device first and every system once', () => {
    expect(systemsFor('android')[0]).toBe('android');
    expect([...systemsFor('android')].sort()).toEqual([...SYSTEMS].sort());
  });

  it('has a text for every step and no step more', () => {
    for (const system of SYSTEMS) {
      expect(Object.keys(en).filter((key) => key.startsWith(`trust.${system}.`))).toHaveLength(STEPS[system]);
      expect(en).toHaveProperty([`trust.${system}.${STEPS[system]}`]);
    }
  });

  it('reads a fingerprint in groups', () => {
    for (const text of ['AA:BB:CC:DD:EE:FF:00:11', 'AABBCCDDEEFF0011']) expect(groups(text)).toEqual(['AA BB CC DD', 'EE FF 00 11']);
  });

  it('knows whether the certificate names this host', () => {
    expect(isNamed('[fd00::7]', ['fd00::7'])).toBe(true);
    expect(isNamed('Hall-1.local', ['hall-1.local'])).toBe(true);
    expect(isNamed('edge.plant.example', ['*.plant.example'])).toBe(true);
    expect(isNamed('a.edge.plant.example', ['*.plant.example'])).toBe(false);
    expect(isNamed('10.0.0.6', ['10.0.0.5'])).toBe(false);
  });
});
