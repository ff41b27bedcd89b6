/** What was typed and not sent. */
// @vitest-environment happy-dom
import { beforeEach, expect, it } from 'vitest';
import { dropDraft, keepDraft, readDraft, type LogDraft } from './entry';

const typed: LogDraft = { uuid: 'u', good: '50', scrap: '0', hours: '2', notes: '' };

beforeEach(() => sessionStorage.clear());

it('log_02_a_draft_is_of_who_typed_it', () => {
  keepDraft(15, 101, { ...typed, userId: 3 });
  expect(readDraft(15, 101, 3)?.good).toBe('50');
  expect([readDraft(15, 101, 4), readDraft(15, 101, null), readDraft(16, 101, 3)], 'not of the next one, nor of nobody').toEqual([null, null, null]);
  expect(readDraft(15, 101, 3)?.good, 'it waits for them').toBe('50');
  dropDraft(15, 101);
  expect(readDraft(15, 101, 3)).toBeNull();
});

it('log_02_what_was_typed_before_anybody_signed_on_is_of_who_does', () => {
  keepDraft(15, 101, typed);
  expect([readDraft(15, 101, 3)?.good, readDraft(15, 101, null)?.good]).toEqual(['50', '50']);
});
