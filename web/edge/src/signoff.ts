/**
 * Signing off works without the box, so that nobody writes under the name of who left. The box hears of it before it is
 * asked again who is signed on.
 */
import { ApiError, call } from '@unison/ui-kit';

/** Nobody waits for a box that is away. */
const ANSWER_MS = 2_000;

const OWED = 'unison.logout.owed';

export const oweSignOff = (): void => localStorage.setItem(OWED, 'yes');

/** Somebody signed on: the browser has that session now. */
export const forgetSignOff = (): void => localStorage.removeItem(OWED);

/** Ends the session on the box where that is owed; fails while it does not answer. */
export async function settleSignOff(): Promise<void> {
  if (localStorage.getItem(OWED) === null) return;
  try {
    await call('/auth/logout', { method: 'POST', timeoutMs: ANSWER_MS });
  } catch (error) {
    // Over already.
    if (!(error instanceof ApiError && error.status === 401)) throw error;
  }
  forgetSignOff();
}
