/**
 * Signing off works without the box, so that nobody writes under the name of who left. The box hears of it before it is
 * asked again who is signed on.
 */
import { ApiError, call } from '@unison/ui-kit';
import { forgetHere, keepHere, kept } from './here';

const OWED = 'unison.logout.owed';

/** Also where the browser keeps nothing for us. */
let isOwedHere = false;

export function oweSignOff(): void {
  isOwedHere = true;
  keepHere(OWED, 'yes');
}

export const isSignOffOwed = (): boolean => isOwedHere || kept(OWED) !== null;

/** Somebody signed on: the browser has that session now. */
export function forgetSignOff(): void {
  isOwedHere = false;
  forgetHere(OWED);
}

/** Another page of this browser signed off. */
export function onSignOffElsewhere(then: () => void): void {
  window.addEventListener('storage', ({ key, newValue }) => {
    if (key === OWED && newValue !== null) then();
  });
}

/** Ends the session on the box where that is owed; fails while it does not answer. */
export async function settleSignOff(timeoutMs?: number): Promise<void> {
  if (!isSignOffOwed()) return;
  try {
    await call('/auth/logout', { method: 'POST', timeoutMs });
  } catch (error) {
    // Over already.
    if (!(error instanceof ApiError && error.status === 401)) throw error;
  }
  forgetSignOff();
}
