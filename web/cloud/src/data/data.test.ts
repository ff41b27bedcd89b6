/** The pure parts of the generic pages: address, values, conflict, files. */
import type { EntityForm, Field, ResourceRecord } from '@unison/ui-kit';
import { describe, expect, it } from 'vitest';
import { changed, cleared, columnsOf, filterCount, queryOf, sortBy, toggleColumn } from './address';
import { differences, merged } from './conflict';
import { decodeFile, parseCsv, separatorOf, withCommas, withPlainCells } from './csv';
import { bodyOf, choosable, fromInput, inputsOf, isDirty, parseNumber, referenceText, titleOf, toInput } from './values';
import { fromLocal, toLocal } from '@unison/ui-kit';

const field = (name: string, kind: Field['kind'], over: Partial<Field> = {}): Field => ({ name, label: name, kind, required: false, read_only: false, in_list: true, filter: true, sort: true, ...over });

const form: EntityForm = {
  entity: 'material', label: 'Material', label_plural: 'Materials', path: '/materials', plural: 'materials', area: 'master_data', scope: 'organization',
  title_field: 'name', code_field: 'material_code', default_sort: 'material_code', search_fields: ['name'],
  fields: [
    field('material_code', 'text'), field('name', 'text'), field('description', 'long_text', { in_list: false, filter: false }),
    field('category_id', 'reference', { reference: { entity: 'category', path: '/categories', title_field: 'name', code_field: null } }),
    field('standard_cost', 'decimal'), field('is_hazardous', 'boolean'),
  ],
  custom_fields: [field('custom_fields.alloy', 'text')], actions: [], allowed: [],
};

describe('the address of a list', () => {
  it('becomes the query of the server, and names it does not know stay behind', () => {
    expect(queryOf({ search: 'bar', standard_cost_from: '1', 'cf.alloy': 'S235', cols: 'name', utm: 'x', page: '3', per_page: '25' }, form))
      .toEqual({ search: 'bar', standard_cost_from: '1', 'cf.alloy': 'S235', page: 3, per_page: 25 });
    expect(queryOf({ page: '-1', per_page: '7', plant_id: 'all' }, form)).toEqual({ page: 1, per_page: 50 });
    expect(queryOf({ plant_id: 'all' }, { ...form, scope: 'plant' })['plant_id']).toBe('all');
  });
  it('begins again at page 1 when anything but the page changes', () => {
    expect(changed({ page: '4', sort: 'name' }, { search: 'x' })).toEqual({ sort: 'name', search: 'x' });
    expect(changed({ search: 'x' }, { page: '2' })).toEqual({ search: 'x', page: '2' });
    expect(changed({ search: 'x' }, { search: '' })).toEqual({});
  });
  it('sorts up, down, off, and beside others with Shift', () => {
    expect(sortBy(undefined, 'name', false)).toBe('name');
    expect(sortBy('name', 'name', false)).toBe('-name');
    expect(sortBy('-name', 'name', false)).toBeUndefined();
    expect(sortBy('name', 'standard_cost', true)).toBe('name,standard_cost');
  });
  it('counts filters and clears them, but keeps the layout', () => {
    const search = { category_id: '3', standard_cost_from: '1', standard_cost_to: '2', is_active: 'all', sort: 'name', cols: 'name', search: 'x' };
    expect(filterCount(search, form)).toBe(3);
    expect(cleared(search)).toEqual({ sort: 'name', cols: 'name' });
  });
  it('keeps code and title among the columns', () => {
    expect(columnsOf({ cols: 'standard_cost' }, form).map((f) => f.name)).toEqual(['material_code', 'name', 'standard_cost']);
    expect(toggleColumn({}, form, 'description')).toContain('description');
    expect(toggleColumn({ cols: toggleColumn({}, form, 'description') ?? '' }, form, 'description')).toBeUndefined();
  });
});

describe('rows to be chosen', () => {
  it('are those of the organisation: what every organisation has, such as a built-in role, is nothing to change at once', () => {
    const record = (id: number | null, code: string) => ({ id, code, version: id, is_active: true }) as unknown as ResourceRecord;
    expect(choosable([record(null, 'viewer'), record(7, 'lead')])).toEqual(['7']);
    expect(choosable([record(null, 'viewer')])).toEqual([]);
  });
});

describe('numbers as people type them', () => {
  it.each([
    ['1,234.5', 'en', 1234.5], ['12,5', 'en', null], ['1.5', 'en', 1.5], ['.5', 'en', 0.5], ['1 000', 'en', 1000], ['x', 'en', null], ['1e5', 'en', null],
    ['1.234,5', 'de', 1234.5], ['12,5', 'de', 12.5], ['1.234', 'de', 1234], ['12.5', 'de', 12.5], ['−3', 'de', -3], ['1,2,3', 'de', null],
  ])('%s in %s is %s', (text, language, value) => {
    expect(parseNumber(text, language)).toBe(value);
  });
});

