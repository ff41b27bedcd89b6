/**
 * What waits and where: page→edge, edge→cloud, the machines' connections, and the settings of this device.
 */
import { clock, Loaded, reasonOf, said, toast, units, useTexts } from '@unison/ui-kit';
import { Link } from '@tanstack/react-router';
import { useState, useSyncExternalStore, type ReactNode } from 'react';
import type { Entry } from '../outbox/store';
import { Servers } from '../parts/Servers';
import { HopGlyph, useHopText, usePageHop, type HopState } from '../parts/QueueIndicator';
import { useConnections, useQueue, useStationInfo } from '../reads';
import { whyNotTaken } from '../refusals';
import { outbox } from '../services';
import { useUser } from '../session';

export function Queue() {
  const { t } = useTexts();
  return (
    <section className="sheet queue" aria-labelledby="queue-title">
      <header className="sheet-head"><h1 id="queue-title">{t('queue.title')}</h1></header>
      <div className="hops">
        <PageHop />
        <CloudHop />
      </div>
      <Waiting />
      <Connections />
      <Servers />
      <Device />
    </section>
  );
}

function HopCard({ title, state, text, children, testId }: { title: string; state: HopState; text: string; children?: ReactNode; testId: string }) {
  return (
    <article className={`card hop-card hop-${state}`} data-testid={testId} data-state={state}>
      <h2>{title}</h2>
      <p className="hop-line"><HopGlyph state={state} /><b>{text}</b></p>
      {children}
    </article>
  );
}

function PageHop() {
  const { t } = useTexts();
  const hop = usePageHop();
  const text = useHopText()(hop);
  // Not by the router: where trust is missing, the browser says so itself when it asks for the page.
  const mayBeTrust = hop.state === 'offline' && window.location.protocol === 'https:';
  return (
    <HopCard title={t('queue.hop.page')} state={hop.state} text={text || t('queue.online')} testId="hop-page">
      {mayBeTrust && <a href="/trust" className="chip" data-testid="see-trust">{t('queue.untrusted')}</a>}
    </HopCard>
  );
}

/** Never an alarm: an edge without its cloud works on, so even "error" is told in words only. */
function CloudHop() {
  const { t, language } = useTexts();
  const queue = useQueue();
  const zone = useStationInfo().data?.timezone;
  return (
    <Loaded query={queue} what={t('queue.hop.cloud')}>
      {({ edge_to_cloud: hop }) => (
        <HopCard title={t('queue.hop.cloud')} state={hop.state === 'error' ? 'offline' : hop.state} text={t(`queue.cloud.${hop.state}`)} testId="hop-cloud">
          <dl className="pairs">
            <div><dt>{t('queue.pending')}</dt><dd data-testid="cloud-pending">{units(hop.pending, language)}</dd></div>
            <div><dt>{t('queue.oldest')}</dt><dd>{clock(hop.oldest_unsent, zone, language)}</dd></div>
            <div><dt>{t('queue.lastAck')}</dt><dd>{clock(hop.last_ack, zone, language)}</dd></div>
          </dl>
          {hop.state !== 'online' && <p className="dim">{t('queue.cloud.calm')}{hop.state === 'error' && hop.message ? ` ${said(hop.message)}` : ''}</p>}
        </HopCard>
      )}
    </Loaded>
  );
}

function Waiting() {
  const { t } = useTexts();
  const user = useUser();
  const { entries, sending } = useSyncExternalStore(outbox.watch, outbox.current);
  return (
    <article className="card" data-testid="pending-items">
      <h2>{t('queue.items')}</h2>
      {entries.length === 0 ? <p className="dim">{t('queue.none')}</p> : (
        <ul className="entries">{entries.map((entry) => <li key={entry.uuid}><Row entry={entry} /></li>)}</ul>
      )}
      {entries.length > 0 && <button type="button" className="big big-main" disabled={sending > 0} data-testid="retry" onClick={() => void outbox.retry(user?.id ?? null)}>{t('common.retry')}</button>}
    </article>
  );
}

function Row({ entry }: { entry: Entry }) {
  const { t, language } = useTexts();
  const [sure, setSure] = useState(false);
  const discard = (): void => {
    if (!sure) return setSure(true);
    outbox.discard(entry.uuid).catch((error: unknown) => toast('bad', reasonOf(error)));
  };
  const state = entry.state === 'sign_in' ? t('queue.needsSignIn', { name: entry.userName })
    : entry.state === 'failed' ? whyNotTaken(entry) : t('queue.waiting', { time: clock(entry.nextAt, undefined, language) });
  return (
    <div className={`entry-row entry-${entry.state}`}>
      <p><b>{entry.label}</b><span>{entry.userName}, {clock(entry.createdAt, undefined, language)}</span><span role="status">{state}</span></p>
      {entry.state === 'failed' && <button type="button" className="chip" onClick={discard}>{sure ? t('queue.discardSure') : t('queue.discard')}</button>}
    </div>
  );
}

/** How many answer; what there is to say of each has a page of its own. */
function Connections() {
  const { t } = useTexts();
  const connections = useConnections();
  return (
    <article className="card">
      <h2>{t('queue.connections')}</h2>
      <Loaded query={connections} what={t('queue.connections')}>
        {({ connections: list }) => list.length === 0 ? <p className="dim">{t('queue.noConnections')}</p> : (
          <p>{t('queue.answering', { count: list.filter((c) => c.state === 'connected').length, total: list.length })}</p>
        )}
      </Loaded>
      <Link to="/connections" className="back" data-testid="open-connections">{t('queue.openConnections')}</Link>
    </article>
  );
}

function Device() {
  const { t } = useTexts();
  const version = useStationInfo().data?.version;
  return (
    <article className="card">
      <h2>{t('queue.device')}</h2>
      {!window.isSecureContext && <p className="dim">{t('queue.limited')}</p>}
      {version && <p className="dim">{t('queue.version', { version })}</p>}
      <Link to="/settings" className="back" data-testid="open-settings">{t('settings.title')}</Link>
    </article>
  );
}
