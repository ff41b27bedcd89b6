// Records the mock begins with: a small manufacturer of pumps with two plants.
import { machines, orders, reasons } from './data.mjs';

const cats = ['Raw Materials - Steel', 'Raw Materials - Aluminium', 'Fasteners', 'Seals', 'Paint', 'Packaging'];
const mats = [['Round bar S235 20 mm', 1, 'kg', 1.85], ['Round bar 42CrMo4 45 mm', 1, 'kg', 3.2], ['Sheet EN AW-5754 3 mm', 2, 'kg', 5.4], ['Hex bolt M8x30 8.8 zinc', 3, 'pcs', 0.09], ['Washer M8', 3, 'pcs', 0.015], ['O-ring 40x3 NBR', 4, 'pcs', 0.22], ['Shaft seal 22x40x7', 4, 'pcs', 1.75], ['Primer grey 2K', 5, 'l', 14.9], ['Top coat RAL 5010', 5, 'l', 18.4], ['Carton 400x300x200', 6, 'pcs', 0.62]];
const roles = [
  ['viewer', 'Viewer', 'Sees everything of the assigned plants but people and costs.', null, ['*:read']], ['operator', 'Operator', 'Works at a station.', 'viewer', ['production_logs:write', 'work_orders:start', 'machines:status']],
  ['qc_inspector', 'QC Inspector', 'Inspects and reports defects.', 'viewer', ['ncr:write', 'inspections:write']], ['supervisor', 'Supervisor', 'Leads a shift.', 'operator', ['work_orders:write', 'schedule:write', 'downtime:classify']],
  ['plant_manager', 'Plant Manager', 'Everything in the assigned plants.', 'supervisor', ['*:*']], ['organization_admin', 'Organization Admin', 'Everything in the organisation.', 'plant_manager', ['*:*']],
  ['procurement', 'Procurement', 'Added to another role.', null, ['suppliers:write', 'materials:write']],
];
const people = [['Mia Keller', 'mia@acme.example', ['organization_admin']], ['Jonas Vogt', 'jonas@acme.example', ['plant_manager']], ['Anna Berg', 'anna@acme.example', ['operator']], ['Bilal Öztürk', 'bilal@acme.example', ['operator']], ['Carla Diaz', 'carla@acme.example', ['supervisor', 'procurement']], ['Dmitri Volkov', 'dmitri@acme.example', ['operator']]];

