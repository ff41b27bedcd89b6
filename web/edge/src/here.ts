/**
 * Small things that this browser remembers for all its pages. One that keeps nothing for us is as one that forgot.
 */
export function kept(name: string): string | null {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

export function keepHere(name: string, value: string): void {
  try {
    localStorage.setItem(name, value);
  } catch {
    // Full, or not allowed.
  }
}

export function forgetHere(name: string): void {
  try {
    localStorage.removeItem(name);
  } catch {
    // Not allowed.
  }
}
