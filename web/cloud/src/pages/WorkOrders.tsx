/**
 * Work orders with progress and what may be done to each. The server decides; a refused button says why.
 */
import { day, decimal, Empty, Loaded, post, reasonOf, toast, units, useTexts, type WorkOrder } from '@unison/ui-kit';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { Filter } from '../parts/Filter';
import { useOrders } from '../reads';
import { queries, useCurrentPlantId, usePlant } from '../services';
import { LiveOrTable, NewHere } from '../parts/LiveOrTable';

const OPEN = 'released,in_progress,paused';
const STATUSES = ['open', 'planned', 'released', 'in_progress', 'paused', 'completed', 'all'] as const;
const VERBS = ['start', 'pause', 'resume', 'complete'] as const;

interface Props {
  search?: string;
  status?: string;
}

export function WorkOrders({ search = '', status = 'open' }: Props) {
  const { t } = useTexts();
  const navigate = useNavigate();
  const orders = useOrders(status === 'open' ? OPEN : status === 'all' ? undefined : status);
  const zone = usePlant()?.timezone;
  const plant = useCurrentPlantId();
  const set = (next: Props) => void navigate({ to: '/work-orders', search: (old) => ({ ...old, ...next }), replace: true });
  return (
    <section aria-labelledby="title">
      <header className="head">
        <h1 id="title">{t('nav.orders')}</h1>
        <LiveOrTable live="/work-orders" />
        <Filter value={search} label={t('orders.filter')} onChange={(text) => set({ search: text || undefined })} />
        <select aria-label={t('orders.status')} value={status} data-testid="status-filter" onChange={(event) => set({ status: event.target.value === 'open' ? undefined : event.target.value })}>
          {STATUSES.map((s) => <option key={s} value={s}>{s === 'open' || s === 'all' ? t(`orders.${s}`) : t(`wo.${s}`)}</option>)}
        </select>
        <NewHere live="/work-orders" />
      </header>
      <Loaded query={orders} what={t('nav.orders')}>
        {({ work_orders: all }) => {
          const words = search.toLowerCase().split(/\s+/);
          const list = all.filter((o) => (plant === undefined || o.plant_id === plant) && words.every((w) => `${o.work_order_number} ${o.title} ${o.product_name ?? ''} ${o.lane_name ?? ''} ${o.machine_code ?? ''}`.toLowerCase().includes(w)));
          if (all.length === 0) return <Empty title={t('orders.empty')} hint={t('orders.emptyHint')} />;
          if (list.length === 0) return <Empty title={t('filter.empty')} action={<button type="button" className="button" onClick={() => set({ search: undefined })}>{t('filter.clear')}</button>} />;
          return (
            <div className="table-scroll"><table className="table" data-testid="work-orders">
              <thead><tr><th>{t('orders.number')}</th><th>{t('orders.product')}</th><th>{t('orders.status')}</th><th className="num">{t('orders.done')}</th><th>{t('orders.progress')}</th><th className="num">{t('orders.rejected')}</th><th>{t('orders.where')}</th><th>{t('orders.due')}</th><th>{t('orders.actions')}</th></tr></thead>
              <tbody>{list.map((order) => <Row key={order.id} order={order} zone={zone} />)}</tbody>
            </table></div>
          );
        }}
      </Loaded>
    </section>
  );
}

function Row({ order, zone }: { order: WorkOrder; zone?: string }) {
  const { t, language } = useTexts();
  const done = decimal(order.progress_percent, language, 1);
  return (
    <tr data-row tabIndex={-1} data-testid={`order-${order.work_order_number}`}>
      <td data-label=""><Link className="nowrap" to="/data/$path/$id" params={{ path: 'work-orders', id: String(order.id) }}><b>{order.work_order_number}</b></Link> <span className="dim">{order.title === order.product_name ? '' : order.title}</span></td>
      <td data-label={t('orders.product')}>{order.product_name ?? '–'}</td>
      <td data-label={t('orders.status')}><span className={`wo wo-${order.status}`} data-testid="order-status">{t(`wo.${order.status}`)}</span>{order.overrun && <span className="wo wo-overrun">{t('wo.overrun')}</span>}</td>
      <td data-label={t('orders.done')} className="num nowrap" data-testid="order-completed">{units(order.quantity_completed, language)} / {units(order.quantity_ordered, language)}</td>
      <td data-label={t('orders.progress')}><span className="progress"><progress max={100} value={Math.min(100, order.progress_percent ?? 0)} aria-label={t('orders.progress')} /><span data-testid="order-progress">{done} %</span></span></td>
      <td data-label={t('orders.rejected')} className="num" data-testid="order-rejected">{units(order.quantity_rejected, language)}</td>
      <td data-label={t('orders.where')} className="nowrap">{order.machine_code ?? order.lane_name ?? '–'}</td>
      <td data-label={t('orders.due')} className="nowrap">{day(order.due_date ?? order.planned_end, zone, language)}</td>
      <td data-label="" className="actions"><Actions order={order} /></td>
    </tr>
  );
}

function Actions({ order }: { order: WorkOrder }) {
  const { t } = useTexts();
  const [busy, setBusy] = useState(false);
  const run = async (verb: (typeof VERBS)[number]): Promise<void> => {
    setBusy(true);
    try {
      await post(`/work-orders/${order.id}/${verb}`);
      toast('good', t(`orders.did.${verb}`, { number: order.work_order_number }));
    } catch (error) {
      toast('bad', reasonOf(error) === 'unreachable' ? t('error.unreachable') : reasonOf(error));
    } finally {
      setBusy(false);
      void queries.invalidateQueries({ queryKey: ['work-orders'] });
    }
  };
  const shown = VERBS.filter((verb) => order.allowed_actions.some((a) => a.action === verb && (a.allowed || fits(order, verb))));
  return shown.map((verb) => {
    const rule = order.allowed_actions.find((a) => a.action === verb);
    const refused = rule?.allowed === false ? rule.reason ?? '' : null;
    return (
      <button key={verb} type="button" className="button" disabled={busy} aria-disabled={refused !== null || undefined} title={refused ?? undefined} data-testid={`wo-${verb}`}
        onClick={() => (refused === null ? void run(verb) : refused && toast('info', refused))}>
        {t(`action.${verb}`)}
      </button>
    );
  });
}

/** Refused verbs are shown only where somebody would look for them. */
export function fits(order: WorkOrder, verb: (typeof VERBS)[number]): boolean {
  switch (verb) {
    case 'start':
      return order.status === 'released';
    case 'pause':
    case 'complete':
      return order.status === 'in_progress';
    case 'resume':
      return order.status === 'paused';
  }
}
