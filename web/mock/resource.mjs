// The resource contract in memory, for every entity: forms, lists, records, conflicts, bulk, import, audit, search.
import { actionsOf, iso, present } from './data.mjs';
import { CLOSED, ENTITIES, NUMBERED, UNIQUE } from './entities.mjs';
import { SEED } from './seed.mjs';

const ok = (body, code = 200) => ({ code, body });
const refuse = (code, error, reason, more = {}) => ({ code, body: { error, reason, ...more } });
const invalid = (details) => ({ code: 400, body: { error: 'Validation failed', details } });
const now = () => iso(Date.now());
const KIND = { text: 'text', number: 'decimal', date: 'date', boolean: 'boolean', dropdown: 'choice', multiselect: 'choices', file: 'file' };

export function createResources() {
  const store = new Map();
  const audit = [];
  for (const e of ENTITIES) {
    store.set(e.entity, (SEED[e.entity] ?? []).map((r, i) => Object.assign(r, { id: r.id ?? i + 1, custom_fields: r.custom_fields ?? {}, is_active: true, version: 1, created_at: '2026-03-02T08:00:00Z', updated_at: '2026-03-02T08:00:00Z' })));
  }
  const rows = (entity) => store.get(entity) ?? [];
  const byPath = (path) => ENTITIES.find((e) => e.path === path);
  const target = (field) => ENTITIES.find((e) => e.entity === field.reference.entity);

  const customFields = (e) => rows('custom_field').filter((c) => c.is_active && c.entity_type === e.entity).sort((a, b) => a.position - b.position).map((c) => ({
    name: `custom_fields.${c.field_code}`, label: c.label, help: c.help_text ?? null, kind: KIND[c.field_type], required: c.is_required, read_only: false, default: null, choices: (c.options ?? []).map((o) => ({ value: o, label: o })), reference: null,
    minimum: c.minimum ?? null, maximum: c.maximum ?? null, length_min: c.length_min ?? null, length_max: c.length_max ?? null, pattern: c.pattern ?? null, unit: null, in_list: false, filter: c.is_filterable, sort: false,
  }));
  const mayWrite = (user, e) => user.roles.includes('organization_admin') || user.roles.includes('admin') || (user.roles.includes('plant_manager') && !['user', 'role', 'api_token', 'custom_field', 'plant'].includes(e.entity));
  const mayRead = (user, e) => mayWrite(user, e) || !['user', 'audit_log', 'api_token', 'import'].includes(e.entity);
  const missing = (e, verb) => `This needs the permission ${e.plural}:${verb} (roles that have it: Organization Admin); an administrator grants it`;
  const allowed = (user, e) => (CLOSED.includes(e.entity) ? [] : ['create', 'import', 'bulk', 'export'].map((action) => ({ action, allowed: action === 'export' || mayWrite(user, e), reason: action === 'export' || mayWrite(user, e) ? null : missing(e, 'write') })));
  const describe = (user, e) => {
    const fields = e.fields.map((f) => (f.name === 'roles' ? { ...f, choices: rows('role').map((r) => ({ value: r.code, label: r.name })) } : f));
    return { ...e, fields, custom_fields: customFields(e), allowed: allowed(user, e) };
  };

  const get = (r, name) => (name.startsWith('custom_fields.') || name.startsWith('cf.') ? r.custom_fields?.[name.replace(/^(custom_fields|cf)\./, '')] : r[name]);
  const find = (e, id) => rows(e.entity).find((r) => String(r.id) === String(id) || (e.code_field && r[e.code_field] === id));
  function view(user, e, r) {
    const out = { id: r.id };
    for (const [k, v] of Object.entries(e.entity === 'work_order' ? present(r) : r)) {
      if (k.startsWith('_') || ['custom_fields', 'is_active', 'version', 'created_at', 'updated_at'].includes(k)) continue;
      out[k] = v;
      const field = e.fields.find((f) => f.name === k && f.kind === 'reference');
      if (!field) continue;
      const there = rows(field.reference.entity).find((x) => x.id === v);
      const base = k.replace(/_id$/, '');
      const { code_field: code, title_field: title } = field.reference;
      if (code) out[code.startsWith(`${base}_`) ? code : `${base}_${code}`] = there?.[code] ?? null;
      out[`${base}_${title}`] = there?.[title] ?? null;
    }
    if (r.plant_ids) out.plant_names = r.plant_ids.map((id) => rows('plant').find((p) => p.id === id)?.name);
    const rule = (action, reason) => ({ action, allowed: !reason, reason: reason ?? null });
    const no = mayWrite(user, e) ? null : missing(e, 'write');
    const built = e.entity === 'role' && r.is_built_in ? 'Every organisation has this role; make one of your own that extends it' : null;
    const actions = CLOSED.includes(e.entity) ? [] : [rule('update', no ?? built), r.is_active ? rule('archive', no ?? built ?? (e.entity === 'plant' && r.is_default ? 'The default plant cannot be archived; make another plant the default first' : e.entity === 'user' && r.id === user.id ? 'You cannot archive yourself' : null)) : rule('restore', no)];
    if (e.entity === 'organization') actions.push(rule('update', no));
    if (e.entity === 'import') actions.push(rule('undo', r.undone_at ? 'This import was undone already' : null));
    if (e.entity === 'work_order') actions.push(...(r.status === 'planned' ? [rule('release', r.product_id ? null : 'The work order has no product')] : actionsOf(present(r)).filter((a) => a.action !== 'log')), rule('cancel', ['completed', 'cancelled'].includes(r.status) ? `The work order is ${r.status}` : null));
    if (e.entity === 'machine') actions.push(rule('maintenance', r.status === 'running' ? 'The machine is running; stop its work order first' : null));
    if (e.entity === 'user') actions.push(rule('reset-password', no));
    if (e.entity === 'api_token') actions.push(rule('revoke', r.revoked_at ? 'The key was revoked already' : no));
    return { ...out, custom_fields: r.custom_fields ?? {}, is_active: r.is_active, version: r.version, created_at: r.created_at, updated_at: r.updated_at, allowed_actions: actions };
  }

  function check(e, body, before, details) {
    const fields = [...e.fields, ...customFields(e)];
    const flat = { ...body };
    for (const [k, v] of Object.entries(body.custom_fields ?? {})) flat[`custom_fields.${k}`] = v;
    delete flat.custom_fields;
    delete flat.version;
    const wrong = (field, message) => details.push({ field, message });
    for (const name of Object.keys(flat)) {
      const field = fields.find((f) => f.name === name);
      if (!field) wrong(name, 'is unknown');
      else if (field.read_only) wrong(name, 'can only be read');
    }
    for (const f of fields.filter((x) => !x.read_only)) {
      const given = f.name in flat;
      const v = given ? flat[f.name] : before ? get(before, f.name) : f.default;
      const empty = v === null || v === undefined || v === '';
      if (f.required && empty && !(f.name === 'plant_id' && !before)) wrong(f.name, `${f.label} is missing`);
      if (!given || empty) continue;
      if (['integer', 'decimal'].includes(f.kind)) {
        if (typeof v !== 'number') wrong(f.name, 'must be a number');
        else if (f.minimum !== null && v < f.minimum) wrong(f.name, `must be at least ${f.minimum}`);
        else if (f.maximum !== null && v > f.maximum) wrong(f.name, `must be at most ${f.maximum}`);
      }
      if (f.length_min && String(v).length < f.length_min) wrong(f.name, `must have at least ${f.length_min} characters`);
      if (f.pattern && !new RegExp(f.pattern).test(v)) wrong(f.name, `must match ${f.pattern}`);
      if (f.kind === 'choice' && f.choices.length && !f.choices.some((c) => c.value === v)) wrong(f.name, `must be one of ${f.choices.map((c) => c.value).join(', ')}`);
      if (f.kind === 'reference' && !rows(f.reference.entity).some((x) => x.id === v)) wrong(f.name, `There is no such ${target(f).label.toLowerCase()}`);
    }
    const key = UNIQUE[e.entity];
    if (key && flat[key] && rows(e.entity).some((r) => r !== before && r[key] === flat[key])) wrong(key, `${e.label} ${key.includes('code') || key.includes('number') ? 'code' : key} ${flat[key]} already exists`);
    if (e.entity === 'material' && flat.unit_of_measure && !rows('unit').some((u) => u.code === flat.unit_of_measure)) wrong('unit_of_measure', `there is no unit ${flat.unit_of_measure}`);
    if (e.entity === 'custom_field' && ['dropdown', 'multiselect'].includes(flat.field_type ?? before?.field_type) && (flat.options ?? before?.options ?? []).length < 2) wrong('options', 'needs at least two options');
    if (e.entity === 'lane' && (body.name ?? before?.name) === 'Refuse') wrong('name', 'is refused for a test');
  }

  function log(user, e, r, action, before, after) {
    const names = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])].filter((n) => !['version', 'updated_at', 'created_at', 'custom_fields', 'id'].includes(n) && !n.startsWith('_'));
    const changes = names.filter((n) => JSON.stringify(before?.[n] ?? null) !== JSON.stringify(after?.[n] ?? null)).map((n) => ({ field: n, before: before?.[n] ?? null, after: after?.[n] ?? null }));
    for (const n of new Set([...Object.keys(before?.custom_fields ?? {}), ...Object.keys(after?.custom_fields ?? {})])) {
      const [b, a] = [before?.custom_fields?.[n] ?? null, after?.custom_fields?.[n] ?? null];
      if (JSON.stringify(a) !== JSON.stringify(b)) changes.push({ field: `custom_fields.${n}`, before: b, after: a });
    }
    audit.unshift({ pos: audit.length + 1, at: now(), actor: user.name, user_id: user.id, entity: e.entity, entity_id: String(r.id), action, changes: action === 'create' ? changes.filter((c) => c.after !== null && c.after !== '' && !(Array.isArray(c.after) && !c.after.length)) : changes });
  }

  function save(user, e, record, body, action) {
    const before = { ...record, custom_fields: { ...record.custom_fields } };
    const { custom_fields: custom, ...own } = body;
    delete own.version;
    Object.assign(record, own, { custom_fields: { ...record.custom_fields, ...custom }, version: record.version + 1, updated_at: now() });
    log(user, e, record, action, before, record);
  }
  function make(user, session, e, body) {
    const list = rows(e.entity);
    const record = { id: list.reduce((m, r) => Math.max(m, r.id), 0) + 1 };
    for (const f of e.fields) record[f.name] = f.default ?? (f.kind === 'list' || f.kind === 'choices' ? [] : null);
    if ('plant_id' in record) record.plant_id = session.current_plant_id;
    Object.assign(record, body, { custom_fields: body.custom_fields ?? {}, is_active: true, version: 1, created_at: now(), updated_at: now() });
    const numbered = NUMBERED[e.entity];
    if (numbered && !record[numbered[0]]) record[numbered[0]] = `${numbered[1]}${String(list.length + 1).padStart(3, '0')}`;
    if (e.entity === 'work_order') Object.assign(record, { status: 'planned', quantity_completed: 0, quantity_rejected: 0 });
    if (e.entity === 'machine') Object.assign(record, { status: 'available', activity: 'no_data', stale: false, waiting: false, flags: [] });
    list.push(record);
    log(user, e, record, 'create', null, record);
    return record;
  }

  function select(session, e, query, details) {
    const fields = [...e.fields, ...customFields(e)];
    let list = rows(e.entity);
    const active = query.get('is_active') ?? 'true';
    if (active !== 'all') list = list.filter((r) => String(r.is_active) === active);
    if (e.scope === 'plant') {
      const plant = query.get('plant_id') ?? String(session.current_plant_id);
      if (plant !== 'all') list = list.filter((r) => String(r.plant_id) === plant);
    }
    for (const [name, value] of query) {
      if (['page', 'per_page', 'sort', 'is_active', 'plant_id', 'format', 'org'].includes(name) || value === '') continue;
      if (name === 'search') { const q = value.toLowerCase(); list = list.filter((r) => e.search_fields.some((s) => String(r[s] ?? '').toLowerCase().includes(q))); continue; }
      const range = /^(.*)_(from|to)$/.exec(name);
      const field = fields.find((f) => f.filter && (f.name === name || f.name === name.replace('cf.', 'custom_fields.')));
      if (field) { const any = value.split(','); list = list.filter((r) => any.includes(String(get(r, name)))); continue; }
      const ranged = range && fields.find((f) => f.filter && f.name === range[1]);
      if (!ranged) { details.push({ field: name, message: 'is not a filter of this list' }); continue; }
      const cast = ['integer', 'decimal'].includes(ranged.kind) ? Number : String;
      list = list.filter((r) => { const v = get(r, ranged.name); return v !== null && v !== undefined && (range[2] === 'from' ? cast(v) >= cast(value) : cast(v) <= cast(value)); });
    }
    const keys = (query.get('sort') ?? e.default_sort).split(',').map((k) => [k.replace(/^-/, ''), k.startsWith('-') ? -1 : 1]);
    const shown = (r, k) => { const f = e.fields.find((x) => x.name === k && x.kind === 'reference'); return f ? rows(f.reference.entity).find((x) => x.id === r[k])?.[f.reference.title_field] : r[k]; };
    return [...list].sort((a, b) => { for (const [k, way] of keys) { const [x, y] = [shown(a, k), shown(b, k)]; if (x === y) continue; if (x === null || x === undefined) return 1; if (y === null || y === undefined) return -1; return (x > y ? 1 : -1) * way; } return a.id - b.id; });
  }

  function takeIn(user, session, e, body) {
    const lines = parse(body.csv);
    const [head = [], ...data] = lines;
    const fields = [...e.fields, ...customFields(e)].filter((f) => !f.read_only);
    const guess = (c) => fields.find((f) => f.name === c || f.label.toLowerCase() === c.toLowerCase())?.name ?? null;
    const columns = head.cells?.map((column) => ({ column, field: body.mapping && column in body.mapping ? body.mapping[column] : guess(column) })) ?? [];
    const errors = [];
    const plan = [];
    let unchanged = 0;
    const key = UNIQUE[e.entity];
    data.forEach(({ line, cells }) => {
      const record = {};
      columns.forEach((c, i) => {
        const f = fields.find((x) => x.name === c.field);
        const raw = (cells[i] ?? '').trim();
        if (!f || raw === '') return;
        const value = convert(f, raw);
        if (value === undefined) { errors.push({ line, column: c.column, field: f.name, message: f.kind === 'reference' ? `There is no ${target(f).label.toLowerCase()} “${raw}”` : `“${raw}” is no ${f.kind}` }); return; }
        if (f.name.startsWith('custom_fields.')) (record.custom_fields ??= {})[f.name.slice(14)] = value; else record[f.name] = value;
      });
      const there = key ? rows(e.entity).find((r) => r[key] === record[key]) : undefined;
      const details = [];
      if (there && body.update_existing) check(e, record, there, details); else check(e, record, null, details);
      for (const d of details) errors.push({ line, column: columns.find((c) => c.field === d.field)?.column ?? null, field: d.field, message: d.message });
      if (there && body.update_existing && Object.entries(record).every(([k, v]) => JSON.stringify(there[k]) === JSON.stringify(v))) unchanged += 1; else plan.push([there, record]);
    });
    const creates = plan.filter(([there]) => !there).length;
    let import_id = null;
    if (body.commit && errors.length === 0) {
      const done = [];
      for (const [there, record] of plan) {
        if (there) { done.push({ id: there.id, before: JSON.parse(JSON.stringify(there)), version: there.version + 1 }); save(user, e, there, record, 'update'); } else { const r = make(user, session, e, record); done.push({ id: r.id, before: null, version: r.version }); }
      }
      const list = rows('import');
      import_id = list.length + 1;
      list.push({ id: import_id, entity: e.entity, file_name: body.file_name, user_id: user.id, created: creates, updated: plan.length - creates, undone_at: null, is_active: true, version: 1, created_at: now(), updated_at: now(), custom_fields: {}, _done: done });
    }
    return ok({ columns, rows: data.length, will_create: creates, will_update: plan.length - creates, unchanged, errors, preview: plan.slice(0, 20).map(([, r]) => r), import_id });
  }
  function convert(f, raw) {
    if (['integer', 'decimal'].includes(f.kind)) { const n = Number(raw.replace(',', '.')); return Number.isFinite(n) ? n : undefined; }
    if (f.kind === 'boolean') return /^(true|yes|1)$/i.test(raw) ? true : /^(false|no|0)$/i.test(raw) ? false : undefined;
    if (f.kind === 'reference') return rows(f.reference.entity).find((r) => String(r.id) === raw || r[f.reference.title_field] === raw || r[f.reference.code_field] === raw)?.id;
    if (f.kind === 'list' || f.kind === 'choices') return raw.split('|');
    return raw;
  }
  function undo(user, r) {
    const e = ENTITIES.find((x) => x.entity === r.entity);
    const left = [];
    let archived = 0;
    let restored = 0;
    for (const d of r._done ?? []) {
      const record = rows(e.entity).find((x) => x.id === d.id);
      if (record.version !== d.version) { left.push({ id: d.id, reason: 'changed since' }); continue; }
      if (d.before) { save(user, e, record, d.before, 'undo'); restored += 1; } else { save(user, e, record, { is_active: false }, 'archive'); archived += 1; }
    }
    r.undone_at = now();
    return ok({ archived, restored, left });
  }

  function act(user, e, r, verb, body) {
    const rule = view(user, e, r).allowed_actions.find((a) => a.action === verb);
    if (!rule) return refuse(404, 'Not found', `There is no action ${verb}`);
    if (!rule.allowed) return refuse(400, `Cannot ${verb} ${e.label.toLowerCase()}`, rule.reason);
    const action = e.actions.find((a) => a.action === verb);
    const details = (action?.fields ?? []).filter((f) => f.required && !body[f.name]).map((f) => ({ field: f.name, message: `${f.label} is missing` }));
    if (details.length) return invalid(details);
    if (e.entity === 'import') return undo(user, r);
    const to = { release: { status: 'released' }, start: { status: 'in_progress' }, pause: { status: 'paused' }, resume: { status: 'in_progress' }, complete: { status: 'completed' }, cancel: { status: 'cancelled' }, maintenance: { status: 'maintenance', mode: 'maintenance' }, revoke: { revoked_at: now() }, 'reset-password': { must_change_password: true }, archive: { is_active: false }, restore: { is_active: true } }[verb];
    save(user, e, r, to, verb);
    return ok({ ...view(user, e, r), ...(verb === 'reset-password' ? { first_password: 'kupfer-leiter-92-wolke' } : {}) });
  }

  function one(user, e, method, id, verb, body) {
    const r = find(e, id);
    if (!r) return refuse(404, 'Not found', `There is no such ${e.label.toLowerCase()}`);
    if (method === 'GET') return ok(view(user, e, r));
    if (method === 'POST' && verb) return act(user, e, r, verb, body);
    if (method === 'DELETE') return act(user, e, r, 'archive', {});
    if (!mayWrite(user, e)) return refuse(403, 'Missing permission', missing(e, 'write'));
    if (typeof body.version !== 'number') return invalid([{ field: 'version', message: 'is missing' }]);
    if (body.version !== r.version) return refuse(409, 'Changed meanwhile', 'Somebody saved this record after you opened it', { current: view(user, e, r) });
    const details = [];
    check(e, body, r, details);
    if (details.length) return invalid(details);
    save(user, e, r, body, 'update');
    return ok(view(user, e, r));
  }

  function bulk(user, e, body) {
    const results = body.ids.map((id) => {
      const r = find(e, id);
      if (!r) return { id, ok: false, error: 'Not found' };
      if (body.action !== 'update') { const a = act(user, e, r, body.action, body.changes ?? {}); return { id, ok: a.code < 300, error: a.code < 300 ? null : (a.body.reason ?? a.body.details?.[0]?.message ?? a.body.error) }; }
      const details = [];
      check(e, body.changes, r, details);
      if (!details.length) save(user, e, r, body.changes, 'update');
      return { id, ok: !details.length, error: details[0]?.message ?? null };
    });
    return ok({ done: results.filter((r) => r.ok).length, results });
  }

  function auditList(query) {
    const is = (name, value) => !query.get(name) || query.get(name) === String(value);
    const list = audit.filter((a) => is('entity', a.entity) && is('entity_id', a.entity_id) && is('user_id', a.user_id) && is('action', a.action) && (!query.get('from') || a.at >= query.get('from')) && (!query.get('to') || a.at <= query.get('to')));
    return paged('audit_log', list, query, (x) => x);
  }
  const paged = (name, list, query, map) => {
    const per = Number(query.get('per_page') ?? 50);
    const page = Number(query.get('page') ?? 1);
    if (per > 100 || per < 1) return invalid([{ field: 'per_page', message: 'must be a whole number from 1 to 100' }]);
    return ok({ [name]: list.slice((page - 1) * per, page * per).map(map), total: list.length, page, per_page: per });
  };

  function search(user, q) {
    const hits = ENTITIES.filter((e) => !CLOSED.includes(e.entity) && mayRead(user, e)).flatMap((e) => rows(e.entity).filter((r) => r.is_active && e.search_fields.some((s) => String(r[s] ?? '').toLowerCase().includes(q.toLowerCase()))).slice(0, 6)
      .map((r) => ({ entity: e.entity, label: e.label, id: r.id, code: e.code_field ? r[e.code_field] : null, title: r[e.title_field], path: e.path })));
    return ok({ results: hits.slice(0, 20) });
  }

  /** Null when the address is none of a resource. */
  function answer(session, method, at, query, body, state) {
    const user = session.user;
    if (at === '/entities') return ok({ entities: ENTITIES.filter((e) => mayRead(user, e)).map((e) => ({ entity: e.entity, label: e.label, label_plural: e.label_plural, path: e.path, plural: e.plural, area: e.area, allowed: allowed(user, e) })) });
    if (at === '/search') return search(user, query.get('q') ?? '');
    if (at === '/audit-log') return mayRead(user, byPath(at)) ? auditList(query) : refuse(403, 'Missing permission', missing(byPath(at), 'read'));
    const m = /^(\/[a-z-]+)(?:\/([^/]+))?(?:\/([^/]+))?$/.exec(at);
    const e = m && byPath(m[1]);
    if (!e) return null;
    if (!mayRead(user, e)) return refuse(403, 'Missing permission', missing(e, 'read'));
    const [, , id, verb] = m;
    if (id === 'form') return ok(describe(user, e));
    if (e.entity === 'organization') return method === 'GET' ? ok(view(user, e, rows(e.entity)[0])) : one(user, e, method, 1, null, body);
    if (!id && method === 'GET') {
      const details = [];
      const list = state.empty ? [] : select(session, e, query, details);
      return details.length ? invalid(details) : paged(e.plural, list, query, (r) => view(user, e, r));
    }
    if (id === 'export') {
      const fields = [...e.fields, ...customFields(e)];
      const cell = (v) => { const s = Array.isArray(v) ? v.join('|') : String(v ?? ''); const t = /^[=+\-@\t\r]/.test(s) && typeof v !== 'number' ? `'${s}` : s; return /[",\n]/.test(t) ? `"${t.replaceAll('"', '""')}"` : t; };
      const csv = [fields.map((f) => f.name).join(','), ...select(session, e, query, []).map((r) => fields.map((f) => cell(get(r, f.name))).join(','))].join('\r\n');
      return { code: 200, text: csv, headers: { 'Content-Type': 'text/csv; charset=utf-8' } };
    }
    const writes = method !== 'GET';
    if (writes && !mayWrite(user, e) && e.entity !== 'work_order' && e.entity !== 'import') return refuse(403, 'Missing permission', missing(e, 'write'));
    if (id === 'bulk') return bulk(user, e, body);
    if (id === 'import') return takeIn(user, session, e, body);
    if (id) return one(user, e, method, decodeURIComponent(id), verb, body);
    const details = [];
    check(e, body, null, details);
    if (details.length) return invalid(details);
    const made = view(user, e, make(user, session, e, body));
    return ok({ ...made, ...(e.entity === 'user' ? { first_password: 'amber-kettle-17-north' } : e.entity === 'api_token' ? { token: `uk_${'x7Tq9'.repeat(7)}` } : {}) }, 201);
  }
  return { answer, rows };
}

function parse(text) {
  const out = [];
  let cells = [];
  let cell = '';
  let quoted = false;
  let line = 1;
  let began = 1;
  for (let i = 0; i <= text.length; i += 1) {
    const c = text[i] ?? '\n';
    if (quoted) { if (c === '"' && text[i + 1] === '"') { cell += '"'; i += 1; } else if (c === '"') quoted = false; else cell += c; if (c === '\n') line += 1; continue; }
    if (c === '"') quoted = true;
    else if (c === ',') { cells.push(cell); cell = ''; }
    else if (c === '\n') { cells.push(cell); if (cells.length > 1 || cells[0] !== '') out.push({ line: began, cells }); cells = []; cell = ''; line += 1; began = line; }
    else if (c !== '\r') cell += c;
  }
  return out;
}
