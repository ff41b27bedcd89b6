/**
 * On a page that takes an entry while the box is away: of when that is what it shows.
 */
import { NoDataSince, useLive, useSince } from '@unison/ui-kit';
import { useStationInfo } from '../reads';

export function AwaySince({ readAt }: { readAt: number }) {
  const zone = useStationInfo().data?.timezone;
  const since = useSince(readAt);
  return useLive().freshness === 'stale' && <NoDataSince at={since} zone={zone} />;
}
