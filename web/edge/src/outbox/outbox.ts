/**
 * The page→edge queue. Entries are sent one after the other in the order they were made,
 * only under the name of the person who made them, and are forgotten only after the edge took them.
 */
import { ApiError, sentencesOf } from '@unison/ui-kit';
import { afterFailure, afterRetryTap, firstProgress, isDue } from './schedule';
import type { Entry, EntryStore } from './store';

/** An entry is of who wrote it and of when: the edge takes it with a session of that person only, and hears its age. */
export const headersOf = ({ userId, createdAt }: Pick<Entry, 'userId' | 'createdAt'>, now: number): Record<string, string> => ({
  'X-Unison-User': String(userId),
  'X-Waited-Seconds': String(Math.max(0, Math.round((now - createdAt) / 1_000))),
});

export type NewEntry = Omit<Entry, 'state' | 'attempts' | 'nextAt' | 'refusal' | 'createdAt'>;

export interface OutboxView {
  entries: readonly Entry[];
  sending: number;
}

interface Options {
  store: EntryStore;
  send: (entry: Entry) => Promise<unknown>;
  now: () => number;
  onSent: (entry: Entry, answer: unknown) => void;
  /** The edge says that whoever is shown here is not, or not any more, who is signed on. */
  onSignedOut: () => void;
}

export class Outbox {
  private view: OutboxView = { entries: [], sending: 0 };
  private readonly watchers = new Set<() => void>();
  private running = false;
  /** What was asked for while a round ran: by whom last, and whether any of them was connected. */
  private again: { userId: number | null; connected: boolean } | null = null;

  constructor(private readonly options: Options) {}

  watch = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };

  current = (): OutboxView => this.view;

  async load(): Promise<void> {
    this.publish(await this.options.store.all(), 0);
  }

  async add(entry: NewEntry): Promise<void> {
    const now = this.options.now();
    await this.options.store.put({ ...entry, ...firstProgress(now), createdAt: now });
    await this.load();
  }

  async discard(uuid: string): Promise<void> {
    await this.options.store.remove(uuid);
    await this.load();
  }

  async retry(userId: number | null, uuid?: string): Promise<void> {
    const now = this.options.now();
    for (const entry of this.view.entries) {
      if (entry.state !== 'waiting' && (uuid === undefined || uuid === entry.uuid)) {
        await this.options.store.put({ ...entry, ...afterRetryTap(now) });
      }
    }
    await this.load();
    await this.flush(userId, true);
  }

  /** Sends what is due. Calls that overlap are folded into one more round. */
  async flush(userId: number | null, connected: boolean): Promise<void> {
    if (this.running) {
      this.again = { userId, connected: connected || (this.again?.connected ?? false) };
      return;
    }
    this.running = true;
    try {
      await this.load();
      await this.round(userId, connected);
    } finally {
      this.running = false;
      this.publish(this.view.entries, 0);
    }
    const { again } = this;
    this.again = null;
    if (again) await this.flush(again.userId, again.connected);
  }

  private async round(userId: number | null, connected: boolean): Promise<void> {
    const due = this.view.entries.filter((e) => isDue(signedIn(e, userId), this.options.now(), connected));
    for (const [index, entry] of due.entries()) {
      // Somebody else's entry would be booked under the wrong name.
      if (entry.userId !== userId) {
        await this.options.store.put({ ...entry, state: 'sign_in' });
        continue;
      }
      this.publish(this.view.entries, due.length - index);
      if (!(await this.attempt(entry))) break;
    }
    await this.load();
  }

  /** False when the edge was not reached, or knows somebody else: then the rest need not be tried either. */
  private async attempt(entry: Entry): Promise<boolean> {
    try {
      const answer = await this.options.send(entry);
      await this.options.store.remove(entry.uuid);
      this.options.onSent(entry, answer);
      return true;
    } catch (error) {
      const status = error instanceof ApiError ? error.status : 0;
      await this.options.store.put({ ...entry, ...afterFailure(entry, status, sentencesOf(error), this.options.now()) });
      if (status === 401) this.options.onSignedOut();
      return !(error instanceof ApiError && (error.unreachable || status === 401));
    }
  }

  private publish(entries: readonly Entry[], sending: number): void {
    this.view = { entries, sending };
    for (const watcher of this.watchers) watcher();
  }
}

/** An entry that waited for its author is due again once that person is signed in. */
function signedIn(entry: Entry, userId: number | null): Entry {
  return entry.state === 'sign_in' && entry.userId === userId ? { ...entry, state: 'waiting', nextAt: 0 } : entry;
}
