/** A page that failed to load. Without the permission it says which one is missing and who can grant it. */
import { ApiError, Failure, reasonOf, useTexts } from '@unison/ui-kit';

export function Forbidden({ what, error, retry }: { what: string; error: unknown; retry: () => void }) {
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
