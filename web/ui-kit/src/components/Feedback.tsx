/**
 * Loading, empty, failed: the three faces of a widget without data. Data that is there never blanks.
 */
import { Button, Skeleton } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { ApiError, reasonOf } from '../api/http';
import { clock } from '../format';
import { useTexts } from '../i18n';
import { toast } from './Toasts';

export function Skeletons({ count = 4, height = 40 }: { count?: number; height?: number }) {
  const { t } = useTexts();
  return (
    <div className="u-skeletons" role="status" aria-label={t('common.loading')} data-testid="loading">
      {Array.from({ length: count }, (_, i) => <Skeleton key={i} height={height} radius="md" />)}
    </div>
  );
}

export function Empty({ title, hint, action }: { title: string; hint?: string; action?: ReactNode }) {
  return (
    <div className="u-state" data-testid="empty">
      <strong>{title}</strong>
      {hint && <p>{hint}</p>}
      {action}
    </div>
  );
}

export function Failure({ what, error, retry }: { what: string; error: unknown; retry?: () => void }) {
  const { t } = useTexts();
  const id = reasonOf(error);
  const status = error instanceof ApiError ? error.status : -1;
  const advice =
    error instanceof ApiError && error.unreachable ? t('error.unreachable')
    : status === 401 ? t('error.signIn')
    : status === 403 ? `${t('error.forbidden')} ${id}`
    : status === 404 ? t('error.notFound')
    : id;
  const copy = (): void => {
    // The clipboard is hidden on plain HTTP; then the id is selectable text all the same.
    void navigator.clipboard?.writeText(`${what}: ${status} ${id}`).then(() => toast('info', t('common.copied')));
  };
  return (
    <div className="u-state u-failed" role="alert" data-testid="failed">
      <strong>{t('error.title', { what })}</strong>
      <p>{advice}</p>
      <div className="u-row">
        {retry && <Button variant="default" onClick={retry}>{t('common.retry')}</Button>}
        {status >= 500 && <Button variant="subtle" onClick={copy}>{t('common.copyId')}</Button>}
      </div>
    </div>
  );
}

interface LoadedProps<T> {
  query: UseQueryResult<T>;
  what: string;
  skeleton?: ReactNode;
  /** Of the plant; the browser's where it is not known. */
  zone?: string;
  children: (data: T) => ReactNode;
}

export function Loaded<T>({ query, what, skeleton, zone, children }: LoadedProps<T>) {
  const { t, language } = useTexts();
  if (query.data !== undefined) {
    return (
      <>
        {query.isError && (
          <p className="u-strip" role="status" data-testid="refresh-failed">
            {t('common.refreshFailed', { time: clock(query.dataUpdatedAt, zone, language) })}
            <button type="button" onClick={() => void query.refetch()}>{t('common.retry')}</button>
          </p>
        )}
        {children(query.data)}
      </>
    );
  }
  if (query.isError) return <Failure what={what} error={query.error} retry={() => void query.refetch()} />;
  return <>{skeleton ?? <Skeletons />}</>;
}
