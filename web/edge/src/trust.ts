/**
 * What the page about trust knows without asking anybody: which system this device runs, and how a fingerprint is
 * read aloud.
 */
export const SYSTEMS = ['windows', 'macos', 'ios', 'android', 'chromeos', 'firefox', 'linux'] as const;
export type System = (typeof SYSTEMS)[number];

/** How many steps the texts have for each. */
export const STEPS: Record<System, number> = { windows: 4, macos: 4, ios: 4, android: 4, chromeos: 3, firefox: 3, linux: 3 };

export function systemOf(userAgent: string, touchPoints: number): System {
  if (/iPhone|iPad|iPod/.test(userAgent)) return 'ios';
  // An iPad says that it is a Mac; no Mac has a touch screen.
  if (/Macintosh/.test(userAgent) && touchPoints > 1) return 'ios';
  if (/Android/.test(userAgent)) return 'android';
  // Everywhere else it looks at authorities of its own, too.
  if (/Firefox\//.test(userAgent)) return 'firefox';
  if (/Windows/.test(userAgent)) return 'windows';
  if (/Macintosh/.test(userAgent)) return 'macos';
  if (/CrOS/.test(userAgent)) return 'chromeos';
  return 'linux';
}

/** This device's first. */
export function systemsFor(own: System): System[] {
  return [own, ...SYSTEMS.filter((system) => system !== own)];
}

/** "AA:BB:CC:DD:…", with or without its colons, as eight groups of four pairs. */
export function groups(fingerprint: string): string[] {
  const pairs = fingerprint.replaceAll(':', '').match(/.{1,2}/g) ?? [];
  return Array.from({ length: Math.ceil(pairs.length / 4) }, (_, i) => pairs.slice(i * 4, i * 4 + 4).join(' '));
}

/** Whether a certificate names the host of this page, as it stands in the address line. */
export function isNamed(host: string, names: string[]): boolean {
  const bare = host.replace(/^\[|\]$/g, '').toLowerCase();
  const parent = `*.${bare.split('.').slice(1).join('.')}`;
  return names.some((name) => name === bare || (name.startsWith('*.') && name === parent));
}
