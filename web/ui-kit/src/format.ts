/**
 * Numbers, times and spans as people read them. Pure: the clock and the zone are arguments.
 */

/** What a value that does not exist looks like (a ratio with a zero denominator is null). */
export const NONE = '–';

/**
 * Rounds to `digits` decimals, exact halves to the even neighbour (81.25 → 81.2, 81.35 → 81.4).
 * Works on the decimal text, because 81.35 * 10 is not 813.5 in binary.
 */
export function roundHalfEven(value: number, digits: number): string {
  if (!Number.isFinite(value)) return NONE;
  const [whole = '0', fraction = ''] = plainDecimal(Math.abs(value)).split('.');
  const kept = BigInt(whole + fraction.slice(0, digits).padEnd(digits, '0'));
  const rest = fraction.slice(digits);
  const half = rest.startsWith('5') && /^50*$/.test(rest);
  const up = half ? kept % 2n === 1n : rest !== '' && rest.charAt(0) >= '5';
  const text = (up ? kept + 1n : kept).toString().padStart(digits + 1, '0');
  const at = text.length - digits;
  const out = digits === 0 ? text : `${text.slice(0, at)}.${text.slice(at)}`;
  return value < 0 && /[1-9]/.test(out) ? `-${out}` : out;
}

function plainDecimal(value: number): string {
  const text = String(value);
  return text.includes('e') ? value.toFixed(12) : text;
}

function localDecimal(text: string, locale: string): string {
  return locale.startsWith('de') ? text.replace('.', ',') : text;
}

export function percent(value: number | null | undefined, locale = 'en'): string {
  if (value === null || value === undefined) return NONE;
  return `${localDecimal(roundHalfEven(value, 1), locale)} %`;
}

/** At most `digits` decimals, trailing zeros dropped: 2 → "2", 4.5 → "4.5". */
export function decimal(value: number | null | undefined, locale = 'en', digits = 2): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return NONE;
  const text = roundHalfEven(value, digits);
  return localDecimal(text.includes('.') ? text.replace(/\.?0+$/, '') : text, locale);
}

export function units(value: number | null | undefined, locale = 'en'): string {
  return value === null || value === undefined ? NONE : new Intl.NumberFormat(locale).format(value);
}

/** "14:03" in the plant's zone; the browser's zone when the plant's is unknown. */
export function clock(at: string | number | null | undefined, zone?: string, locale = 'en'): string {
  return dateText(at, zone, locale, { hour: '2-digit', minute: '2-digit', hour12: false });
}

/** "6 Nov, 14:03". */
export function dayAndClock(at: string | number | null | undefined, zone?: string, locale = 'en'): string {
  return dateText(at, zone, locale, { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', hour12: false });
}

/** The time alone while it is of today. */
export function clockOrDay(at: string | number | null | undefined, now: number, zone?: string, locale = 'en'): string {
  return day(at, zone, locale) === day(now, zone, locale) ? clock(at, zone, locale) : dayAndClock(at, zone, locale);
}

export const DAY_MS = 86_400_000;

/**
 * A moment of a longer time that is told apart from others so far away: "14:03", with seconds where they are less than a
 * minute apart, and with its day where the time is a day or more.
 */
export function momentIn(at: string | number | null | undefined, lengthMs: number, stepMs: number, zone?: string, locale = 'en'): string {
  const date: Intl.DateTimeFormatOptions = lengthMs >= DAY_MS ? { day: 'numeric', month: 'short' } : {};
  const seconds: Intl.DateTimeFormatOptions = stepMs < 60_000 ? { second: '2-digit' } : {};
  return dateText(at, zone, locale, { ...date, hour: '2-digit', minute: '2-digit', ...seconds, hour12: false });
}

/** Full hours of a time that have room for their label: "14:00", in a time of a day or more "6 Nov, 14:00". */
export function ticksIn(from: number, to: number, width: number): number[] {
  const label = to - from < DAY_MS ? 36 : 96;
  const hours = [1, 4, 12, 24, 48, 96].find((n) => ((n * 3_600_000) / (to - from)) * width >= label);
  if (hours === undefined) return [];
  const [step, out]: [number, number[]] = [hours * 3_600_000, []];
  for (let at = Math.ceil(from / step) * step; at <= to; at += step) out.push(at);
  return out;
}

export function day(at: string | number | null | undefined, zone?: string, locale = 'en'): string {
  return dateText(at, zone, locale, { day: 'numeric', month: 'short' });
}

function dateText(at: string | number | null | undefined, zone: string | undefined, locale: string, format: Intl.DateTimeFormatOptions): string {
  if (at === null || at === undefined) return NONE;
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return NONE;
  // en-GB gives day before month and 00:00, not 24:00.
  const tag = locale === 'en' ? 'en-GB' : locale;
  try {
    return new Intl.DateTimeFormat(tag, { ...format, timeZone: zone || undefined }).format(date);
  } catch {
    return new Intl.DateTimeFormat(tag, format).format(date);
  }
}

/** A span in two units at most: "45 s", "12 min", "3 h 05 min", "2 d 4 h". */
export function span(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ${String(minutes % 60).padStart(2, '0')} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** REP-06: green above 85 %, yellow 70–85 %, red below 70 %; the unrounded value decides. */
export function oeeColour(value: number | null): 'green' | 'yellow' | 'red' | 'none' {
  if (value === null) return 'none';
  if (value > 85) return 'green';
  return value >= 70 ? 'yellow' : 'red';
}
