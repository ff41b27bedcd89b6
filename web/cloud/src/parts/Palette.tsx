/**
 * Everything by its name: pages, "New …", and records that the server finds. Ctrl-K, type, Enter.
 */
import { reasonOf, useTexts, type EntityEntry, type SearchHit } from '@unison/ui-kit';
import { useRouter } from '@tanstack/react-router';
import { useEffect, useId, useRef, useState } from 'react';
import { useLabels, type Labels } from '../data/labels';
import { useEntities, useRested, useSearch } from '../data/reads';
import { useSession } from '../services';
import { navGroups, pageOf } from './pages';

interface Item {
  key: string;
  group: 'pages' | 'new' | 'records';
  text: string;
  note: string;
  to: string;
}

const PER_GROUP = 8;

/** Every word of the question begins a word of the text. */
export function fits(text: string, question: string): boolean {
  const words = text.toLowerCase().split(/[\s\-_/]+/);
  const whole = text.toLowerCase();
  return question.toLowerCase().trim().split(/\s+/).every((q) => words.some((w) => w.startsWith(q)) || whole.includes(q));
}

export function Palette({ onClose }: { onClose: () => void }) {
  const { t } = useTexts();
  const router = useRouter();
  const dialog = useRef<HTMLDialogElement>(null);
  const list = useId();
  const [question, setQuestion] = useState('');
  const [at, setAt] = useState(0);
  const asked = useRested(question.trim());
  const hits = useSearch(asked);
  const items = useItems(question, question.trim().length >= 2 ? (hits.data ?? []) : []);
  const active = Math.min(at, items.length - 1);
  useEffect(() => {
    const own = dialog.current;
    if (own && !own.open) own.showModal();
    return () => own?.close();
  }, []);
  useEffect(() => {
    document.getElementById(`${list}-${active}`)?.scrollIntoView({ block: 'nearest' });
  }, [active, list]);
  const open = (item: Item | undefined): void => {
    if (!item) return;
    onClose();
    router.history.push(item.to);
  };
  const onKey = (event: React.KeyboardEvent): void => {
    if (event.key === 'ArrowDown') setAt(Math.min(items.length - 1, active + 1));
    else if (event.key === 'ArrowUp') setAt(Math.max(0, active - 1));
    else if (event.key === 'Enter') open(items[active]);
    else return;
    event.preventDefault();
  };
  const searching = question.trim().length >= 2 && (hits.isFetching || asked !== question.trim());
  return (
    <dialog ref={dialog} className="palette" aria-label={t('palette.open')} data-testid="palette" onCancel={(event) => { event.preventDefault(); onClose(); }} onClick={(event) => { if (event.target === event.currentTarget) onClose(); }}>
      <input className="palette-input" role="combobox" aria-expanded="true" aria-controls={list} aria-autocomplete="list" aria-activedescendant={items.length > 0 ? `${list}-${active}` : undefined} aria-label={t('palette.open')}
        placeholder={t('palette.hint')} value={question} autoComplete="off" spellCheck={false} data-testid="palette-input" autoFocus onKeyDown={onKey} onChange={(event) => { setQuestion(event.target.value); setAt(0); }} />
      <div className="palette-list" role="listbox" id={list} aria-label={t('palette.open')}>
        {items.map((item, i) => (
          <div key={item.key} className="palette-item">
            {item.group !== items[i - 1]?.group && <div className="palette-group" role="presentation">{t(`palette.${item.group}`)}</div>}
            <div id={`${list}-${i}`} role="option" aria-selected={i === active} className="palette-option" data-testid="palette-option" onClick={() => open(item)} onPointerMove={() => setAt(i)}>
              <span>{item.text}</span><span className="dim">{item.note}</span>
            </div>
          </div>
        ))}
      </div>
      <p className="palette-foot dim" role="status">
        {searching ? t('palette.searching') : hits.isError && asked.length >= 2 ? t('palette.failed', { reason: reasonOf(hits.error) }) : items.length === 0 ? t('palette.none') : t('palette.keys')}
      </p>
    </dialog>
  );
}

function useItems(question: string, hits: SearchHit[]): Item[] {
  const { t } = useTexts();
  const labels = useLabels();
  const permissions = useSession()?.permissions;
  const entities = useEntities().data ?? [];
  const pages: Item[] = [
    ...navGroups(entities, permissions).flatMap((g) => g.pages.map((p) => ({ key: p.testId, group: 'pages' as const, text: p.entry ? labels.plural(p.entry) : t(p.text ?? ''), note: labels.area(g.area), to: p.to }))),
    { key: 'profile', group: 'pages', text: t('profile.title'), note: '', to: '/profile' },
  ];
  const create = entities.filter((e) => e.allowed.some((a) => a.action === 'create' && a.allowed)).map((e) => newItem(e, labels, t('data.new', { what: labels.one(e) })));
  const match = (items: Item[]) => items.filter((i) => question.trim() === '' || fits(`${i.text} ${i.note}`, question)).slice(0, question.trim() === '' ? items.length : PER_GROUP);
  // What is found later stands below, so that nothing moves under the finger.
  return [...match(pages), ...(question.trim() === '' ? [] : match(create)), ...hits.map((h) => hitItem(h, labels))];
}

function newItem(entry: EntityEntry, labels: Labels, text: string): Item {
  return { key: `new-${entry.entity}`, group: 'new', text, note: labels.area(entry.area), to: `${pageOf(entry)}/new` };
}

function hitItem(hit: SearchHit, labels: Labels): Item {
  // The path is the entity's, or already the record's.
  const isRecord = hit.path.split('/').filter(Boolean).length > 1;
  const text = hit.code && hit.code !== hit.title ? `${hit.code} ${hit.title}` : hit.title;
  return { key: `${hit.entity}-${hit.id}`, group: 'records', text, note: labels.entity(hit), to: isRecord ? `/data${hit.path}` : `/data${hit.path}/${encodeURIComponent(String(hit.id))}` };
}
