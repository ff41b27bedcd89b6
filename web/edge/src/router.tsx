/**
 * The addresses of the operator pages. What a page shows is in its address, so a reload changes nothing.
 */
import { CrashPage, Skeletons } from '@unison/ui-kit';
import { createRootRoute, createRoute, createRouter, redirect } from '@tanstack/react-router';
import { Floor } from './pages/Floor';
import { Handover } from './pages/Handover';
import { Help } from './pages/Help';
import { LogProduction } from './pages/LogProduction';
import { NotFound } from './pages/NotFound';
import { Queue } from './pages/Queue';
import { Scanner } from './pages/Scanner';
import { SignIn } from './pages/SignIn';
import { Station } from './pages/Station';
import { StopReason } from './pages/StopReason';
import { Tv } from './pages/Tv';
import { lazy, Suspense, type ReactNode } from 'react';
import { firstPlace } from './device';
import { Shell } from './parts/Shell';
import { onNeedLogin } from './session';

/** What is seldom looked at, and never without the box: the hall's pages come without it. */
const Connections = lazy(() => import('./pages/Connections'));
const Settings = lazy(() => import('./pages/Settings'));
const StopEdit = lazy(() => import('./pages/StopEdit'));
const Trust = lazy(() => import('./pages/Trust'));
const later = (page: ReactNode) => <Suspense fallback={<Skeletons count={3} height={160} />}>{page}</Suspense>;

const root = createRootRoute({ component: Shell, notFoundComponent: NotFound });

const machineId = { parse: (params: { id: string }) => ({ id: Number(params.id) }), stringify: (params: { id: number }) => ({ id: String(params.id) }) };
const number = (value: unknown): number | undefined => {
  const parsed = Number(value);
  return value !== undefined && Number.isInteger(parsed) ? parsed : undefined;
};

const floor = createRoute({
  getParentRoute: () => root,
  path: '/',
  beforeLoad: () => {
    const id = firstPlace();
    if (id !== null) throw redirect({ to: '/m/$id', params: { id } });
  },
  component: Floor,
});
const station = createRoute({
  getParentRoute: () => root,
  path: '/m/$id',
  params: machineId,
  validateSearch: (search: Record<string, unknown>): { view?: 'orders' } => (search['view'] === 'orders' ? { view: 'orders' } : {}),
  component: function StationPage() {
    return <Station id={station.useParams().id} view={station.useSearch().view} />;
  },
});
const log = createRoute({
  getParentRoute: () => root,
  path: '/m/$id/log',
  params: machineId,
  validateSearch: (search: Record<string, unknown>): { wo?: number } => {
    const wo = number(search['wo']);
    return wo === undefined ? {} : { wo };
  },
  component: function LogPage() {
    return <LogProduction id={log.useParams().id} workOrderId={log.useSearch().wo} />;
  },
});
const stop = createRoute({
  getParentRoute: () => root,
  path: '/m/$id/stop/$uuid',
  params: { parse: (p: { id: string; uuid: string }) => ({ id: Number(p.id), uuid: p.uuid }), stringify: (p: { id: number; uuid: string }) => ({ id: String(p.id), uuid: p.uuid }) },
  component: function StopPage() {
    const { id, uuid } = stop.useParams();
    return <StopReason key={uuid} id={id} uuid={uuid} />;
  },
});
const edit = createRoute({
  getParentRoute: () => root,
  path: '/m/$id/stop/$uuid/edit',
  params: { parse: (p: { id: string; uuid: string }) => ({ id: Number(p.id), uuid: p.uuid }), stringify: (p: { id: number; uuid: string }) => ({ id: String(p.id), uuid: p.uuid }) },
  component: function EditPage() {
    const { id, uuid } = edit.useParams();
    return later(<StopEdit key={uuid} id={id} uuid={uuid} />);
  },
});
const help = createRoute({
  getParentRoute: () => root,
  path: '/m/$id/help',
  params: machineId,
  component: function HelpPage() {
    return <Help id={help.useParams().id} />;
  },
});
const handover = createRoute({ getParentRoute: () => root, path: '/handover', component: Handover });
const settings = createRoute({ getParentRoute: () => root, path: '/settings', component: () => later(<Settings />) });
/** Seconds until the wall turns its page, when the address does not say. */
const TURN_SECONDS = 12;
const tv = createRoute({
  getParentRoute: () => root,
  path: '/tv',
  validateSearch: (search: Record<string, unknown>): { lane?: string; seconds?: number } => {
    const seconds = number(search['seconds']);
    return {
      ...(typeof search['lane'] === 'string' ? { lane: search['lane'] } : {}),
      ...(seconds !== undefined && seconds >= 3 && seconds <= 3_600 ? { seconds } : {}),
    };
  },
  component: function TvPage() {
    const { lane, seconds } = tv.useSearch();
    return <Tv lane={lane} seconds={seconds ?? TURN_SECONDS} />;
  },
});
const login = createRoute({
  getParentRoute: () => root,
  path: '/login',
  // Only a path of our own: "//host" would lead away.
  validateSearch: (search: Record<string, unknown>): { next?: string } => {
    const next = search['next'];
    return typeof next === 'string' && /^\/(?![/\\])/.test(next) ? { next } : {};
  },
  component: function LoginPage() {
    return <SignIn next={login.useSearch().next ?? '/'} />;
  },
});
const queue = createRoute({ getParentRoute: () => root, path: '/queue', component: Queue });
const connections = createRoute({
  getParentRoute: () => root,
  path: '/connections',
  validateSearch: (search: Record<string, unknown>): { name?: string; write?: string } => ({
    ...(typeof search['name'] === 'string' ? { name: search['name'] } : {}),
    ...(typeof search['write'] === 'string' ? { write: search['write'] } : {}),
  }),
  component: function ConnectionsPage() {
    const { name, write } = connections.useSearch();
    return later(<Connections key={name} name={name} write={write} />);
  },
});
const scanner = createRoute({ getParentRoute: () => root, path: '/scanner', component: Scanner });
const trust = createRoute({ getParentRoute: () => root, path: '/trust', component: () => later(<Trust />) });

export const router = createRouter({
  routeTree: root.addChildren([floor, station, log, stop, edit, help, handover, settings, tv, login, queue, connections, scanner, trust]),
  defaultErrorComponent: ({ error }) => <CrashPage message={error instanceof Error ? error.message : String(error)} />,
});

onNeedLogin((next) => void router.navigate({ to: '/login', search: { next } }));

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
