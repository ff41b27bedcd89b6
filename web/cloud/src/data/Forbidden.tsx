/** A page that failed to load. Without the permission it says which one is missing and who can grant it. */
import { ApiError, Failure, reasonOf, Skeletons, useTexts } from '@unison/ui-kit';

interface Props {
  what: string;
  error: unknown;
  retry: () => void;
  /** It stands for the whole page, and so has its heading. */
  page?: boolean;
}

export function Forbidden({ page, ...props }: Props) {
  if (!page) return <Reason {...props} />;
  return (
    <section>
      <header className="head"><h1>{props.what}</h1></header>
      <Reason {...props} />
    </section>
  );
}

function Reason({ what, error, retry }: Props) {
  const { t } = useTexts();
  if (!(error instanceof ApiError) || error.status !== 403) return <Failure what={what} error={error} retry={retry} />;
  const permission = /[a-z_*]+:[a-z_*]+/.exec(reasonOf(error))?.[0];
  return (
    <div className="u-state" role="alert" data-testid="forbidden">
      <strong>{t('forbidden.title', { what })}</strong>
      <p>{permission ? t('forbidden.permission') : reasonOf(error)} {permission && <code>{permission}</code>}</p>
      <p>{t('forbidden.who')}</p>
      <button type="button" className="button" onClick={retry}>{t('common.retry')}</button>
    </div>
  );
}

/** A page whose description is under way: its heading is there already. */
export function Waiting({ what }: { what: string }) {
  return (
    <section>
      <header className="head"><h1>{what}</h1></header>
      <Skeletons count={8} height={32} />
    </section>
  );
}
