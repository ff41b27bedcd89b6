/**
 * The names of entities, fields and choices. The server speaks English; other languages have words of their own
 * under entities.*, fields.*, hints.*, choices.* and actions.*, and what has none is shown as the server says it.
 */
import { useTexts, type Field, type TextsInUse } from '@unison/ui-kit';
import { useMemo } from 'react';
import { useEntities } from './reads';

/** What a path is called where no description of it could be loaded. */
export function useWordOf(path: string): string {
  const labels = useLabels();
  const entry = useEntities().data?.find((e) => e.path === path);
  return entry ? labels.plural(entry) : path.slice(1).replaceAll('-', ' ').replace(/^./, (c) => c.toUpperCase());
}

export interface Labels {
  entity: (of: { entity: string; label: string }) => string;
  plural: (of: { entity: string; label_plural: string }) => string;
  /** A name inside a sentence. */
  inside: (text: string) => string;
  /** The two names inside a sentence: "New custom field". */
  one: (of: { entity: string; label: string }) => string;
  many: (of: { entity: string; label_plural: string }) => string;
  /** What a permission is about, and what it lets do, where no entity names them. */
  resource: (resource: string) => string;
  verb: (resource: string, verb: string) => string;
  field: (entity: string, field: Pick<Field, 'name' | 'label'>) => string;
  help: (entity: string, field: Field) => string | null;
  choice: (entity: string, field: string, value: string, label: string) => string;
  /** What a built-in role is for. */
  roleHint: (code: string, description: string) => string;
  action: (entity: string, action: string, label: string) => string;
  area: (area: string) => string;
}

const capital = (text: string): string => text.replaceAll(/[_-]/g, ' ').replace(/^./, (c) => c.toUpperCase());

export function labelsOf({ t, has, language }: Pick<TextsInUse, 't' | 'has' | 'language'>): Labels {
  const first = (keys: string[], otherwise: string): string => {
    const key = keys.find(has);
    return key === undefined ? otherwise : t(key);
  };
  // German nouns keep their capital, and so does what begins with two, such as "API token".
  const inside: Labels['inside'] = (text) => (language === 'en' && !/^[A-Z]{2}/.test(text) ? text.replace(/^./, (c) => c.toLowerCase()) : text);
  const entity: Labels['entity'] = ({ entity: name, label }) => first([`entities.${name}`], label);
  const plural: Labels['plural'] = ({ entity: name, label_plural }) => first([`entities.${name}.plural`], label_plural);
  return {
    entity,
    plural,
    inside,
    one: (of) => inside(entity(of)),
    many: (of) => inside(plural(of)),
    resource: (resource) => first([`resources.${resource}`], capital(resource)),
    verb: (resource, verb) => first([`verbs.${resource}.${verb}`, `verbs.${verb}`], verb.replaceAll('_', ' ')),
    field: (entity, { name, label }) => first([`fields.${entity}.${name}`, `fields.${name}`], label),
    help: (entity, { name, help }) => (help ? first([`hints.${entity}.${name}`, `hints.${name}`], help) : null),
    choice: (entity, field, value, label) => first([`choices.${entity}.${field}.${value}`, `choices.${field}.${value}`, ...(entity === 'role' && field === 'extends' ? [`choices.roles.${value}`] : [])], label),
    roleHint: (code, description) => first([`hints.roles.${code}`], description),
    action: (entity, action, label) => first([`actions.${entity}.${action}`, `actions.${action}`], label),
    area: (area) => first([`areas.${area}`], capital(area)),
  };
}

export function useLabels(): Labels {
  const { t, has, language } = useTexts();
  // The two functions follow the language and nothing else.
  // eslint-disable-next-line react-hooks/exhaustive-deps
  return useMemo(() => labelsOf({ t, has, language }), [language]);
}
