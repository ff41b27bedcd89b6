/** What the server describes becomes navigation, words and secrets. */
import type { EntityEntry } from '@unison/ui-kit';
import { describe, expect, it } from 'vitest';
import { labelsOf } from '../data/labels';
import { secretOf } from '../data/Secret';
import { isWanted } from '../data/special';
import { grantText } from '../people/grants';
import { en } from '../texts/en';
import { namesDe } from '../texts/names.de';
import { areaKey, navGroups, pageOf } from './pages';
import { fits } from './Palette';

const entry = (entity: string, path: string, area: string): EntityEntry => ({ entity, label: entity, label_plural: `${entity}s`, path, plural: path.slice(1).replaceAll('-', '_'), area, allowed: [] });
const entities = [entry('audit_log', '/audit-log', 'setup'), entry('material', '/materials', 'master data'), entry('machine', '/machines', 'organization'), entry('plant', '/plants', 'organization'), entry('scrap_reason', '/scrap-reasons', 'production'), entry('robot', '/robots', 'robotics')];

describe('navigation', () => {
  it('groups by area in a fixed order, unknown areas last, live pages once', () => {
    expect(navGroups(entities).map((g) => [g.area, g.pages.map((p) => p.to)])).toEqual([
      ['floor', ['/', '/machines', '/work-orders', '/edges']], ['production', ['/data/scrap-reasons']], ['master_data', ['/data/materials']], ['organization', ['/data/plants']], ['setup', ['/audit-log']], ['robotics', ['/data/robots']],
    ]);
    expect(areaKey('Master data')).toBe('master_data');
    expect(pageOf(entry('organization', '/organization', 'organization'))).toBe('/organization');
  });
  it('pages that the server does not list follow the permissions', () => {
    const paths = (permissions: string[]) => navGroups([], permissions).slice(1).flatMap((g) => g.pages.map((p) => p.to));
    expect(paths([])).toEqual([]);
    expect(paths(['*:read'])).toEqual(['/data/roles', '/organization', '/imports']);
    expect(paths(['users:*'])).toEqual(['/data/users']);
    expect(paths(['*:*'])).toHaveLength(6);
  });
  it('people and roles stand there once when the server lists them', () => {
    const listed = [entry('user', '/users', 'people'), entry('role', '/roles', 'people')];
    expect(navGroups(listed, ['users:*', 'roles:*']).slice(1).map((g) => [g.area, g.pages.map((p) => p.to)])).toEqual([['people', ['/data/users', '/data/roles']]]);
  });
  it('the palette finds by beginnings of words', () => {
    expect(fits('New Material Master data', 'new mat')).toBe(true);
    expect(fits('Downtime reasons', 'rea down')).toBe(true);
    expect(fits('Machines', 'mat')).toBe(false);
  });
});

const say = (texts: Record<string, string>, language: 'en' | 'de' = 'en') => ({ t: (key: string, values: Record<string, unknown> = {}) => (texts[key] ?? key).replace(/\{\{(\w+)\}\}/g, (_, name: string) => String(values[name])), has: (key: string) => key in texts, language });

describe('words', () => {
  it('German has its own, the entity before the common one, and falls back to the server', () => {
    const labels = labelsOf(say(namesDe, 'de'));
    expect(labels.entity({ entity: 'work_order', label: 'Work order' })).toBe('Fertigungsauftrag');
    expect(labels.field('machine_tag', { name: 'address', label: 'Address' })).toBe('Adresse');
    expect(labels.field('customer', { name: 'address', label: 'Address' })).toBe('Anschrift');
    expect(labels.field('customer', { name: 'custom_fields.colour', label: 'Colour' })).toBe('Colour');
    expect(labels.choice('project', 'status', 'completed', 'Completed')).toBe('Abgeschlossen');
  });
  it('permissions are sentences', () => {
    const { t, has, language } = say(en);
    const words = (grant: string) => grantText(grant, t, labelsOf({ t, has, language }), entities);
    expect([words('*:*'), words('materials:read'), words('materials:write'), words('work_orders:start')]).toEqual(['do anything with everything', 'see materials', 'change materials', 'work orders: start']);
  });
});

describe('answers that hold a secret', () => {
  it('say which kind', () => {
    expect(secretOf({ id: 1, first_password: 'abc' })).toEqual({ kind: 'password', text: 'abc' });
    expect(secretOf({ id: 1, token: 'uk_1' })).toEqual({ kind: 'key', text: 'uk_1' });
    expect(secretOf({ id: 1, name: 'x', token: null })).toBeNull();
    expect(secretOf(undefined)).toBeNull();
  });
});

describe('fields of a custom field', () => {
  it('follow its type', () => {
    const shown = (type: string) => ['options', 'minimum', 'pattern', 'label'].filter((f) => isWanted('custom_field', f, { field_type: type }));
    expect([shown('dropdown'), shown('number'), shown('text'), shown('date')]).toEqual([['options', 'label'], ['minimum', 'label'], ['pattern', 'label'], ['label']]);
  });
});
