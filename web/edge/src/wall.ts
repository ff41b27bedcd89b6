/**
 * How a wall screen is filled: as many machines a page as can be read from across a hall, and no empty half.
 */
import type { Machine } from '@unison/ui-kit';

/** Machines of one page. */
export const PER_PAGE = 12;

/** Pages of about the same length, in order. */
export function pagesOf(list: Machine[]): Machine[][] {
  const pages = Math.max(1, Math.ceil(list.length / PER_PAGE));
  const length = Math.ceil(list.length / pages);
  return Array.from({ length: pages }, (_, i) => list.slice(i * length, (i + 1) * length)).filter((page) => page.length > 0);
}

/** Columns and rows for so many tiles; a wide screen has at least as many columns as rows. */
export function grid(count: number, isWide: boolean): { columns: number; rows: number } {
  const short = Math.max(1, Math.floor(Math.sqrt(count)));
  const long = Math.ceil(count / short);
  return isWide ? { columns: long, rows: short } : { columns: short, rows: long };
}
