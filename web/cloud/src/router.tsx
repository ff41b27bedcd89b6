/**
 * The addresses of the dashboard. Filters live in the address: a link shows what its sender saw.
 */
import { CrashPage } from '@unison/ui-kit';
import { createRootRoute, createRoute, createRouter, redirect, retainSearchParams } from '@tanstack/react-router';
import { Dashboard } from './pages/Dashboard';
import { Edges } from './pages/Edges';
import { Login } from './pages/Login';
import { MachineDetail } from './pages/MachineDetail';
import { Machines } from './pages/Machines';
import { WorkOrders } from './pages/WorkOrders';
import { NotFound } from './parts/NotFound';
import { Shell } from './parts/Shell';
import { isRange, type RangeName } from './ranges';
import { queries, sessionQuery } from './services';

export const KPIS = ['oee', 'availability', 'performance', 'quality'] as const;
export type Kpi = (typeof KPIS)[number];

type Search = Record<string, unknown>;
const text = (value: unknown): string | undefined => (typeof value === 'string' || typeof value === 'number') && value !== '' ? String(value) : undefined;
const integer = (value: unknown): number | undefined => (value !== undefined && Number.isInteger(Number(value)) ? Number(value) : undefined);

/** Drops what is undefined, so that addresses stay short. */
function only<T extends object>(search: T): T {
  return Object.fromEntries(Object.entries(search).filter(([, v]) => v !== undefined)) as T;
}

const root = createRootRoute({ notFoundComponent: NotFound });

const login = createRoute({
  getParentRoute: () => root,
  path: '/login',
  // Only a path of our own: "//host" would lead away.
  validateSearch: (search: Search): { next?: string } => only({ next: /^\/(?![/\\])/.test(text(search['next']) ?? '') ? text(search['next']) : undefined }),
  component: function LoginPage() {
    return <Login next={login.useSearch().next ?? '/'} />;
  },
});

const shell = createRoute({
  getParentRoute: () => root,
  id: 'shell',
  validateSearch: (search: Search): { plant?: number } => only({ plant: integer(search['plant']) }),
  search: { middlewares: [retainSearchParams(['plant'])] },
  beforeLoad: async ({ location }) => {
    const session = await queries.ensureQueryData(sessionQuery);
    if (!session) throw redirect({ to: '/login', search: { next: location.href } });
  },
  component: function ShellPage() {
    return <Shell plant={shell.useSearch().plant} />;
  },
});

const dashboard = createRoute({
  getParentRoute: () => shell,
  path: '/',
  validateSearch: (search: Search): { range?: RangeName; machine?: string; kpi?: Kpi } =>
    only({ range: isRange(search['range']) ? search['range'] : undefined, machine: text(search['machine']), kpi: KPIS.find((k) => k === search['kpi']) }),
  component: function DashboardPage() {
    return <Dashboard {...dashboard.useSearch()} />;
  },
});

const machines = createRoute({
  getParentRoute: () => shell,
  path: '/machines',
  validateSearch: (search: Search): { search?: string; state?: string } => only({ search: text(search['search']), state: text(search['state']) }),
  component: function MachinesPage() {
    return <Machines {...machines.useSearch()} />;
  },
});

const machine = createRoute({
  getParentRoute: () => shell,
  path: '/machines/$id',
  params: { parse: (p: { id: string }) => ({ id: Number(p.id) }), stringify: (p: { id: number }) => ({ id: String(p.id) }) },
  validateSearch: (search: Search): { range?: RangeName } => only({ range: isRange(search['range']) ? search['range'] : undefined }),
  component: function MachinePage() {
    return <MachineDetail id={machine.useParams().id} range={machine.useSearch().range} />;
  },
});

const orders = createRoute({
  getParentRoute: () => shell,
  path: '/work-orders',
  validateSearch: (search: Search): { search?: string; status?: string } => only({ search: text(search['search']), status: text(search['status']) }),
  component: function OrdersPage() {
    return <WorkOrders {...orders.useSearch()} />;
  },
});

const edges = createRoute({ getParentRoute: () => shell, path: '/edges', component: Edges });

export const router = createRouter({
  routeTree: root.addChildren([login, shell.addChildren([dashboard, machines, machine, orders, edges])]),
  defaultErrorComponent: ({ error }) => <CrashPage message={error instanceof Error ? error.message : String(error)} />,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