export const SEED = {
  organization: [{ name: 'Acme Manufacturing', industry: 'Pumps', currency: 'USD', timezone: 'America/Detroit', costing_method: 'fifo', overhead_rate_percent: 12.5, kpi_standard: 'unison', number_prefixes: { work_order: 'WO-2026-', project: 'PRJ-2026-' } }],
  plant: [{ name: 'Detroit', plant_type: 'Machining', city: 'Detroit', timezone: 'America/Detroit', is_default: true }, { name: 'Toledo', plant_type: 'Assembly', city: 'Toledo', timezone: 'America/New_York', is_default: false }],
  user: people.map(([name, email, r], i) => ({ name, email, roles: r, plant_ids: i % 3 === 2 ? [1] : [1, 2], manager_id: i < 2 ? null : 2, badge: `BADGE-${i + 1}`, hourly_rate: 24 + i, phone: null, language: i === 2 ? 'de' : 'en', must_change_password: false })),
  role: roles.map(([code, name, description, ext, grants]) => ({ code, name, description, extends: ext, grants, is_built_in: true })),
  department: [{ plant_id: 1, code: 'MACH', name: 'Machining', head_user_id: 5 }, { plant_id: 1, code: 'ASM', name: 'Assembly', head_user_id: null }, { plant_id: 2, code: 'FIN', name: 'Finishing', head_user_id: null }],
  lane: [{ plant_id: 1, name: 'Machining', department_id: 1, capacity: 3, ideal_cycle_time_seconds: 72, supported_operations: ['milling', 'turning'] }, { plant_id: 1, name: 'Assembly', department_id: 2, capacity: 2, ideal_cycle_time_seconds: 45, supported_operations: [] }, { plant_id: 2, name: 'Paint line', department_id: 3, capacity: 1, ideal_cycle_time_seconds: 30, supported_operations: ['painting'] }],
  shift: [['Day shift', '06:00', '14:00'], ['Late shift', '14:00', '22:00'], ['Night shift', '22:00', '06:00']].map(([name, start_time, end_time]) => ({ plant_id: 1, name, pattern_type: 'fixed', start_time, end_time, active_days: ['monday', 'tuesday', 'wednesday', 'thursday', 'friday'], break_duration_minutes: 30, production_target_units: 400, oee_target_percent: 80 })),
  location: [{ plant_id: 1, code: 'RAW-01', name: 'Raw material, rack 1' }, { plant_id: 1, code: 'FIN-01', name: 'Finished goods' }],
  machine: machines.map((m) => Object.assign(m, { mode: 'production', count_source: 'counter', ideal_cycle_time_seconds: m.ideal_cycle_seconds })),
  machine_tag: ['good_count', 'reject_count', 'running', 'alarm'].map((meaning) => ({ plant_id: 1, machine_id: 1, name: `cnc1.${meaning}`, meaning, address: '40001', unit: null })),
  category: cats.map((name) => ({ name, description: null })),
  unit: [['kg', 'Kilogram', 'mass'], ['g', 'Gram', 'mass'], ['pcs', 'Pieces', 'count'], ['l', 'Litre', 'volume'], ['m', 'Metre', 'length']].map(([code, name, dimension]) => ({ code, name, dimension, numerator: 1, denominator: code === 'g' ? 1000 : 1 })),
  material: Array.from({ length: 137 }, (_, i) => {
    const [name, category_id, unit_of_measure, cost] = mats[i % mats.length];
    return { material_code: `MTL-${String(i + 1).padStart(3, '0')}`, name: i < mats.length ? name : `${name}, lot ${Math.floor(i / mats.length)}`, description: i === 0 ? 'Cut to 3 m. Certificate 3.1 with every delivery.' : null, category_id, unit_of_measure, standard_cost: Math.round(cost * (1 + (i % 7) / 20) * 1000) / 1000, minimum_stock_level: i % 4 ? 50 * (i % 9) : null, maximum_stock_level: null, reorder_point: null, custom_fields: i % 3 ? {} : { heat_treatment: i % 2 === 0, certification: 'ISO' } };
  }),
  product: [['P-40', 'Pump housing P-40', 184], ['V-12', 'Valve body V-12', 62.5], ['S-22', 'Shaft 22 mm', 19.9], ['B-7', 'Bracket B-7', 4.15]].map(([code, name, price]) => ({ code, name, description: null, unit_of_measure: 'pcs', price, standard_cost: Math.round(price * 60) / 100, tracking_mode: code === 'P-40' ? 'serial' : 'none', ideal_cycle_time_seconds: 72 })),
  customer: ['Northern Water Works', 'Hydra Systems GmbH', 'Lakeside Marine'].map((name, i) => ({ name, contact_name: ['E. Lund', 'F. Weiß', 'G. Park'][i], email: `orders${i + 1}@example.com`, phone: null, address: null })),
  supplier: ['Great Lakes Steel', 'Seal & Ring Co.'].map((name, i) => ({ name, contact_name: null, email: `sales${i + 1}@example.com`, phone: null, address: null, lead_time_days: 14 + i * 7 })),
  project: [{ project_number: 'PRJ-2026-001', name: 'Pump series 40, 2026', customer_id: 1, product_id: 1, planned_start_date: '2026-09-01', planned_end_date: '2026-12-18', status: 'active' }],
  work_order: orders.map((o, i) => Object.assign(o, { work_order_type: 'production', project_id: 1, product_id: (i % 4) + 1, priority: 'normal', supervisor_id: 5, due_at: o.due_date })),
  downtime_reason: reasons.map((r) => ({ ...r, is_planned: r.code === 'setup_changeover', is_critical: r.code === 'mechanical_failure' })),
  scrap_reason: [['dimension', 'Out of tolerance', 'Machining'], ['surface', 'Surface damage', 'Handling'], ['porosity', 'Porosity', 'Casting']].map(([code, name, category]) => ({ code, name, category })),
  api_token: [{ name: 'ERP', roles: ['viewer'], plant_ids: [], expires_at: null, hint: 'uk_7f3a…', last_used_at: null, revoked_at: null }],
  custom_field: [
    { entity_type: 'material', field_code: 'heat_treatment', label: 'Heat Treatment Required', field_type: 'boolean', is_required: false, is_filterable: true, options: [], position: 1 },
    { entity_type: 'material', field_code: 'certification', label: 'Certification Type', field_type: 'dropdown', is_required: false, is_filterable: true, options: ['ISO', 'CE', 'UL'], position: 2, help_text: 'As on the supplier’s declaration.' },
    { entity_type: 'material', field_code: 'supplier_lead_time', label: 'Supplier Lead Time', field_type: 'number', is_required: false, is_filterable: false, options: [], minimum: 0, maximum: 365, position: 3 },
  ],
  import: [],
};
