/** The list of keys. */
import { useTexts } from '@unison/ui-kit';
import { Dialog } from './Dialog';

const KEYS: [string, [string, string][]][] = [
  ['help.anywhere', [['?', 'help.help'], ['Ctrl K', 'help.palette'], ['Esc', 'help.close']]],
  ['help.lists', [['/', 'help.filter'], ['j k', 'help.rows'], ['Enter', 'help.open'], ['x', 'help.select'], ['n', 'help.new']]],
  ['help.records', [['e', 'help.edit'], ['Ctrl Enter', 'help.save']]],
  ['help.go', [['g d', 'nav.dashboard'], ['g m', 'nav.machines'], ['g w', 'nav.orders'], ['g e', 'nav.edges'], ['g a', 'help.materials'], ['g p', 'help.products'],
    ['g c', 'help.customers'], ['g j', 'help.projects'], ['g u', 'help.users'], ['g l', 'audit.title'], ['g s', 'org.title']]],
];

export function Help({ onClose }: { onClose: () => void }) {
  const { t } = useTexts();
  return (
    <Dialog title={t('help.title')} onClose={onClose} testId="help-dialog" wide>
      <div className="help">
        {KEYS.map(([group, keys]) => (
          <section key={group}>
            <h3>{t(group)}</h3>
            <dl>{keys.map(([key, text]) => <div key={key}><dt>{key.split(' ').map((k) => <kbd key={k}>{k}</kbd>)}</dt><dd>{t(text)}</dd></div>)}</dl>
          </section>
        ))}
      </div>
      <p className="dim">{t('help.note')}</p>
    </Dialog>
  );
}
