/**
 * Comma-separated files as offices make them. Pure. A German spreadsheet writes semicolons and sometimes Windows-1252;
 * the server gets commas, points and UTF-8.
 */
import type { FieldKind } from '@unison/ui-kit';

export const FILE_BYTES_MAX = 5 * 1024 * 1024;

export function decodeFile(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}

/** The separator that stands most often in the first line, outside quotes. */
export function separatorOf(text: string): ',' | ';' | '\t' {
  const counts = { ',': 0, ';': 0, '\t': 0 };
  let quoted = false;
  for (const c of text.slice(0, 20_000)) {
    if (c === '"') quoted = !quoted;
    else if (!quoted && c === '\n') break;
    else if (!quoted && (c === ',' || c === ';' || c === '\t')) counts[c] += 1;
  }
  return counts[';'] > counts[','] ? ';' : counts['\t'] > counts[','] ? '\t' : ',';
}

/** Rows with the line they begin at. */
export function parseCsv(text: string, separator: string): { line: number; cells: string[] }[] {
  const rows: { line: number; cells: string[] }[] = [];
  let cells: string[] = [];
  let cell = '';
  let quoted = false;
  let line = 1;
  let began = 1;
  const end = (): void => {
    cells.push(cell);
    if (cells.length > 1 || cells[0] !== '') rows.push({ line: began, cells });
    cells = [];
    cell = '';
  };
  for (let i = 0; i < text.length; i += 1) {
    const c = text.charAt(i);
    if (c === '\n') line += 1;
    if (quoted) {
      if (c !== '"') cell += c;
      else if (text.charAt(i + 1) === '"') { cell += '"'; i += 1; }
      else quoted = false;
    } else if (c === '"' && cell === '') quoted = true;
    else if (c === separator) { cells.push(cell); cell = ''; }
    else if (c === '\n') { end(); began = line; }
    else if (c !== '\r') cell += c;
  }
  if (cell !== '' || cells.length > 0) end();
  return rows;
}

function quote(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

/** Rows as text, each at the line where it was. */
function joined(rows: { line: number; cells: string[] }[]): string {
  let out = '';
  let line = 1;
  for (const row of rows) {
    const text = row.cells.map(quote).join(',');
    out += (out === '' ? '' : '\n') + '\n'.repeat(Math.max(0, row.line - line)) + text;
    line = Math.max(line, row.line) + text.split('\n').length;
  }
  return out;
}

/** The same text with commas and plain line ends. */
export function withCommas(text: string): string {
  // One kind of line end, so that page and server count the same lines.
  const clean = text.replace(/^\ufeff/, '').replace(/\r\n?/g, '\n');
  const separator = separatorOf(clean);
  if (separator === ',') return clean;
  return joined(parseCsv(clean, separator));
}

const DECIMAL_COMMA = /^[+-]?(\d+|\d{1,3}(\.\d{3})+),\d+$/;
const GROUPS_ONLY = /^[+-]?\d{1,3}(\.\d{3})+$/;
const GERMAN_DAY = /^(\d{1,2})\.(\d{1,2})\.(\d{4})$/;

/** A cell of a field of this kind as the server reads it. Only where the file has semicolons is a comma surely no group of digits. */
function plainCell(cell: string, kind: FieldKind | null, hasSemicolons: boolean, hasCommas: boolean): string {
  const text = cell.trim();
  // Whether a thousand or one is meant, nobody can tell from the cell alone: the server refuses it by its line.
  if (kind === 'decimal' && hasSemicolons && GROUPS_ONLY.test(text)) return hasCommas ? text.replaceAll('.', '') : `${text} ?`;
  if (kind === 'decimal' && hasSemicolons && DECIMAL_COMMA.test(text)) return text.replaceAll('.', '').replace(',', '.');
  const day = kind === 'date' ? GERMAN_DAY.exec(text) : null;
  if (day) return `${day[3]}-${day[2]?.padStart(2, '0')}-${day[1]?.padStart(2, '0')}`;
  if (kind === 'boolean' && /^(ja|nein)$/i.test(text)) return text.toLowerCase() === 'ja' ? 'true' : 'false';
  return cell;
}

/** Numbers, days and yes or no of a German office as the server reads them; a text column stays as it is. */
export function withPlainCells(csv: string, kinds: (FieldKind | null)[], hasSemicolons: boolean): string {
  let changed = false;
  const all = parseCsv(csv, ',');
  // Columns in which another cell says that the comma is the decimal one.
  const commas = kinds.map((_, i) => all.some(({ cells }, row) => row > 0 && DECIMAL_COMMA.test((cells[i] ?? '').trim())));
  const rows = all.map(({ line, cells }, row) => ({
    line,
    cells: cells.map((cell, i) => {
      const plain = row === 0 ? cell : plainCell(cell, kinds[i] ?? null, hasSemicolons, commas[i] ?? false);
      changed ||= plain !== cell;
      return plain;
    }),
  }));
  return changed ? joined(rows) : csv;
}
