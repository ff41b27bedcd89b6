/**
 * Where waiting entries live: IndexedDB, so that a reload or a flat battery loses nothing.
 */
import type { DBSchema } from 'idb';
import { database } from '../database';
import type { EntryProgress } from './schedule';

export type EntryKind = 'production_log' | 'downtime_reason' | 'downtime_report' | 'downtime_end' | 'handover';

export interface Entry extends EntryProgress {
  /** Made on the page; the edge recognises a repeated send by it. */
  uuid: string;
  kind: EntryKind;
  method: 'POST' | 'PATCH';
  path: string;
  body: unknown;
  /** What a person recognises it by. */
  label: string;
  userId: number;
  userName: string;
  createdAt: number;
}

export interface EntryStore {
  all(): Promise<Entry[]>;
  put(entry: Entry): Promise<void>;
  remove(uuid: string): Promise<void>;
}

interface Schema extends DBSchema {
  entries: { key: string; value: Entry };
}

export function indexedDbStore(name = 'unison-outbox'): EntryStore {
  const open = database<Schema>(name, (fresh) => void fresh.createObjectStore('entries', { keyPath: 'uuid' }));
  return {
    all: async () => (await (await open()).getAll('entries')).sort((a, b) => a.createdAt - b.createdAt),
    put: async (entry) => {
      await (await open()).put('entries', entry);
    },
    remove: async (uuid) => {
      await (await open()).delete('entries', uuid);
    },
  };
}