describe('form values', () => {
  it('travel there and back', () => {
    for (const [f, value] of [[field('a', 'decimal'), 12.5], [field('a', 'integer'), 7], [field('a', 'text'), 'x'], [field('a', 'boolean'), true], [field('a', 'choices'), ['a', 'b']],
      [field('a', 'reference'), 12], [field('a', 'date'), '2026-03-01'], [field('a', 'timestamp'), '2026-07-01T04:30:00Z']] as const) {
      for (const language of ['en', 'de']) expect(fromInput(f, toInput(f, value, language, 'Europe/Berlin'), language, 'Europe/Berlin')).toEqual({ ok: true, value });
    }
  });
  it('send only what changed, custom fields as an object, and empty as null', () => {
    const fields = [...form.fields, ...form.custom_fields];
    const before = inputsOf(fields, { material_code: 'M-1', name: 'Bar', standard_cost: 2.5, custom_fields: { alloy: 'S235' } }, 'de');
    const inputs = { ...before, name: '', standard_cost: '3,75', 'custom_fields.alloy': 'S355' };
    expect(isDirty(inputs, before)).toBe(true);
    expect(bodyOf(fields, inputs, before, 'de', undefined, (p) => p)).toEqual({ body: { name: null, standard_cost: 3.75, custom_fields: { alloy: 'S355' } }, problems: [] });
    expect(bodyOf(fields, { ...inputs, standard_cost: 'abc' }, before, 'de', undefined, (p) => p).problems).toEqual([{ field: 'standard_cost', message: 'number' }]);
  });
  it('of a new record leave defaults to the server', () => {
    expect(bodyOf(form.fields, inputsOf(form.fields, null, 'en'), null, 'en', undefined, (p) => p).body).toEqual({ is_hazardous: false });
  });
  it('show times on the wall clock of the plant, also over the change of the clocks', () => {
    expect(toLocal('2026-03-29T00:30:00Z', 'Europe/Berlin')).toBe('2026-03-29T01:30');
    expect(fromLocal('2026-03-29T03:30', 'Europe/Berlin')).toBe('2026-03-29T01:30:00Z');
    expect(fromLocal('2026-10-25T03:30', 'Europe/Berlin')).toBe('2026-10-25T02:30:00Z');
    expect(fromLocal('2026-01-01T06:00', 'America/Detroit')).toBe('2026-01-01T11:00:00Z');
  });
  it('name what a reference points to', () => {
    const machine = field('machine_id', 'reference', { reference: { entity: 'machine', path: '/machines', title_field: 'name', code_field: 'machine_code' } });
    expect(referenceText({ machine_id: 1, machine_code: 'CNC-001', machine_name: 'Haas' }, machine)).toBe('CNC-001 Haas');
    expect(referenceText({ category_id: 3, category_name: 'Steel' }, form.fields[3] ?? machine)).toBe('Steel');
    expect(referenceText({ machine_id: null }, machine)).toBeNull();
    expect(titleOf({ id: 1, version: 1, is_active: true, created_at: '', updated_at: '', name: 'Bar', material_code: 'M-1' }, form)).toEqual({ code: 'M-1', title: 'Bar' });
  });
});

describe('two people change one record', () => {
  const base = { material_code: 'M-1', name: 'Bar', standard_cost: '1', is_hazardous: false };
  const mine = { ...base, name: 'Round bar', standard_cost: '2' };
  const theirs = { ...base, name: 'Steel bar', is_hazardous: true };
  it('each side keeps what only it changed; both ask', () => {
    expect(differences(form.fields, base, mine, theirs).map((d) => [d.field.name, d.side])).toEqual([['name', null], ['standard_cost', 'mine'], ['is_hazardous', 'theirs']]);
    expect(merged(theirs, mine, { name: 'theirs', standard_cost: 'mine', is_hazardous: 'theirs' })).toEqual({ material_code: 'M-1', name: 'Steel bar', standard_cost: '2', is_hazardous: true });
  });
  it('the same change on both sides is none', () => {
    expect(differences(form.fields, base, mine, mine)).toEqual([]);
  });
});

describe('files of offices', () => {
  it('semicolons become commas, quotes and line numbers survive', () => {
    const text = '\ufeffname;cost\r\n"Bar; round";1,5\r\n"two\nlines";2\r\n\r\n"say ""hi""";3';
    expect(separatorOf(text)).toBe(';');
    expect(withCommas(text)).toBe('name,cost\nBar; round,"1,5"\n"two\nlines",2\n\n"say ""hi""",3');
    expect(parseCsv(text, ';').map((r) => r.line)).toEqual([1, 2, 3, 6]);
  });
  it('a file with commas stays as it is', () => {
    expect(withCommas('a,b\n1,"2;3;4;5"')).toBe('a,b\n1,"2;3;4;5"');
  });
  it('numbers, days and yes or no of a German office are plain where their field says so', () => {
    const kinds = [null, 'decimal', 'date', 'boolean', 'text'] as const;
    expect(withPlainCells('n,c,d,b,t\n\n"1,5","1.234,50",1.10.2026,Ja,"1,5"', [...kinds], true)).toBe('n,c,d,b,t\n\n"1,5",1234.50,2026-10-01,true,"1,5"');
    expect(withPlainCells('n,c\nx,"1,500"', [null, 'decimal'], false)).toBe('n,c\nx,"1,500"');
  });
  it('Windows-1252 is read when it is no UTF-8', () => {
    expect(decodeFile(new Uint8Array([0x53, 0x74, 0xfc, 0x63, 0x6b]))).toBe('Stück');
  });
});
