/**
 * Whom this box believes to be which OPC UA server. A server that shows another certificate than before is refused
 * until somebody compared and trusts it; only then its machines are seen again.
 */
import { dayAndClock, Loaded, post, toast, useTexts, get } from '@unison/ui-kit';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useStationInfo } from '../reads';
import { queries } from '../services';
import { useUser, write } from '../session';

interface Certificate {
  subject: string | null;
  sha256: string;
  not_after: string | null;
  at: string;
}

interface Server {
  connection: string;
  endpoint: string;
  state: 'unseen' | 'unknown' | 'trusted' | 'changed' | 'unreadable' | 'insecure';
  pinned: Certificate | null;
  presented: Certificate | null;
}

export function Servers() {
  const { t } = useTexts();
  const user = useUser();
  const servers = useQuery({ queryKey: ['servers', user?.id ?? 0], queryFn: ({ signal }) => get<{ connections: Server[] }>('/trust', undefined, signal), refetchInterval: 5_000 });
  // Most boxes have no OPC UA server: then there is nothing to say.
  if (servers.data?.connections.length === 0) return null;
  return (
    <article className="card" id="servers" data-testid="servers">
      <h2>{t('servers.title')}</h2>
      <Loaded query={servers} what={t('servers.title')}>
        {({ connections }) => <ul className="entries">{connections.map((s) => <li key={s.connection}><Row server={s} /></li>)}</ul>}
      </Loaded>
    </article>
  );
}

function Row({ server }: { server: Server }) {
  const { t, language } = useTexts();
  const zone = useStationInfo().data?.timezone;
  const [asked, setAsked] = useState<string | null>(null);
  const shown = server.presented;
  const waits = shown !== null && shown.sha256 !== server.pinned?.sha256 && server.state !== 'insecure';
  const trust = (certificate: Certificate): void => {
    // The second tap is for what was read, not for what the server shows by then.
    if (asked !== certificate.sha256) return setAsked(certificate.sha256);
    void write(t('servers.to'), async () => {
      await post('/trust', { connection: server.connection, sha256: certificate.sha256 });
      toast('good', t('servers.trusted', { name: server.connection }));
      void queries.invalidateQueries({ queryKey: ['servers'] });
    });
  };
  return (
    <div className={`entry-row ${waits ? 'entry-failed' : ''}`} data-testid={`server-${server.connection}`} data-state={server.state}>
      <p>
        <b>{server.connection} · {t(`servers.state.${server.state}`)}</b>
        <span>{server.endpoint}</span>
        {server.pinned && <span>{t('servers.pinned', { subject: server.pinned.subject ?? '', time: dayAndClock(server.pinned.at, zone, language) })} <span className="mono">{server.pinned.sha256}</span></span>}
        {waits && <span>{t('servers.shows', { subject: shown.subject ?? '', time: dayAndClock(shown.at, zone, language) })} <span className="mono">{shown.sha256}</span></span>}
        {asked && waits && <span role="status">{t('servers.compare')}</span>}
      </p>
      {waits && <button type="button" className="back" data-testid="trust-server" onClick={() => trust(shown)}>{asked === shown.sha256 ? t('servers.sure') : t('servers.trust')}</button>}
    </div>
  );
}
