/**
 * A machine's state: shape + word + colour, never one of them alone.
 */
import { useTexts } from '../i18n';
import { shownState, type Shown } from '../state';
import type { Machine } from '../api/types';

export function StateGlyph({ shown, size = 24 }: { shown: Shown; size?: number }) {
  return (
    <svg className={`u-glyph u-glyph-${shown}`} width={size} height={size} viewBox="0 0 24 24" aria-hidden focusable="false">
      <Shape shown={shown} />
    </svg>
  );
}

function Shape({ shown }: { shown: Shown }) {
  switch (shown) {
    case 'running':
      return <path d="M6 3.5 20.5 12 6 20.5Z" fill="currentColor" />;
    case 'available':
      return <rect x="5" y="5" width="14" height="14" rx="1" fill="none" stroke="currentColor" strokeWidth="2" />;
    case 'idle':
      return <rect x="4.5" y="4.5" width="15" height="15" rx="1" fill="currentColor" />;
    case 'waiting':
      return <path d="M12 3 22 20.5H2Z" fill="none" stroke="currentColor" strokeWidth="2.4" strokeLinejoin="round" />;
    case 'setup':
      return <path d="M12 2 22 12 12 22 2 12Z" fill="none" stroke="currentColor" strokeWidth="2.4" strokeDasharray="4 2.4" />;
    case 'down':
      return <path d="M5 2 12 9l7-7 3 3-7 7 7 7-3 3-7-7-7 7-3-3 7-7-7-7Z" fill="currentColor" />;
    case 'planned':
      return <path d="M5 3h5v18H5ZM14 3h5v18h-5Z" fill="currentColor" />;
    case 'no_data':
      return <circle cx="12" cy="12" r="9" fill="none" stroke="currentColor" strokeWidth="2.4" strokeDasharray="1.6 3.2" strokeLinecap="round" />;
    case 'retired':
      return <path d="M4 12h16" stroke="currentColor" strokeWidth="3" />;
  }
}

export function StateBadge({ machine }: { machine: Machine }) {
  const { t } = useTexts();
  const shown = shownState(machine);
  return (
    <span className={`u-badge u-badge-${shown}`} data-testid="machine-state" data-state={shown}>
      <StateGlyph shown={shown} size={14} />
      {t(`state.${shown}`)}
    </span>
  );
}
