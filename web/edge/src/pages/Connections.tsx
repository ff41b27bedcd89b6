/**
 * The devices for whoever looks after them: how each stands, how fast it answers, what waits and what went wrong; then
 * the signals of one, live, with the last hour of those that are kept. A value that is old never looks live.
 */
import { addTexts, clock, dayAndClock, decimal, Empty, Loaded, NONE, said, Skeletons, span, units, useTexts, type Connection, type Tag } from '@unison/ui-kit';
import { Link, useNavigate, useRouter } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useId, useMemo, useState, type ReactNode } from 'react';
import { standing, useBeat, type Beat, type Standing } from '../parts/beat';
import { Signals } from '../parts/Signals';
import { useConnections, useTags } from '../reads';
import { signOnFor, useUser } from '../session';
import { ageOf, isLive, valueText, type Stretch } from '../signals';
import { de, en } from '../texts/connections';
import { mayWrite } from '../tagwrite';
import '../parts/signals.css';

addTexts({ en, de });

/** Few come to write, so it is loaded for them only. */
const WriteTag = lazy(() => import('../parts/WriteTag'));

const LAST_HOUR: Stretch = { lastMs: 3_600_000 };
const PER_PAGE = 50;

export default function Connections({ name, write: tag }: { name?: string; write?: string }) {
  const beat = useBeat();
  if (name === undefined || tag === undefined) return <Overview name={name} beat={beat} />;
  return <Suspense fallback={<Skeletons count={3} height={160} />}><WriteTag key={tag} connection={name} name={tag} beat={beat} /></Suspense>;
}

