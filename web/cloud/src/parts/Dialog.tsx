/** A native modal dialog: focus trap, Escape and the way back for the focus come with it. */
import { useTexts } from '@unison/ui-kit';
import { useEffect, useId, useRef, type ReactNode } from 'react';

interface Props {
  title: string;
  onClose: () => void;
  children: ReactNode;
  /** Beside the page instead of above its middle. */
  sheet?: boolean;
  wide?: boolean;
  testId?: string;
  /** Asked before Escape or × closes it. */
  mayClose?: () => boolean;
}

export function Dialog({ title, onClose, children, sheet, wide, testId, mayClose }: Props) {
  const { t } = useTexts();
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useEffect(() => {
    const own = dialog.current;
    const before = document.activeElement;
    if (own && !own.open) own.showModal();
    return () => {
      own?.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <dialog ref={dialog} className={`dialog${sheet ? ' dialog-sheet' : ''}${wide ? ' dialog-wide' : ''}`} aria-labelledby={heading} data-testid={testId}
      onCancel={(event) => { event.preventDefault(); if (mayClose?.() ?? true) onClose(); }} onClose={(event) => { if (event.target === event.currentTarget) onClose(); }}>
      <header className="dialog-head">
        <h2 id={heading}>{title}</h2>
        <button type="button" className="icon" aria-label={t('common.close')} onClick={() => { if (mayClose?.() ?? true) onClose(); }}>×</button>
      </header>
      {children}
    </dialog>
  );
}
