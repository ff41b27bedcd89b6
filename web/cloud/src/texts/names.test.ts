/** Whatever has a German name is German throughout: its fields, their help and their choices, as the server describes them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hintsDe } from './hints.de';
import { namesDe } from './names.de';

interface Schema {
  $ref?: string;
  properties?: Record<string, Schema>;
  description?: string;
  anyOf?: Schema[];
  oneOf?: Schema[];
  items?: Schema;
  enum?: unknown[];
  const?: unknown;
}

const schemas = (JSON.parse(readFileSync(join(process.cwd(), 'openapi.json'), 'utf8')) as { components: { schemas: Record<string, Schema> } }).components.schemas;
const snake = (name: string) => name.replace(/(?!^)[A-Z]/g, (c) => `_${c}`).toLowerCase();
const entities: [string, Schema][] = [...Object.entries(schemas).filter(([name]) => name.endsWith('Create')).map(([name, s]): [string, Schema] => [snake(name.slice(0, -6)), s]), ['organization', schemas['Settings'] ?? {}]];

/** The variants of an enum, wherever the schema keeps them. */
function choices(schema: Schema | undefined): string[] {
  if (!schema) return [];
  if (schema.$ref) return choices(schemas[schema.$ref.split('/').at(-1) ?? '']);
  const own = [...(schema.enum ?? []), schema.const].filter((v): v is string => typeof v === 'string');
  return [...own, ...[...(schema.anyOf ?? []), ...(schema.oneOf ?? [])].flatMap(choices), ...choices(schema.items)];
}

describe('German', () => {
  it('knows the entities', () => {
    expect(entities.length).toBeGreaterThan(15);
    expect(entities.filter(([entity]) => `entities.${entity}` in namesDe).length).toBeGreaterThan(15);
  });
  it.each(entities.filter(([entity]) => `entities.${entity}` in namesDe))('%s has words for fields, help and choices', (entity, schema) => {
    const missing: string[] = [];
    for (const [name, field] of Object.entries(schema.properties ?? {}).filter(([n]) => n !== 'custom_fields' && n !== 'version')) {
      const has = (of: Record<string, string>, kind: string, end = name) => `${kind}.${entity}.${end}` in of || `${kind}.${end}` in of;
      if (!has(namesDe, 'fields')) missing.push(`fields.${entity}.${name}`);
      if (field.description && !has(hintsDe, 'hints')) missing.push(`hints.${entity}.${name}: ${field.description}`);
      for (const value of choices(field)) if (!has(namesDe, 'choices', `${name}.${value}`)) missing.push(`choices.${entity}.${name}.${value}`);
    }
    expect(missing).toEqual([]);
  });
});
