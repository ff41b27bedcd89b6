/**
 * Work orders of one station with what may be done to each. The server decides; a refused button says why.
 */
import { decimal, Empty, Loaded, units, useTexts, type Machine, type WorkOrder } from '@unison/ui-kit';
import { Link } from '@tanstack/react-router';
import { BigButton, mainVerb, refusal } from '../pages/Station';
import { ordersOf, useOrders } from '../reads';
import { moveOrder } from '../writes';

export function Orders({ machine }: { machine: Machine }) {
  const { t } = useTexts();
  const orders = useOrders();
  return (
    <section className="sheet" aria-labelledby="orders-title" data-testid="orders">
      <header className="sheet-head">
        <Link to="/m/$id" params={{ id: machine.id }} className="back" data-testid="back">← {machine.machine_code}</Link>
        <h1 id="orders-title">{t('station.orders')}</h1>
      </header>
      <Loaded query={orders} what={t('station.orders')}>
        {({ work_orders: all }) => {
          const list = ordersOf(machine, all);
          if (list.length === 0) return <Empty title={t('orders.empty')} hint={t('orders.emptyHint')} />;
          return <ul className="orders">{list.map((order) => <li key={order.id}><Row order={order} machine={machine} /></li>)}</ul>;
        }}
      </Loaded>
    </section>
  );
}

function Row({ order, machine }: { order: WorkOrder; machine: Machine }) {
  const { t, language } = useTexts();
  const verb = mainVerb(order);
  const log = order.allowed_actions.find((a) => a.action === 'log');
  return (
    <article className={`order order-${order.status}`} data-testid={`order-${order.work_order_number}`}>
      <div className="order-text">
        <p><strong>{order.work_order_number}</strong> <span className={`wo wo-${order.status}`}>{t(`wo.${order.status}`)}</span>{order.overrun && <span className="wo wo-overrun">{t('wo.overrun')}</span>}</p>
        <p>{order.title}{order.product_name && order.product_name !== order.title ? ` · ${order.product_name}` : ''}</p>
        <progress max={100} value={Math.min(100, order.progress_percent ?? 0)} aria-label={t('orders.progress')} />
        <p className="dim">{t('station.progress', { done: units(order.quantity_completed, language), of: units(order.quantity_ordered, language), percent: decimal(order.progress_percent, language, 1) })}</p>
      </div>
      <div className="order-buttons">
        {(order.status === 'in_progress' && (log?.allowed ?? true)) && (
          <Link to="/m/$id/log" params={{ id: machine.id }} search={{ wo: order.id }} className="big big-main" data-testid={`log-${order.work_order_number}`}>{t('action.log')}</Link>
        )}
        <BigButton main={order.status !== 'in_progress'} label={t(`action.${verb}`)} testId={`${verb}-${order.work_order_number}`} refused={refusal(order.allowed_actions.find((a) => a.action === verb))} run={() => void moveOrder(order, verb, machine.id)} />
        {order.status === 'in_progress' && (
          <BigButton label={t('action.complete')} testId={`complete-${order.work_order_number}`} refused={refusal(order.allowed_actions.find((a) => a.action === 'complete'))} run={() => void moveOrder(order, 'complete', machine.id)} />
        )}
      </div>
    </article>
  );
}
