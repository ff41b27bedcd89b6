import type { Machine } from '@unison/ui-kit';
import { expect, it } from 'vitest';
import { grid, pagesOf } from './wall';

const machines = (count: number) => Array.from({ length: count }, (_, id) => ({ id }) as Machine);

it('ui a wall shows every machine once, in order, on pages of about the same length', () => {
  for (const [count, lengths] of [[1, [1]], [12, [12]], [13, [7, 6]], [25, [9, 9, 7]], [0, []]] as [number, number[]][]) {
    const pages = pagesOf(machines(count));
    expect(pages.map((p) => p.length)).toEqual(lengths);
    expect(pages.flat().map((m) => m.id)).toEqual(machines(count).map((m) => m.id));
  }
});

it('ui tiles fill the screen', () => {
  expect(grid(1, true)).toEqual({ columns: 1, rows: 1 });
  expect(grid(5, true)).toEqual({ columns: 3, rows: 2 });
  expect(grid(12, true)).toEqual({ columns: 4, rows: 3 });
  expect(grid(5, false)).toEqual({ columns: 2, rows: 3 });
});