function Overview({ name, beat }: { name: string | undefined; beat: Beat }) {
  const { t } = useTexts();
  const connections = useConnections();
  const state = standing(beat, connections.dataUpdatedAt);
  return (
    <section className="sheet connections" aria-labelledby="connections-title" data-testid="connections">
      <header className="sheet-head">
        {name === undefined ? <Link to="/queue" className="back">← {t('queue.title')}</Link> : <Link to="/connections" className="back" data-testid="all-connections">← {t('connections.all')}</Link>}
        <h1 id="connections-title">{name ?? t('queue.connections')}</h1>
      </header>
      <Loaded query={connections} what={t('queue.connections')} zone={beat.zone}>
        {({ connections: list }) => {
          const one = list.find((c) => c.name === name);
          if (list.length === 0) return <Empty title={t('queue.noConnections')} hint={t('connections.emptyHint')} />;
          if (name !== undefined && !one) return <Empty title={t('connections.gone')} hint={t('connections.goneHint')} />;
          return one ? <Detail connection={one} state={state} beat={beat} /> : (
            <ul className="device-list">{list.map((c) => <li key={c.name}><Card connection={c} state={state} /></li>)}</ul>
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

function StateLine({ connection, state: { isOld, at, zone } }: { connection: Connection; state: Standing }) {
  const { t, language } = useTexts();
  const state = isOld ? 'unknown' : connection.state;
  return (
    <p className={`device-state device-${state}`} data-state={state}>
      <Glyph state={state} />
      <b>{isOld ? t('live.noDataSince', { time: clock(at, zone, language) }) : t(`connections.state.${connection.state}`)}</b>
    </p>
  );
}

function Card({ connection: c, state }: { connection: Connection; state: Standing }) {
  const { t } = useTexts();
  return (
    <article className={`card device device-card-${state.isOld ? 'unknown' : c.state}`} data-testid={`connection-${c.name}`}>
      <h2><Link to="/connections" search={{ name: c.name }} className="device-link">{c.name}</Link></h2>
      <StateLine connection={c} state={state} />
      <Pairs connection={c} state={state} />
      <Errors connection={c} state={state} />
      <p className="dim">{c.driver} · {t('queue.tags', { count: c.tags })}{c.tags_kept > 0 && ` · ${t('connections.kept', { count: c.tags_kept })}`}</p>
    </article>
  );
}

/** What is so only now is not known any more once the answer is old; what was counted is what was last known. */
function Pairs({ connection: c, state: { isOld, sinceMs }, all }: { connection: Connection; state: Standing; all?: boolean }) {
  const { t, language } = useTexts();
  const rate = (n: number | null) => (n === null || isOld ? NONE : `${decimal(n, language, 1)}/s`);
  return (
    <dl className={isOld ? 'pairs pairs-old' : 'pairs'} data-old={isOld}>
      <Pair name={t('connections.lastGood')}>{c.last_good_age_ms === null ? t('connections.never') : t('connections.ago', { span: span(c.last_good_age_ms + sinceMs) })}</Pair>
      <Pair name={t('connections.requests')}>{rate(c.requests_per_second)}</Pair>
      <Pair name={t('connections.failures')} bad={!isOld && (c.errors_per_second ?? 0) > 0}>{rate(c.errors_per_second)}</Pair>
      {(all || c.readings_waiting + c.scans_waiting > 0) && <Pair name={t('connections.waiting')}>{isOld ? NONE : <>{units(c.readings_waiting, language)} · {t('connections.scans', { count: c.scans_waiting })}</>}</Pair>}
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

function Errors({ connection: c, state: { isOld, zone } }: { connection: Connection; state: Standing }) {
  const { t, language } = useTexts();
  const waits = c.trust !== null && ['unknown', 'changed', 'unreadable'].includes(c.trust);
  return (
    <>
      {c.error && !isOld ? <p className="device-error" role="status">{said(c.error)}</p>
      : c.last_error && <p className="dim device-past">{t('connections.lastError', { time: dayAndClock(c.last_error_at, zone, language), error: said(c.last_error) })}</p>}
      {c.hint !== null && !isOld && <p className="device-error" data-testid="connection-hint">{said(c.hint)}</p>}
      {c.trust !== null && (
        <p className={waits && !isOld ? 'device-error' : 'dim'}>
          {t('servers.title')}: {t(`servers.state.${c.trust}`)}{' '}
          <Link to="/queue" hash="servers" className="plain-link">{t('connections.certificate')}</Link>
        </p>
      )}
    </>
  );
}

function Detail({ connection: c, state, beat }: { connection: Connection; state: Standing; beat: Beat }) {
  return (
    <>
      <article className="card">
        <StateLine connection={c} state={state} />
        <Pairs connection={c} state={state} all />
        <Errors connection={c} state={state} />
      </article>
      <Tags connection={c} beat={beat} />
    </>
  );
}

function Tags({ connection, beat }: { connection: Connection; beat: Beat }) {
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
      <Loaded query={tags} what={t('connections.tags')} zone={beat.zone}>
        {({ tags: list, total }) => list.length === 0 ? (
          <Empty title={t('connections.filtered')} action={<button type="button" className="big" onClick={() => { setTyped(''); setKept(false); }}>{t('connections.clear')}</button>} />
        ) : (
          <>
            <Table tags={list} state={standing(beat, tags.dataUpdatedAt)} />
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

function Table({ tags, state }: { tags: Tag[]; state: Standing }) {
  const { t } = useTexts();
  return (
    <table className="plain-table tag-table" data-testid="tag-table">
      <thead><tr><th scope="col">{t('connections.tag')}</th><th scope="col">{t('connections.value')}</th><th scope="col">{t('connections.quality')}</th><th scope="col">{t('connections.age')}</th></tr></thead>
      <tbody>{tags.map((tag) => <Row key={tag.name} tag={tag} state={state} />)}</tbody>
    </table>
  );
}

function Row({ tag, state: { sinceMs, isOld, zone } }: { tag: Tag; state: Standing }) {
  const { t, language } = useTexts();
  const [isOpen, setOpen] = useState(false);
  const [age, live] = [ageOf(tag, sinceMs), !isOld && isLive(tag, sinceMs)];
  const words = { on: t('signals.on'), off: t('signals.off') };
  const quality = age === null ? 'never' : live ? 'live' : tag.quality === 'good' ? 'old' : 'bad';
  return (
    <>
      <tr className={live ? undefined : 'tag-old'} data-testid={`tag-${tag.name}`} data-live={live}>
        <th scope="row" data-label={t('connections.tag')}>
          <span>{tag.name}{tag.meaning && <small className="dim tag-meaning">{tag.meaning}</small>}</span>
          <span className="tag-buttons">
            {tag.writable && <Write tag={tag} isAway={isOld} />}
            {tag.keep && <button type="button" className="chip" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>{t('connections.hour')}</button>}
          </span>
        </th>
        <td data-label={t('connections.value')} className="tag-value">{valueText(tag.value, language, words)}{tag.value !== null && tag.unit ? ` ${tag.unit}` : ''}</td>
        <td data-label={t('connections.quality')}>{t(`connections.quality.${quality}`)}</td>
        <td data-label={t('connections.age')}>{age === null ? NONE : age < 1_000 ? t('connections.fresh') : span(age)}</td>
      </tr>
      {isOpen && <tr className="tag-hour"><td colSpan={4}><Hour tag={tag} zone={zone} /></td></tr>}
    </>
  );
}

/** Whoever may not write has nothing to press; nobody in particular is asked who they are first. */
function Write({ tag, isAway }: { tag: Tag; isAway: boolean }) {
  const { t } = useTexts();
  const [navigate, router, user, away] = [useNavigate(), useRouter(), useUser(), useId()];
  if (!mayWrite(user)) return null;
  const page = { to: '/connections', search: { name: tag.connection, write: tag.name } } as const;
  const open = (): void => {
    if (user) void navigate(page);
    else signOnFor(t('write.signin', { name: tag.name }), router.buildLocation(page).href);
  };
  return (
    <>
      <button type="button" className="chip" aria-disabled={isAway || undefined} aria-describedby={isAway ? away : undefined} data-testid={`write-${tag.name}`} onClick={isAway ? undefined : open}>{t('write.open')}</button>
      {isAway && <small id={away} className="dim">{t('write.away')}</small>}
    </>
  );
}

/** The last hour, drawn anew every ten seconds. */
function Hour({ tag, zone }: { tag: Tag; zone: string | undefined }) {
  const { t } = useTexts();
  // Only the name matters for the chart: a value that moves must not draw it anew.
  const tags = useMemo(() => [tag], [tag.name]); // eslint-disable-line react-hooks/exhaustive-deps
  return <Signals tags={tags} subject="hour" stretch={LAST_HOUR} zone={zone} label={t('connections.hourOf', { name: tag.name })} />;
}
