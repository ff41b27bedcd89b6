/**
 * The addresses of the dashboard. Filters live in the address: a link shows what its sender saw.
 */
import { CrashPage } from '@unison/ui-kit';
import { createRootRoute, createRoute, createRouter, lazyRouteComponent, redirect } from '@tanstack/react-router';
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

/** Drops what is undefined, so that addresses stay short. */
function only<T extends object>(search: T): T {
  return Object.fromEntries(Object.entries(search).filter(([, v]) => v !== undefined)) as T;
}

const AUDIT_FILTERS = ['entity', 'entity_id', 'user_id', 'action', 'from', 'to', 'page'] as const;

/** Any plain text by name: the page knows which names mean something. */
const plain = (search: Search): Record<string, string> => Object.fromEntries(Object.entries(search).filter((e): e is [string, string] => typeof e[1] === 'string'));

const ListPage = lazyRouteComponent(() => import('./data/ListPage'), 'ListPage');
const NewPage = lazyRouteComponent(() => import('./data/FormPage'), 'NewPage');
const EditPage = lazyRouteComponent(() => import('./data/FormPage'), 'EditPage');
const DetailPage = lazyRouteComponent(() => import('./data/DetailPage'), 'DetailPage');
const ImportPage = lazyRouteComponent(() => import('./data/ImportPage'), 'ImportPage');
const AuditPage = lazyRouteComponent(() => import('./data/AuditPage'), 'AuditPage');

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
  beforeLoad: async ({ location }) => {
    const session = await queries.ensureQueryData(sessionQuery);
    if (!session) throw redirect({ to: '/login', search: { next: location.href } });
  },
  component: Shell,
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

/** What the server describes is loaded only when somebody goes there. */
const list = createRoute({
  getParentRoute: () => shell,
  path: '/data/$path',
  validateSearch: plain,
  component: function ListRoute() {
    const { path } = list.useParams();
    return <ListPage key={path} path={`/${path}`} search={list.useSearch()} />;
  },
});

const create = createRoute({
  getParentRoute: () => shell,
  path: '/data/$path/new',
  validateSearch: plain,
  component: function NewRoute() {
    const { path } = create.useParams();
    return <NewPage key={path} path={`/${path}`} prefill={create.useSearch()} />;
  },
});

const importing = createRoute({
  getParentRoute: () => shell,
  path: '/data/$path/import',
  component: function ImportRoute() {
    const { path } = importing.useParams();
    return <ImportPage key={path} path={`/${path}`} />;
  },
});

const detail = createRoute({
  getParentRoute: () => shell,
  path: '/data/$path/$id',
  validateSearch: (search: Search): { tab?: 'history' } => only({ tab: search['tab'] === 'history' ? 'history' : undefined }),
  component: function DetailRoute() {
    const { path, id } = detail.useParams();
    return <DetailPage key={`${path}/${id}`} path={`/${path}`} id={id} tab={detail.useSearch().tab} />;
  },
});

const edit = createRoute({
  getParentRoute: () => shell,
  path: '/data/$path/$id/edit',
  component: function EditRoute() {
    const { path, id } = edit.useParams();
    return <EditPage key={`${path}/${id}`} path={`/${path}`} id={id} />;
  },
});

const auditLog = createRoute({
  getParentRoute: () => shell,
  path: '/audit-log',
  validateSearch: (search: Search): Partial<Record<(typeof AUDIT_FILTERS)[number], string>> => only(Object.fromEntries(AUDIT_FILTERS.map((name) => [name, text(search[name])]))),
  component: function AuditRoute() {
    return <AuditPage search={auditLog.useSearch()} />;
  },
});

const profile = createRoute({ getParentRoute: () => shell, path: '/profile', component: lazyRouteComponent(() => import('./people/ProfilePage'), 'ProfilePage') });
const organization = createRoute({ getParentRoute: () => shell, path: '/organization', component: lazyRouteComponent(() => import('./people/OrganizationPage'), 'OrganizationPage') });

const imports = createRoute({ getParentRoute: () => shell, path: '/imports', component: lazyRouteComponent(() => import('./data/ImportsPage'), 'ImportsPage') });

/** Addresses that people type or remember. */
const friendly = ['users', 'roles', 'custom-fields', 'api-tokens', 'materials', 'products', 'customers', 'suppliers', 'projects', 'plants'].map((path) =>
  createRoute({
    getParentRoute: () => shell,
    path: `/${path}`,
    beforeLoad: () => {
      throw redirect({ to: '/data/$path', params: { path }, replace: true });
    },
  }),
);

export const router = createRouter({
  routeTree: root.addChildren([login, shell.addChildren([dashboard, machines, machine, orders, edges, list, create, importing, detail, edit, auditLog, profile, organization, imports, ...friendly])]),
  // Plain text, both ways: "007" and "1e5" are codes here, not numbers.
  parseSearch: (search) => Object.fromEntries(new URLSearchParams(search)),
  stringifySearch: (search) => {
    const out = new URLSearchParams();
    for (const [name, value] of Object.entries(search)) if (value !== undefined && value !== null && value !== '') out.set(name, String(value));
    const words = out.toString();
    return words ? `?${words}` : '';
  },
  scrollRestoration: true,
  defaultErrorComponent: ({ error }) => <CrashPage message={error instanceof Error ? error.message : String(error)} />,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
