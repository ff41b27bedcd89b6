/**
 * What a supervisor should look at, in words. The edge and the cloud say it in English.
 */
import type { useTexts } from '@unison/ui-kit';

const KNOWN: Record<string, string> = { 'running without work order': 'flag.noOrder', 'resumed without note': 'flag.noNote' };

export function flagWord(t: ReturnType<typeof useTexts>['t'], flag: string): string {
  const key = KNOWN[flag];
  return key ? t(key) : flag;
}
