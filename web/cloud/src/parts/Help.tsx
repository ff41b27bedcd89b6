/** The list of keys, as a native dialog: focus trap and Escape come with it. */
import { useTexts } from '@unison/ui-kit';
import { useEffect, useRef } from 'react';

const KEYS = [
  ['?', 'help.help'], ['/', 'help.filter'], ['g d', 'nav.dashboard'], ['g m', 'nav.machines'],
  ['g w', 'nav.orders'], ['g e', 'nav.edges'], ['j k', 'help.rows'], ['Enter', 'help.open'],
] as const;

export function Help({ onClose }: { onClose: () => void }) {
  const { t } = useTexts();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} className="help" aria-labelledby="help-title" onClose={onClose} data-testid="help-dialog">
      <h2 id="help-title">{t('help.title')}</h2>
      <dl>{KEYS.map(([keys, text]) => <div key={keys}><dt>{keys.split(' ').map((k) => <kbd key={k}>{k}</kbd>)}</dt><dd>{t(text)}</dd></div>)}</dl>
      <form method="dialog"><button type="submit" className="button">{t('common.close')}</button></form>
    </dialog>
  );
}
