/** An address that leads nowhere. */
import { Empty, useTexts } from '@unison/ui-kit';
import { Link } from '@tanstack/react-router';

export function NotFound() {
  const { t } = useTexts();
  return <Empty title={t('notFound.title')} action={<Link to="/" className="big">{t('nav.floor')}</Link>} />;
}
