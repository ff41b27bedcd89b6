/**
 * Who is signed on, and what was to happen before somebody had to sign on.
 * Reads are open; a write without a session goes through the sign-on page and is then carried out.
 */
import { ApiError, reasonOf, toast, type EdgeSession, type User } from '@unison/ui-kit';
import { useQuery } from '@tanstack/react-query';
import { AWAY_MS, currentUser, loadUser, outbox, queries, refreshWork, signedOnBy, stream } from './services';
import { forgetSignOff, oweSignOff, settleSignOff } from './signoff';

interface Intent {
  /** Shown on the sign-on page: "to log production". */
  title: string;
  run: () => Promise<void>;
}

let intent: Intent | null = null;
let goToLogin: (next: string) => void = () => undefined;

export function onNeedLogin(navigate: (next: string) => void): void {
  goToLogin = navigate;
}

export function pendingIntent(): string | null {
  return intent?.title ?? null;
}

export function dropIntent(): void {
  intent = null;
}

export function useUser(): User | null {
  return useQuery({ queryKey: ['me'], queryFn: loadUser, staleTime: 60_000 }).data ?? null;
}

/** Whether it is known who is signed on, if anybody. */
export function useIsUserKnown(): boolean {
  return !useQuery({ queryKey: ['me'], queryFn: loadUser, staleTime: 60_000 }).isPending;
}

/** Runs a write now, or after signing on. Refusals become toasts; `run` must not depend on a mounted page. */
export async function write(title: string, run: () => Promise<void>): Promise<void> {
  if (!currentUser()) return ask(title, run);
  try {
    await run();
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) {
      queries.setQueryData(['me'], null);
      return ask(title, run);
    }
    toast('bad', reasonOf(error));
  }
}

function ask(title: string, run: () => Promise<void>, next = window.location.pathname + window.location.search): void {
  intent = { title, run };
  goToLogin(next);
}

/** Only people who are signed on get there; nothing is done for them on the way. */
export const signOnFor = (title: string, next?: string): void => ask(title, () => Promise.resolve(), next);

export async function signedOn(session: EdgeSession): Promise<void> {
  forgetSignOff();
  // It was asked before.
  void queries.cancelQueries({ queryKey: ['me'] });
  const user = signedOnBy(session);
  queries.setQueryData(['me'], user);
  void outbox.flush(user.id, true);
  const todo = intent;
  intent = null;
  if (todo) await write(todo.title, todo.run);
  refreshWork();
}

/** Here at once; false while the box has not heard of it yet. */
export async function signOff(): Promise<boolean> {
  void queries.cancelQueries({ queryKey: ['me'] });
  queries.setQueryData(['me'], null);
  oweSignOff();
  const isHeard = await settleSignOff(stream.isLive() ? undefined : AWAY_MS).then(() => true, () => false);
  refreshWork();
  return isHeard;
}
