// What the mock's entities look like: the same descriptions that the server gives at `{path}/form`.
const f = (name, kind, over = {}) => ({
  name, label: over.label ?? words(name), help: null, kind, required: false, read_only: false, default: null, choices: [], reference: null, minimum: null, maximum: null,
  length_min: null, length_max: null, pattern: null, unit: null, in_list: false, filter: false, sort: false, ...over,
});
const words = (name) => name.replace(/_ids?$/, '').replaceAll('_', ' ').replace(/^./, (c) => c.toUpperCase());
const L = { in_list: true, sort: true };
const text = (name, over = {}) => f(name, 'text', { length_max: 200, ...over });
const need = (name, over = {}) => text(name, { required: true, ...L, ...over });
const num = (name, over = {}) => f(name, 'decimal', { minimum: 0, filter: true, sort: true, ...over });
const int = (name, over = {}) => f(name, 'integer', { minimum: 0, filter: true, sort: true, ...over });
const yes = (name, over = {}) => f(name, 'boolean', { default: false, filter: true, sort: true, ...over });
const choice = (name, values, over = {}) => f(name, 'choice', { choices: values.map((v) => ({ value: v, label: words(v) })), default: values[0], filter: true, sort: true, ...over });
export const ref = (name, entity, over = {}) => {
  const e = TARGETS[entity];
  return f(name, 'reference', { reference: { entity, path: e[0], title_field: e[1] ?? 'name', code_field: e[2] ?? null }, filter: true, sort: true, ...over });
};
const TARGETS = {
  plant: ['/plants'], department: ['/departments', 'name', 'code'], lane: ['/lanes'], machine: ['/machines', 'name', 'machine_code'], category: ['/categories'], customer: ['/customers'],
  product: ['/products', 'name', 'code'], project: ['/projects', 'name', 'project_number'], user: ['/users'], unit: ['/units', 'name', 'code'],
};
const plant = ref('plant_id', 'plant', { required: true, in_list: false });
const DAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
const long = (name = 'description', over = {}) => f(name, 'long_text', { length_max: 2000, ...over });
const partner = [need('name'), text('contact_name', L), text('email', { in_list: true }), text('phone', { in_list: true }), long('address')];

const entity = (name, label, label_plural, path, area, fields, over = {}) => ({
  entity: name, label, label_plural, path, plural: path.slice(1).replaceAll('-', '_'), area, scope: fields.includes(plant) ? 'plant' : 'organization', title_field: 'name', code_field: null,
  default_sort: 'name', search_fields: ['name'], fields, actions: [], ...over,
});
const reason = [need('code', { length_max: 50 }), need('name'), text('category', { ...L, filter: true })];
const coded = { code_field: 'code', default_sort: 'code', search_fields: ['code', 'name'] };

