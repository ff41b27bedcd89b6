/** The page→edge queue, on a real IndexedDB interface. */
import 'fake-indexeddb/auto';
import { ApiError } from '@unison/ui-kit';
import { describe, expect, it } from 'vitest';
import { headersOf, Outbox, type NewEntry } from './outbox';
import { afterFailure, firstProgress, isDue, MAX_RETRIES } from './schedule';
import { indexedDbStore, type Entry } from './store';

const MIN = 60_000;
const entry = (uuid: string, userId = 3): NewEntry => ({ uuid, kind: 'production_log', method: 'POST', path: '/production-logs', body: { uuid }, label: uuid, userId, userName: 'Anna' });

describe('log_10 retry schedule', () => {
  it('waits 1, 5, 15, 60, 60 minutes, then a person has to act', () => {
    let progress = firstProgress(0);
    const waits = [progress.nextAt / MIN];
    for (let retry = 1; retry <= MAX_RETRIES; retry += 1) {
      const now = progress.nextAt;
      progress = afterFailure(progress, 0, [], now);
      if (progress.state === 'waiting') waits.push((progress.nextAt - now) / MIN);
    }
    expect(waits).toEqual([1, 5, 15, 60, 60]);
    expect(progress.state).toBe('failed');
  });
  it('does not repeat what the edge refused', () => expect(afterFailure(firstProgress(0), 400, ['At most 3 left'], 0).state).toBe('failed'));
  it('waits for its author on 401', () => expect(afterFailure(firstProgress(0), 401, [], 0).state).toBe('sign_in'));
  it('goes at once when a connection appears', () => {
    expect(isDue(firstProgress(0), 1, false)).toBe(false);
    expect(isDue(firstProgress(0), 1, true)).toBe(true);
  });
});

function setUp(name: string) {
  const world = { now: 0, fail: null as ApiError | null, sent: [] as string[], told: [] as string[], signedOut: 0, before: (): void => undefined };
  const outbox = new Outbox({
    store: indexedDbStore(name),
    now: () => world.now,
    send: (e: Entry) => {
      world.before();
      if (world.fail) return Promise.reject(world.fail);
      world.sent.push(e.uuid);
      return Promise.resolve({});
    },
    onSent: (e) => world.told.push(e.uuid),
    onSignedOut: () => {
      world.signedOut += 1;
    },
  });
  return { world, outbox };
}

describe('log_08 page to edge queue', () => {
  it('keeps entries over a reload and sends them in order', async () => {
    const first = setUp('reload');
    await first.outbox.add(entry('a'));
    first.world.now = 5;
    await first.outbox.add(entry('b'));
    const second = setUp('reload');
    await second.outbox.flush(3, true);
    expect(second.world.sent).toEqual(['a', 'b']);
    expect(second.outbox.current().entries).toEqual([]);
  });
  it('keeps what was not sent and stops trying after the first silence', async () => {
    const { world, outbox } = setUp('silence');
    await outbox.add(entry('a'));
    await outbox.add(entry('b'));
    world.fail = new ApiError(0, null);
    await outbox.flush(3, true);
    expect(outbox.current().entries.map((e) => e.attempts).sort()).toEqual([1, 2]);
    world.fail = null;
    await outbox.flush(3, true);
    expect(world.told.sort()).toEqual(['a', 'b']);
  });
  it('goes on for who signed on meanwhile, and as connected', async () => {
    const { world, outbox } = setUp('meanwhile');
    for (const uuid of ['a', 'b']) await outbox.add(entry(uuid));
    await outbox.add(entry('ben', 4));
    world.before = () => {
      world.before = () => undefined;
      void outbox.flush(4, true);
      void outbox.flush(4, false);
    };
    await outbox.flush(3, true);
    expect(world.sent.sort()).toEqual(['a', 'b', 'ben']);
  });
  it('says of each entry who wrote it and how long ago, and ends when the edge knows somebody else', async () => {
    expect(headersOf({ userId: 3, createdAt: 1_000 }, 61_400)).toEqual({ 'X-Unison-User': '3', 'X-Waited-Seconds': '60' });
    expect(headersOf({ userId: 3, createdAt: 5_000 }, 0)['X-Waited-Seconds'], 'a clock that was set back').toBe('0');
    const { world, outbox } = setUp('somebody else');
    for (const uuid of ['a', 'b']) await outbox.add(entry(uuid));
    world.fail = new ApiError(401, null);
    await outbox.flush(3, true);
    expect([world.signedOut, outbox.current().entries.map((e) => e.state).sort()]).toEqual([1, ['sign_in', 'waiting']]);
  });
  it('never sends under another name', async () => {
    const { world, outbox } = setUp('names');
    await outbox.add(entry('a', 3));
    await outbox.flush(4, true);
    expect(world.sent).toEqual([]);
    expect(outbox.current().entries[0]?.state).toBe('sign_in');
    await outbox.flush(3, false);
    expect(world.sent).toEqual(['a']);
  });
  it('keeps what something in between said, and nothing where nobody answered', async () => {
    for (const [name, fail, refusal] of [['between', new ApiError(413, null), ['HTTP 413']], ['nobody', new ApiError(0, null), []]] as const) {
      const { world, outbox } = setUp(name);
      await outbox.add(entry('a'));
      world.fail = fail;
      await outbox.flush(3, true);
      expect(outbox.current().entries[0]?.refusal).toEqual(refusal);
    }
  });
  it('sends a refused entry again only after a tap', async () => {
    const { world, outbox } = setUp('tap');
    await outbox.add(entry('a'));
    world.fail = new ApiError(409, { error: 'Refused', reason: 'Not in progress' });
    await outbox.flush(3, true);
    world.fail = null;
    await outbox.flush(3, true);
    expect(outbox.current().entries[0]?.refusal).toEqual(['Not in progress']);
    await outbox.retry(3);
    expect(world.sent).toEqual(['a']);
  });
});
