/**
 * A look-up: type to search the server, choose with the arrows, or make a new record without leaving the form.
 * The pattern is the ARIA combobox with a list box.
 */
import { reasonOf, useTexts, type Reference, type ResourceRecord } from '@unison/ui-kit';
import { useEffect, useId, useRef, useState } from 'react';
import { useLabels } from './labels';
import { useEntities, useFind, useRecord, useRested } from './reads';
import { keyOf, titleOf } from './values';

interface Props {
  id: string;
  reference: Reference;
  /** The chosen id, or empty text. */
  value: string;
  /** What is known of the chosen record's name. */
  text: string | null;
  label?: string;
  disabled?: boolean;
  invalid?: boolean;
  describedBy?: string;
  required?: boolean;
  onChoose: (id: string, text: string | null) => void;
  onCreate?: (typed: string) => void;
}

function textOf(record: ResourceRecord, reference: Reference): string {
  const { code, title } = titleOf(record, reference);
  return code ? `${code} ${title}` : title;
}

/** The name of a record that only an id is known of, as after opening a link. */
export function useReferenceText(reference: Reference | null | undefined, id: string, known: string | null): string | null {
  const needed = Boolean(reference && id !== '' && known === null);
  const found = useRecordText(reference, id, needed);
  return known ?? found;
}

function useRecordText(reference: Reference | null | undefined, id: string, needed: boolean): string | null {
  const record = useRecord(needed ? (reference?.path ?? '') : '', needed ? id : '', needed);
  return record.data && reference ? textOf(record.data, reference) : null;
}

export function ReferenceInput({ id, reference, value, text, label, disabled, invalid, describedBy, required, onChoose, onCreate }: Props) {
  const { t } = useTexts();
  const labels = useLabels();
  const listId = useId();
  const box = useRef<HTMLDivElement>(null);
  const [typed, setTyped] = useState<string | null>(null);
  const [at, setAt] = useState(0);
  const open = typed !== null;
  const rested = useRested(typed ?? '');
  const shownText = useReferenceText(reference, value, text) ?? '';
  const found = useFind(reference.path, rested, open);
  const entry = useEntities().data?.find((e) => e.path === reference.path);
  const mayCreate = Boolean(onCreate && entry?.allowed.some((a) => a.action === 'create' && a.allowed));
  const records = found.data?.records ?? [];
  const count = records.length + (mayCreate ? 1 : 0);
  const active = Math.min(at, count - 1);
  useEffect(() => {
    if (open) document.getElementById(`${listId}-${active}`)?.scrollIntoView({ block: 'nearest' });
  }, [active, open, listId]);
  const choose = (index: number): void => {
    const record = records[index];
    if (record) onChoose(keyOf(record), textOf(record, reference));
    else if (mayCreate && index === records.length) onCreate?.(typed ?? '');
    setTyped(null);
  };
  const onKey = (event: React.KeyboardEvent): void => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      if (!open) setTyped('');
      else setAt(event.key === 'ArrowDown' ? Math.min(count - 1, active + 1) : Math.max(0, active - 1));
    } else if (event.key === 'Enter' && open && !event.ctrlKey) choose(active);
    else if (event.key === 'Escape' && open) setTyped(null);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div className="lookup" ref={box} onBlur={(event) => { if (!box.current?.contains(event.relatedTarget)) setTyped(null); }}>
      <input id={id} className="input" role="combobox" aria-expanded={open} aria-controls={listId} aria-autocomplete="list" aria-activedescendant={open && count > 0 ? `${listId}-${active}` : undefined}
        aria-label={label} aria-invalid={invalid || undefined} aria-describedby={describedBy} aria-required={required || undefined} disabled={disabled} autoComplete="off" spellCheck={false} placeholder={open ? shownText : t('data.choose')}
        value={typed ?? shownText} onKeyDown={onKey} onClick={() => { if (!open) { setTyped(''); setAt(0); } }} onChange={(event) => { setTyped(event.target.value); setAt(0); if (event.target.value === '' && value !== '') onChoose('', null); }} />
      {value !== '' && !required && !disabled && <button type="button" className="lookup-clear" aria-label={t('data.clearField')} onClick={() => onChoose('', null)}>×</button>}
      {open && (
        <div className="lookup-list" role="listbox" id={listId} aria-label={label ?? labels.plural(entry ?? { entity: reference.entity, label_plural: reference.entity })}>
          {records.map((record, i) => (
            <div key={keyOf(record)} id={`${listId}-${i}`} role="option" aria-selected={i === active} className="palette-option" onPointerDown={(event) => { event.preventDefault(); choose(i); }} onPointerMove={() => setAt(i)}>{textOf(record, reference)}</div>
          ))}
          {mayCreate && entry && (
            <div id={`${listId}-${records.length}`} role="option" aria-selected={active === records.length} className="palette-option lookup-new" onPointerDown={(event) => { event.preventDefault(); choose(records.length); }} onPointerMove={() => setAt(records.length)}>
              {t('data.new', { what: labels.one(entry) })}
            </div>
          )}
          {count === 0 && <div className="lookup-note dim" role="option" aria-selected="false" aria-disabled="true">{found.isFetching ? t('common.loading') : found.isError ? reasonOf(found.error) : t('data.nothingFound')}</div>}
        </div>
      )}
    </div>
  );
}