export const ENTITIES = [
  entity('organization', 'Organization', 'Organization', '/organization', 'organization', [
    need('name'), text('industry'), choice('currency', ['USD', 'EUR', 'GBP'], { required: true }), need('timezone', { default: 'UTC' }), choice('costing_method', ['fifo', 'lifo', 'weighted_average'], { required: true }),
    num('overhead_rate_percent', { unit: '%', maximum: 1000 }), choice('kpi_standard', ['unison', 'iso_22400'], { required: true, help: 'How OEE and its factors are calculated.' }), f('number_prefixes', 'object', { read_only: true }),
  ]),
  entity('plant', 'Plant', 'Plants', '/plants', 'organization', [need('name'), text('plant_type', L), text('city', { ...L, filter: true }), long('address'), need('timezone', { help: 'IANA name such as Europe/Berlin. Shifts and reports follow it.', filter: true }), yes('is_default', { in_list: true })]),
  entity('department', 'Department', 'Departments', '/departments', 'organization', [plant, need('code', { length_max: 50 }), need('name'), ref('head_user_id', 'user', { label: 'Head', in_list: true })], coded),
  entity('lane', 'Lane', 'Lanes', '/lanes', 'organization', [plant, need('name'), ref('department_id', 'department', L), int('capacity', { in_list: true, default: 1, minimum: 1, help: 'Work orders that can run at the same time.' }), num('ideal_cycle_time_seconds', { in_list: true, unit: 's' }), f('supported_operations', 'list', { help: 'Names of operations; empty for all.' })]),
  entity('shift', 'Shift', 'Shifts', '/shifts', 'organization', [plant, need('name'), choice('pattern_type', ['fixed', 'rotating', 'custom']), f('start_time', 'time', { required: true, ...L }), f('end_time', 'time', { required: true, ...L }),
    f('active_days', 'choices', { choices: DAYS.map((d) => ({ value: d, label: words(d) })), in_list: true }), int('break_duration_minutes', { unit: 'min', default: 0, in_list: true }), int('production_target_units', { in_list: true }), int('oee_target_percent', { unit: '%', maximum: 100 })]),
  entity('location', 'Location', 'Locations', '/locations', 'organization', [plant, need('code'), need('name')], coded),
  entity('machine', 'Machine', 'Machines', '/machines', 'organization', [need('machine_code', { length_max: 50, help: 'As on the machine; operators scan it. Such as CNC-001.' }), need('name'), plant, ref('lane_id', 'lane', L), choice('status', ['available', 'running', 'idle', 'setup', 'down', 'maintenance', 'decommissioned'], { read_only: true, in_list: true }),
    choice('mode', ['production', 'maintenance', 'decommissioned']), choice('count_source', ['counter', 'logs'], { help: 'Whether the machine counts its parts or operators report them.' }), num('ideal_cycle_time_seconds', { unit: 's', in_list: true }), num('capacity_units_per_hour', { in_list: true }), f('last_maintenance_date', 'date', { filter: true, sort: true }), f('next_maintenance_due', 'date', { ...L, filter: true })],
  { code_field: 'machine_code', default_sort: 'machine_code', search_fields: ['machine_code', 'name'], actions: [{ action: 'maintenance', label: 'Begin maintenance', fields: [long('note', { label: 'Note', required: true }), f('until', 'timestamp', { label: 'Expected until' })] }] }),
  entity('machine_tag', 'Machine tag', 'Machine tags', '/machine-tags', 'organization', [plant, ref('machine_id', 'machine', { required: true, ...L }), need('name'), need('meaning'), text('address', L), text('unit', L)]),
  entity('category', 'Category', 'Categories', '/categories', 'master data', [need('name'), long('description', { in_list: true })]),
  entity('unit', 'Unit', 'Units', '/units', 'master data', [need('code', { length_max: 20 }), need('name'), need('dimension', { filter: true }), int('numerator', { default: 1, minimum: 1 }), int('denominator', { default: 1, minimum: 1 })], coded),
  entity('material', 'Material', 'Materials', '/materials', 'master data', [need('material_code', { length_max: 50, help: 'Such as MTL-001; unique in the organisation.' }), need('name'), long(), ref('category_id', 'category', L), need('unit_of_measure', { length_max: 20, filter: true, help: 'Code of a unit, such as kg.' }),
    num('standard_cost', { in_list: true, default: 0, help: 'Cost of one unit, in the currency of the organisation.' }), num('minimum_stock_level', { in_list: true }), num('maximum_stock_level'), num('reorder_point')], { code_field: 'material_code', default_sort: 'material_code', search_fields: ['material_code', 'name'] }),
  entity('product', 'Product', 'Products', '/products', 'master data', [need('code', { length_max: 50 }), need('name'), long(), need('unit_of_measure', { length_max: 20 }), num('price', { in_list: true }), num('standard_cost', { in_list: true }), choice('tracking_mode', ['none', 'lot', 'serial'], { in_list: true }), num('ideal_cycle_time_seconds', { unit: 's' })], coded),
  entity('customer', 'Customer', 'Customers', '/customers', 'master data', partner),
  entity('supplier', 'Supplier', 'Suppliers', '/suppliers', 'master data', [...partner, int('lead_time_days', { unit: 'd', in_list: true })]),
  entity('project', 'Project', 'Projects', '/projects', 'master data', [text('project_number', { ...L, help: 'Left empty, the next number is given.' }), need('name'), ref('customer_id', 'customer', L), ref('product_id', 'product', L), f('planned_start_date', 'date', { ...L, filter: true }), f('planned_end_date', 'date', { ...L, filter: true }), choice('status', ['draft', 'active', 'on_hold', 'completed', 'cancelled', 'archived'], { in_list: true })],
    { code_field: 'project_number', default_sort: 'project_number', search_fields: ['project_number', 'name'] }),
  entity('work_order', 'Work order', 'Work orders', '/work-orders', 'production', [text('work_order_number', { ...L, help: 'Left empty, the next number is given.' }), need('title'), plant, choice('work_order_type', ['production', 'rework', 'preventive_maintenance', 'maintenance']), ref('project_id', 'project'), ref('product_id', 'product', { in_list: true }), ref('lane_id', 'lane', { in_list: true }), ref('machine_id', 'machine', { in_list: true }),
    int('quantity_ordered', { required: true, minimum: 1, in_list: true }), int('quantity_completed', { read_only: true, in_list: true }), choice('status', ['planned', 'released', 'in_progress', 'paused', 'completed', 'cancelled'], { read_only: true, in_list: true }), choice('priority', ['low', 'normal', 'high', 'urgent'], { default: 'normal' }), ref('supervisor_id', 'user'), f('planned_start', 'timestamp', { filter: true, sort: true }), f('planned_end', 'timestamp', { filter: true, sort: true }), f('due_at', 'timestamp', { ...L, filter: true })],
  { title_field: 'title', code_field: 'work_order_number', default_sort: 'work_order_number', search_fields: ['work_order_number', 'title'], actions: ['release', 'start', 'pause', 'resume', 'complete', 'cancel'].map((a) => ({ action: a, label: words(a), fields: a === 'cancel' ? [long('reason', { label: 'Reason', required: true })] : [] })) }),
  entity('downtime_reason', 'Downtime reason', 'Downtime reasons', '/downtime-reasons', 'production', [...reason, yes('is_planned', { in_list: true, help: 'Planned stops lower no availability.' }), yes('is_critical', { in_list: true })], coded),
  entity('scrap_reason', 'Scrap reason', 'Scrap reasons', '/scrap-reasons', 'production', reason, coded),
  entity('user', 'User', 'Users', '/users', 'people', [need('name'), need('email', { filter: true }), f('roles', 'choices', { in_list: true, help: 'A change ends the sessions of the person.' }), f('plant_ids', 'choices', { label: 'Plants', in_list: true, reference: { entity: 'plant', path: '/plants', title_field: 'name', code_field: null } }), ref('manager_id', 'user', { in_list: true }), text('badge', { help: 'What the scanner reads from the badge.' }), num('hourly_rate', { default: 0 }), text('phone'), choice('language', ['en', 'de'], { default: null }), yes('must_change_password', { read_only: true })],
    { search_fields: ['name', 'email'], actions: [{ action: 'reset-password', label: 'Reset password', fields: [] }] }),
  entity('role', 'Role', 'Roles', '/roles', 'people', [need('code', { pattern: '^[a-z_]+$' }), need('name'), long('description', { in_list: true }), text('extends', { in_list: true, help: 'The role it adds to.' }), f('grants', 'list', { help: 'Permissions such as materials:write, one per line.' })], coded),
  entity('api_token', 'API token', 'API tokens', '/api-tokens', 'people', [need('name'), f('roles', 'choices', { in_list: true }), f('plant_ids', 'choices', { label: 'Plants', reference: { entity: 'plant', path: '/plants', title_field: 'name', code_field: null } }), f('expires_at', 'timestamp', L), text('hint', { read_only: true, in_list: true }), f('last_used_at', 'timestamp', { read_only: true, in_list: true }), f('revoked_at', 'timestamp', { read_only: true })],
    { actions: [{ action: 'revoke', label: 'Revoke', fields: [] }] }),
  entity('custom_field', 'Custom field', 'Custom fields', '/custom-fields', 'setup', [choice('entity_type', ['material', 'product', 'work_order', 'project', 'machine', 'customer', 'supplier'], { required: true, in_list: true, default: null }), need('field_code', { length_min: 3, length_max: 50, pattern: '^[A-Za-z0-9_]+$' }), need('label', { length_min: 3, length_max: 255 }),
    choice('field_type', ['text', 'number', 'date', 'boolean', 'dropdown', 'multiselect', 'file'], { required: true, in_list: true }), yes('is_required', { in_list: true }), yes('is_filterable', { in_list: true }), f('options', 'list', { help: 'At least two, one per line.' }), num('minimum', { minimum: null, filter: false }), num('maximum', { minimum: null, filter: false }), int('length_min', { filter: false }), int('length_max', { filter: false }), text('pattern'), text('help_text'), int('position', { default: 0, filter: false })],
  { title_field: 'label', code_field: null, default_sort: 'entity_type,position', search_fields: ['field_code', 'label'] }),
  entity('import', 'Import', 'Imports', '/imports', 'setup', [f('entity', 'text', { ...L, read_only: true }), f('file_name', 'text', { ...L, read_only: true }), ref('user_id', 'user', { ...L, read_only: true, label: 'By' }), int('created', { read_only: true, in_list: true }), int('updated', { read_only: true, in_list: true }), f('undone_at', 'timestamp', { read_only: true, in_list: true })],
    { title_field: 'file_name', default_sort: '-id', search_fields: ['file_name'], actions: [{ action: 'undo', label: 'Undo', fields: [] }] }),
  entity('audit_log', 'Audit log', 'Audit log', '/audit-log', 'setup', []),
];

/** Entities that nobody makes, changes or takes in through their list. */
export const CLOSED = ['organization', 'import', 'audit_log'];
/** Fields whose value may not occur twice. */
export const UNIQUE = { material: 'material_code', machine: 'machine_code', product: 'code', work_order: 'work_order_number', downtime_reason: 'code', scrap_reason: 'code', unit: 'code', user: 'email', role: 'code', customer: 'name', supplier: 'name', category: 'name', plant: 'name', project: 'project_number' };
/** How numbers that were left empty continue. */
export const NUMBERED = { project: ['project_number', 'PRJ-2026-'], work_order: ['work_order_number', 'WO-2026-'] };
