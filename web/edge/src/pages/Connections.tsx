/**
 * The devices for whoever looks after them: how each stands, how fast it answers, what waits and what went wrong; then
 * the signals of one, live, with the last hour of those that are kept. A value that is old never looks live.
 */
import { clock, dayAndClock, decimal, Empty, Loaded, NONE, span, units, useServerNow, useTexts, type Connection, type Tag } from '@unison/ui-kit';
import { Link } from '@tanstack/react-router';
import { useEffect, useId, useMemo, useState, type ReactNode } from 'react';
import { Signals } from '../parts/Signals';
import { useConnections, useStationInfo, useTags } from '../reads';
import { ageOf, isLive, valueText } from '../signals';
import '../parts/signals.css';

const HOUR_MS = 3_600_000;
const PER_PAGE = 50;
/** An answer about connections that is older says nothing of now. */
const OLD_MS = 15_000;

export default function Connections({ name }: { name?: string }) {
  const { t } = useTexts();
  const connections = useConnections();
  return (
    <section className="sheet connections" aria-labelledby="connections-title" data-testid="connections">
      <header className="sheet-head">
        {name === undefined ? <Link to="/queue" className="back">← {t('queue.title')}</Link> : <Link to="/connections" className="back" data-testid="all-connections">← {t('connections.all')}</Link>}
        <h1 id="connections-title">{name ?? t('queue.connections')}</h1>
      </header>
      <Loaded query={connections} what={t('queue.connections')}>
        {({ connections: list }) => {
          const one = list.find((c) => c.name === name);
          if (list.length === 0) return <Empty title={t('queue.noConnections')} hint={t('connections.emptyHint')} />;
          if (name !== undefined && !one) return <Empty title={t('connections.gone')} hint={t('connections.goneHint')} />;
          return one ? <Detail connection={one} at={connections.dataUpdatedAt} /> : (
            <ul className="device-list">{list.map((c) => <li key={c.name}><Card connection={c} at={connections.dataUpdatedAt} /></li>)}</ul>
          );
        }}
      </Loaded>
    </section>
  );
}

/** Dot, ring or cross: shape as well as colour. */
function Glyph({ state }: { state: Connection['state'] | 'unknown' }) {
  return (
    <svg className="device-glyph" viewBox="0 0 24 24" width="24" height="24" aria-hidden>
      {state === 'connected' ? <path d="M4 12.5 9.5 18 20 6.5" fill="none" stroke="currentColor" strokeWidth="3.2" />
      : state === 'disconnected' ? <path d="M5 2 12 9l7-7 3 3-7 7 7 7-3 3-7-7-7 7-3-3 7-7-7-7Z" fill="currentColor" />
      : <circle cx="12" cy="12" r="9" fill="none" stroke="currentColor" strokeWidth="2.4" strokeDasharray={state === 'unknown' ? '1.6 3.2' : '5 4'} />}
    </svg>
  );
}

function StateLine({ connection, at }: { connection: Connection; at: number }) {
  const { t, language } = useTexts();
  const [since, setSince] = useState(0);
  useEffect(() => {
    const timer = window.setInterval(() => setSince(Date.now() - at), 1_000);
    return () => window.clearInterval(timer);
  }, [at]);
  const state = since > OLD_MS ? 'unknown' : connection.state;
  return (
    <p className={`device-state device-${state}`} data-state={state}>
      <Glyph state={state} />
      <b>{state === 'unknown' ? t('live.noDataSince', { time: clock(at, undefined, language) }) : t(`connections.state.${state}`)}</b>
    </p>
  );
}

function Card({ connection: c, at }: { connection: Connection; at: number }) {
  const { t } = useTexts();
  return (
    <article className={`card device device-card-${c.state}`} data-testid={`connection-${c.name}`}>
      <h2><Link to="/connections" search={{ name: c.name }} className="device-link">{c.name}</Link></h2>
      <StateLine connection={c} at={at} />
      <Pairs connection={c} />
      <Errors connection={c} />
      <p className="dim">{c.driver} · {t('queue.tags', { count: c.tags })}{c.tags_kept > 0 && ` · ${t('connections.kept', { count: c.tags_kept })}`}</p>
    </article>
  );
}

