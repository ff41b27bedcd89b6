/**
 * The names of entities, fields and choices. The server speaks English; other languages have words of their own
 * under entities.*, fields.*, choices.* and actions.*, and what has none is shown as the server says it.
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
  field: (entity: string, field: Pick<Field, 'name' | 'label'>) => string;
  help: (entity: string, field: Field) => string | null;
  choice: (entity: string, field: string, value: string, label: string) => string;
  action: (entity: string, action: string, label: string) => string;
  area: (area: string) => string;
}

export function labelsOf({ t, has }: Pick<TextsInUse, 't' | 'has'>): Labels {
  const first = (keys: string[], otherwise: string): string => {
    const key = keys.find(has);
    return key === undefined ? otherwise : t(key);
  };
  return {
    entity: ({ entity, label }) => first([`entities.${entity}`], label),
    plural: ({ entity, label_plural }) => first([`entities.${entity}.plural`], label_plural),
    field: (entity, { name, label }) => first([`fields.${entity}.${name}`, `fields.${name}`], label),
    help: (entity, { name, help }) => (help ? first([`hints.${entity}.${name}`, `hints.${name}`], help) : null),
    choice: (entity, field, value, label) => first([`choices.${entity}.${field}.${value}`, `choices.${field}.${value}`], label),
    action: (entity, action, label) => first([`actions.${entity}.${action}`, `actions.${action}`], label),
    area: (area) => first([`areas.${area}`], area.replaceAll('_', ' ').replace(/^./, (c) => c.toUpperCase())),
  };
}

export function useLabels(): Labels {
  const { t, has, language } = useTexts();
  // The two functions follow the language and nothing else.
  // eslint-disable-next-line react-hooks/exhaustive-deps
  return useMemo(() => labelsOf({ t, has }), [language]);
}
