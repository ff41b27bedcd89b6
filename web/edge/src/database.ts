/**
 * A database of the browser. Tablets that sleep close it under the page: it is opened again when it is next asked for.
 */
import { openDB, type DBSchema, type IDBPDatabase } from 'idb';

export function database<S extends DBSchema>(name: string, upgrade: (fresh: IDBPDatabase<S>) => void): () => Promise<IDBPDatabase<S>> {
  let db: Promise<IDBPDatabase<S>> | null = null;
  const gone = (): void => {
    db = null;
  };
  return () => {
    db ??= openDB<S>(name, 1, { upgrade, terminated: gone }).catch((error: unknown) => {
      gone();
      throw error;
    });
    return db;
  };
}