function Pairs({ connection: c, all }: { connection: Connection; all?: boolean }) {
  const { t, language } = useTexts();
  const rate = (n: number | null) => (n === null ? NONE : `${decimal(n, language, 1)}/s`);
  return (
    <dl className="pairs">
      <Pair name={t('connections.lastGood')}>{c.last_good_age_ms === null ? t('connections.never') : t('connections.ago', { span: span(c.last_good_age_ms) })}</Pair>
      <Pair name={t('connections.requests')}>{rate(c.requests_per_second)}</Pair>
      <Pair name={t('connections.failures')} bad={(c.errors_per_second ?? 0) > 0}>{rate(c.errors_per_second)}</Pair>
      {(all || c.readings_waiting + c.scans_waiting > 0) && <Pair name={t('connections.waiting')}>{units(c.readings_waiting, language)} · {t('connections.scans', { count: c.scans_waiting })}</Pair>}
      {(all || c.scans_skipped > 0) && <Pair name={t('connections.missed')}>{units(c.scans_skipped, language)}</Pair>}
      {all && <Pair name={t('connections.merged')}>{units(c.merged, language)}</Pair>}
      {all && <Pair name={t('connections.dropped')}>{units(c.dropped, language)}</Pair>}
      {(all || c.restarts > 0) && <Pair name={t('connections.restarts')}>{units(c.restarts, language)}</Pair>}
    </dl>
  );
}

function Pair({ name, bad, children }: { name: string; bad?: boolean; children: ReactNode }) {
  return <div className={bad ? 'pair-bad' : undefined}><dt>{name}</dt><dd>{children}</dd></div>;
}

function Errors({ connection: c }: { connection: Connection }) {
  const { t, language } = useTexts();
  const zone = useStationInfo().data?.timezone;
  const waits = c.trust !== null && ['unknown', 'changed', 'unreadable'].includes(c.trust);
  return (
    <>
      {c.error ? <p className="device-error" role="status">{c.error}</p>
      : c.last_error && <p className="dim device-past">{t('connections.lastError', { time: dayAndClock(c.last_error_at, zone, language), error: c.last_error })}</p>}
      {c.trust !== null && (
        <p className={waits ? 'device-error' : 'dim'}>
          {t('servers.title')}: {t(`servers.state.${c.trust}`)}{' '}
          <Link to="/queue" hash="servers" className="plain-link">{t('connections.certificate')}</Link>
        </p>
      )}
    </>
  );
}

function Detail({ connection: c, at }: { connection: Connection; at: number }) {
  return (
    <>
      <article className="card">
        <StateLine connection={c} at={at} />
        <Pairs connection={c} all />
        <Errors connection={c} />
      </article>
      <Tags connection={c} />
    </>
  );
}

