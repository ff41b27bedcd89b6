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
const OWN_PAGE: Record<string, string> = { '/audit-log': '/audit-log', '/organization': '/organization' };
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

export function navGroups(entities: EntityEntry[]): NavGroup[] {
  const groups = new Map<string, PageEntry[]>();
  for (const entry of entities) {
    if (ON_FLOOR.includes(entry.path)) continue;
    const area = areaKey(entry.area);
    const pages = groups.get(area) ?? [];
    pages.push({ key: entry.entity, to: pageOf(entry), entry, testId: `nav-${entry.path.slice(1)}` });
    groups.set(area, pages);
  }
  const rank = (area: string) => (ORDER.includes(area) ? ORDER.indexOf(area) : ORDER.length);
  return [{ area: 'floor', pages: FLOOR }, ...[...groups].map(([area, pages]) => ({ area, pages })).sort((a, b) => rank(a.area) - rank(b.area))];
}
