/**
 * Comma-separated files as offices make them. Pure. A German spreadsheet writes semicolons and sometimes Windows-1252;
 * the server gets commas and UTF-8.
 */
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

/** The same text with commas; one that has them already stays as it is, to the letter. */
export function withCommas(text: string): string {
  const clean = text.replace(/^\ufeff/, '');
  const separator = separatorOf(clean);
  if (separator === ',') return clean;
  return parseCsv(clean, separator).map(({ cells }) => cells.map(quote).join(',')).join('\r\n');
}