function Tags({ connection }: { connection: Connection }) {
  const { t } = useTexts();
  const [typed, setTyped] = useState('');
  const [search, setSearch] = useState('');
  const [kept, setKept] = useState(false);
  const [page, setPage] = useState(1);
  const filter = useId();
  useEffect(() => {
    const timer = window.setTimeout(() => { setSearch(typed.trim()); setPage(1); }, 250);
    return () => window.clearTimeout(timer);
  }, [typed]);
  const tags = useTags(connection.name, search, kept, page, PER_PAGE);
  if (connection.tags === 0) return <Empty title={t('connections.noTags')} hint={t('connections.noTagsHint')} />;
  return (
    <article className="card">
      <h2>{t('connections.tags')}</h2>
      <div className="tag-filter">
        <label className="notes" htmlFor={filter}><span>{t('connections.filter')}</span><input id={filter} value={typed} data-testid="tag-filter" onChange={(event) => setTyped(event.target.value)} /></label>
        <button type="button" className="chip" aria-pressed={kept} data-testid="tag-kept" onClick={() => { setKept(!kept); setPage(1); }}>{t('connections.onlyKept')}</button>
      </div>
      <Loaded query={tags} what={t('connections.tags')}>
        {({ tags: list, total }) => list.length === 0 ? (
          <Empty title={t('connections.filtered')} action={<button type="button" className="big" onClick={() => { setTyped(''); setKept(false); }}>{t('connections.clear')}</button>} />
        ) : (
          <>
            <Table tags={list} at={tags.dataUpdatedAt} />
            {total > PER_PAGE && (
              <p className="began">
                <button type="button" className="chip" disabled={page === 1} onClick={() => setPage(page - 1)}>{t('connections.before')}</button>
                <span>{t('connections.page', { page, pages: Math.ceil(total / PER_PAGE) })}</span>
                <button type="button" className="chip" disabled={page * PER_PAGE >= total} onClick={() => setPage(page + 1)}>{t('connections.after')}</button>
              </p>
            )}
          </>
        )}
      </Loaded>
    </article>
  );
}

function Table({ tags, at }: { tags: Tag[]; at: number }) {
  const { t } = useTexts();
  const [now, setNow] = useState(at);
  useEffect(() => {
    const timer = window.setInterval(() => setNow(Date.now()), 1_000);
    return () => window.clearInterval(timer);
  }, []);
  const since = Math.max(0, now - at);
  return (
    <table className="plain-table tag-table" data-testid="tag-table">
      <thead><tr><th scope="col">{t('connections.tag')}</th><th scope="col">{t('connections.value')}</th><th scope="col">{t('connections.quality')}</th><th scope="col">{t('connections.age')}</th></tr></thead>
      <tbody>{tags.map((tag) => <Row key={tag.name} tag={tag} since={since} />)}</tbody>
    </table>
  );
}

function Row({ tag, since }: { tag: Tag; since: number }) {
  const { t, language } = useTexts();
  const [isOpen, setOpen] = useState(false);
  const [age, live] = [ageOf(tag, since), isLive(tag, since)];
  const words = { on: t('signals.on'), off: t('signals.off') };
  const quality = age === null ? 'never' : live ? 'live' : tag.quality === 'good' ? 'old' : 'bad';
  return (
    <>
      <tr className={live ? undefined : 'tag-old'} data-testid={`tag-${tag.name}`} data-live={live}>
        <th scope="row" data-label={t('connections.tag')}>
          <span>{tag.name}{tag.meaning && <small className="dim tag-meaning">{tag.meaning}</small>}</span>
          {tag.keep && <button type="button" className="chip tag-chart" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>{t('connections.hour')}</button>}
        </th>
        <td data-label={t('connections.value')} className="tag-value">{valueText(tag.value, language, words)}{tag.value !== null && tag.unit ? ` ${tag.unit}` : ''}</td>
        <td data-label={t('connections.quality')}>{t(`connections.quality.${quality}`)}</td>
        <td data-label={t('connections.age')}>{age === null ? NONE : age < 1_000 ? t('connections.fresh') : span(age)}</td>
      </tr>
      {isOpen && <tr className="tag-hour"><td colSpan={4}><Hour tag={tag} /></td></tr>}
    </>
  );
}

/** The last hour, drawn anew every ten seconds. */
function Hour({ tag }: { tag: Tag }) {
  const { t } = useTexts();
  const zone = useStationInfo().data?.timezone;
  const ticking = useServerNow(10_000);
  const now = Math.floor(ticking / 10_000) * 10_000;
  // Only the name matters for the chart: a value that moves must not draw it anew.
  const tags = useMemo(() => [tag], [tag.name]); // eslint-disable-line react-hooks/exhaustive-deps
  return (
    <Signals tags={tags} from={new Date(now - HOUR_MS).toISOString()} to={new Date(now).toISOString()} now={now} zone={zone} label={t('connections.hourOf', { name: tag.name })} follow />
  );
}
