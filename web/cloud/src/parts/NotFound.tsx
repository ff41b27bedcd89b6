/** An address that leads nowhere. */
import { Empty, useTexts } from '@unison/ui-kit';
import { Link } from '@tanstack/react-router';

export function NotFound() {
  const { t } = useTexts();
  return <Empty title={t('notFound')} action={<Link to="/">{t('nav.dashboard')}</Link>} />;
}
