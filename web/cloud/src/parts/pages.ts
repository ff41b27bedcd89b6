/**
 * The pages, as navigation, palette and friendly addresses know them. What the server describes joins by its area.
 */
import type { EntityEntry } from '@unison/ui-kit';

export interface PageEntry {
  key: string;
  /** A path of the app. */
  to: string;
  /** Text key, or the entity whose name is shown. */
  text?: string;
  entry?: EntityEntry;
  testId: string;
}

export interface NavGroup {
  area: string;
  pages: PageEntry[];
}

const FLOOR: PageEntry[] = [
  { key: 'dashboard', to: '/', text: 'nav.dashboard', testId: 'nav-dashboard' },
  { key: 'machines', to: '/machines', text: 'nav.machines', testId: 'nav-machines' },
  { key: 'orders', to: '/work-orders', text: 'nav.orders', testId: 'nav-work-orders' },
  { key: 'edges', to: '/edges', text: 'nav.edges', testId: 'nav-edges' },
];

/** Entities with a page of their own; the others are at /data. */
const OWN_PAGE: Record<string, string> = { '/audit-log': '/audit-log', '/organization': '/organization', '/imports': '/imports' };
/** Entities whose live page is in the first group; their table is one click away from it. */
const ON_FLOOR = ['/machines', '/work-orders', '/edges'];
const ORDER = ['production', 'master_data', 'organization', 'organisation', 'people', 'setup'];

/** "Master data" and "master_data" are one area. */
export function areaKey(area: string): string {
  return area.trim().toLowerCase().replace(/[\s-]+/g, '_');
}

export function pageOf(entry: EntityEntry): string {
  return OWN_PAGE[entry.path] ?? `/data${entry.path}`;
}

/** Pages that are there whether or not the server lists them among its entities, with the permission they need. */
export const FIXED: { path: string; entity: string; area: string; text: string; need: string }[] = [
  { path: '/users', entity: 'user', area: 'people', text: 'help.users', need: 'users:read' },
  { path: '/roles', entity: 'role', area: 'people', text: 'nav.roles', need: 'roles:read' },
  { path: '/api-tokens', entity: 'api_token', area: 'people', text: 'nav.tokens', need: 'api_tokens:read' },
  { path: '/organization', entity: 'organization', area: 'setup', text: 'org.title', need: 'organization:read' },
  { path: '/imports', entity: 'import', area: 'setup', text: 'nav.imports', need: 'imports:read' },
  { path: '/audit-log', entity: 'audit_log', area: 'setup', text: 'audit.title', need: 'audit_log:read' },
];

/** What `*:read` does not reach. */
const GUARDED = ['users', 'audit_log', 'labor_costs', 'api_tokens'];

/** Only for what is shown; the server decides. */
export function may(permissions: string[], need: string): boolean {
  const [resource = '', action = ''] = need.split(':');
  return permissions.some((p) => p === need || p === `${resource}:*` || p === '*:*' || (p === `*:${action}` && !GUARDED.includes(resource)));
}

export function navGroups(entities: EntityEntry[], permissions: string[] = []): NavGroup[] {
  const groups = new Map<string, PageEntry[]>();
  for (const entry of entities) {
    if (ON_FLOOR.includes(entry.path)) continue;
    const area = areaKey(entry.area);
    const pages = groups.get(area) ?? [];
    pages.push({ key: entry.entity, to: pageOf(entry), entry, testId: `nav-${entry.path.slice(1)}` });
    groups.set(area, pages);
  }
  for (const { path, entity, area, text, need } of FIXED) {
    if (entities.some((e) => e.path === path) || !may(permissions, need)) continue;
    groups.set(area, [...(groups.get(area) ?? []), { key: entity, to: OWN_PAGE[path] ?? `/data${path}`, text, testId: `nav-${path.slice(1)}` }]);
  }
  const rank = (area: string) => (ORDER.includes(area) ? ORDER.indexOf(area) : ORDER.length);
  return [{ area: 'floor', pages: FLOOR }, ...[...groups].map(([area, pages]) => ({ area, pages })).sort((a, b) => rank(a.area) - rank(b.area))];
}
