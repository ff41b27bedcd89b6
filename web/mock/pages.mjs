// Every page of the dashboard in every state that is worth a look: name, path, what to do there, state of the mock.
import { Buffer } from 'node:buffer';

const csv = 'material_code,name,unit_of_measure,standard_cost,Colour\nMTL-900,Bar,kg,2.5,red\nMTL-001,Double,kg,1,blue\nMTL-902,,stone,abc,\n';
const press = (...keys) => async (p) => { for (const key of keys) { await p.keyboard.press(key); await p.waitForTimeout(120); } };
const test = (id) => (p) => p.getByTestId(id).click();

export const CLOUD_PAGES = [
  ['cloud-palette', '/', async (p) => { await p.keyboard.press('Control+k'); await p.keyboard.type('mat'); await p.waitForTimeout(600); }],
  ['cloud-usermenu', '/machines', test('user-menu')],
  ['cloud-list', '/data/materials'],
  ['cloud-list-filters', '/data/materials?category_id=1&standard_cost_from=1&sort=-standard_cost', async (p) => { await p.waitForTimeout(300); }],
  ['cloud-list-bulk', '/data/materials', press('j', 'x', 'j', 'x', 'j', 'x')],
  ['cloud-list-columns', '/data/materials', test('columns')],
  ['cloud-list-empty', '/data/suppliers', null, { empty: true }],
  ['cloud-list-narrowed', '/data/materials?search=zzz'],
  ['cloud-list-error', '/data/materials', null, { fail: '/materials' }],
  ['cloud-list-offline', '/data/materials', null, { fail: '/materials', failCode: 503 }],
  ['cloud-list-machines', '/data/machines?plant_id=all'],
  ['cloud-list-forbidden-viewer', '/data/users'],
  ['cloud-list-viewer', '/data/materials'],
  ['cloud-bulk-sheet', '/data/materials', async (p) => { await press('j', 'x', 'j', 'x')(p); await p.getByTestId('bulk-update').click(); await p.getByTestId('bulk-field').selectOption('category_id'); }],
  ['cloud-new', '/data/materials/new'],
  ['cloud-new-wrong', '/data/materials/new', async (p) => { await p.locator('[data-field="material_code"] input').fill('MTL-001'); await p.locator('[data-field="standard_cost"] input').fill('-1'); await p.getByTestId('save').click(); await p.waitForTimeout(400); }],
  ['cloud-lookup', '/data/materials/new', async (p) => { await p.locator('[data-field="category_id"] input').click(); await p.waitForTimeout(500); }],
  ['cloud-quickcreate', '/data/materials/new', async (p) => { await p.locator('[data-field="category_id"] input').click(); await p.waitForTimeout(400); await p.getByText('New category').click(); await p.waitForTimeout(400); }],
  ['cloud-edit', '/data/materials/MTL-001/edit'],
  ['cloud-edit-user', '/data/users/5/edit'],
  ['cloud-edit-customfield', '/data/custom-fields/2/edit'],
  ['cloud-edit-shift', '/data/shifts/1/edit'],
  ['cloud-conflict', '/data/materials/MTL-004/edit', async (p) => {
    const at = new URL('/api/v1/materials/MTL-004', p.url()).href;
    const { version } = await (await p.request.get(at)).json();
    await p.request.patch(at, { data: { version, name: 'Hex bolt M8x30 stainless', standard_cost: 0.2 + version / 100, description: 'A2-70' } });
    await p.locator('[data-field="name"] input').fill('Hex screw M8x30 8.8');
    await p.locator('[data-field="reorder_point"] input').fill('200');
    await p.getByTestId('save').click();
    await p.waitForTimeout(500);
  }],
  ['cloud-detail', '/data/materials/MTL-001'],
  ['cloud-detail-order', '/data/work-orders/WO-2026-001'],
  ['cloud-detail-role', '/data/roles/supervisor'],
  ['cloud-history', '/data/materials/MTL-004?tab=history'],
  ['cloud-action', '/data/machines/LTH-001', test('act-maintenance')],
  ['cloud-secret', '/data/users/3', async (p) => { await p.getByTestId('act-reset-password').click(); await p.waitForTimeout(400); }],
  ['cloud-import', '/data/materials/import'],
  ['cloud-import-wrong', '/data/materials/import', async (p) => { await p.getByTestId('import-file').setInputFiles({ name: 'materials.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) }); await p.waitForTimeout(600); }],
  ['cloud-users', '/data/users'],
  ['cloud-roles', '/data/roles'],
  ['cloud-tokens', '/data/api-tokens'],
  ['cloud-customfields', '/data/custom-fields'],
  ['cloud-audit', '/audit-log'],
  ['cloud-profile', '/profile'],
  ['cloud-organization', '/organization'],
  ['cloud-must-first', '/'],
  ['cloud-unsaved', '/data/materials/MTL-002/edit', async (p) => { await p.locator('[data-field="name"] input').fill('x'); await p.keyboard.press('Escape'); await p.getByTestId('nav-dashboard').click({ force: true, timeout: 1000 }).catch(() => p.locator('.crumb a').first().click()); await p.waitForTimeout(300); }],
];
