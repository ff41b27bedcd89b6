/**
 * The place of the signals on a stop's page: closed until somebody wants to see them, so that the reasons stay first.
 */
import { Skeletons, useTexts, type Downtime } from '@unison/ui-kit';
import { lazy, Suspense, useState } from 'react';

const StopSignals = lazy(() => import('./StopSignals'));

export function StopSignalsFold({ stop }: { stop: Downtime }) {
  const { t } = useTexts();
  const [isOpen, setOpen] = useState(false);
  return (
    <details className="card stop-history" data-testid="stop-signals" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary><h2>{t('signals.around')}</h2></summary>
      {isOpen && <Suspense fallback={<Skeletons count={2} height={120} />}><StopSignals stop={stop} /></Suspense>}
    </details>
  );
}
