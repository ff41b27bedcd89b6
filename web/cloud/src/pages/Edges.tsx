/**
 * The edges: last seen, lag, and how much of each log is acknowledged.
 */
import { clock, dayAndClock, decimal, Empty, Loaded, NONE, span, units, useServerNow, useTexts, type EdgeRow } from '@unison/ui-kit';
import { useEdges } from '../reads';
import { usePlant } from '../services';

const STATES = ['online', 'offline', 'never_connected', 'quarantined', 'revoked'] as const;
const TODAY_MS = 20 * 3_600_000;

export function Edges() {
  const { t } = useTexts();
  const edges = useEdges();
  return (
    <section aria-labelledby="title">
      <header className="head"><h1 id="title">{t('nav.edges')}</h1></header>
      <Loaded query={edges} what={t('nav.edges')}>
        {({ edges: list }) => list.length === 0 ? <Empty title={t('edges.empty')} hint={t('edges.emptyHint')} /> : (
          <table className="table" data-testid="edges">
            <thead><tr><th>{t('edges.name')}</th><th>{t('edges.state')}</th><th>{t('edges.seen')}</th><th className="num">{t('edges.lag')}</th><th className="num">{t('edges.queue')}</th><th className="num">{t('edges.acked')}</th><th>{t('edges.plant')}</th><th>{t('edges.version')}</th></tr></thead>
            <tbody>{list.map((edge) => <Row key={edge.id} edge={edge} />)}</tbody>
          </table>
        )}
      </Loaded>
    </section>
  );
}

function Row({ edge }: { edge: EdgeRow }) {
  const { t, language } = useTexts();
  const now = useServerNow();
  const zone = usePlant()?.timezone;
  const seen = edge.last_seen ? Date.parse(edge.last_seen) : null;
  const behind = edge.head !== null && edge.acked !== null ? Math.max(0, edge.head - edge.acked) : null;
  const online = edge.state === 'online';
  return (
    <tr data-row tabIndex={-1} data-testid={`edge-${edge.name}`}>
      <td data-label=""><b>{edge.name}</b></td>
      <td data-label={t('edges.state')}><span className={`dot ${online ? 'dot-on' : 'dot-off'}`} data-testid="edge-state"><i aria-hidden />{STATES.some((s) => s === edge.state) ? t(`edges.${edge.state}`) : edge.state}</span>{edge.message && <small className="missing"> {edge.message}</small>}</td>
      <td data-label={t('edges.seen')}>{seen === null ? t('edges.never') : `${now - seen < TODAY_MS ? clock(seen, zone, language) : dayAndClock(seen, zone, language)} (${span(now - seen)})`}</td>
      <td data-label={t('edges.lag')} className="num">{edge.lag_seconds === null ? NONE : `${decimal(edge.lag_seconds, language, 1)} s`}</td>
      <td data-label={t('edges.queue')} className="num" data-testid="edge-queue">{units(behind, language)}</td>
      <td data-label={t('edges.acked')} className="num">{units(edge.acked, language)} / {units(edge.head, language)}</td>
      <td data-label={t('edges.plant')}>{edge.plant_name}</td>
      <td data-label={t('edges.version')}>{edge.version ?? NONE}</td>
    </tr>
  );
}
