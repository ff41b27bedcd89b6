/**
 * The ends of a write, each with a shape, a word and a colour of its own, and the latest writes of a signal.
 */
import { dayAndClock, Empty, NONE, said, useTexts, type Tag, type TagWrite } from '@unison/ui-kit';
import { useEffect, useRef, useState } from 'react';
import { plain, readBackOf } from '../tagwrite';

const SIGN: Record<TagWrite['outcome'], string> = { asked: '…', done: '✓', refused: '✖', not_sent: '⊘', unknown: '?' };

interface Props {
  outcome: TagWrite['outcome'];
  /** Instead of the outcome's own word. */
  title?: string;
  text: string;
  reason?: string | null;
  write?: TagWrite | null;
  tag?: Tag;
  shown?: (value: string) => string;
  onAgain?: () => void;
}

export function Outcome({ outcome, title, text, reason, write, tag, shown = (value) => value, onAgain }: Props) {
  const { t } = useTexts();
  const head = useRef<HTMLHeadingElement>(null);
  useEffect(() => head.current?.focus(), [outcome]);
  return (
    <div className={`card write-outcome write-outcome-${outcome}`} role={outcome === 'asked' || outcome === 'done' ? 'status' : 'alert'} data-testid="write-outcome" data-outcome={outcome}>
      <h2 ref={head} tabIndex={-1}><span className="write-sign" aria-hidden>{SIGN[outcome]}</span> {title ?? t(`write.${outcome}`)}</h2>
      <p>{text}</p>
      {reason && <p className="dim" data-testid="write-reason">{said(reason)}</p>}
      {write?.outcome === 'done' && tag && <ReadBack write={write} tag={tag} shown={shown} />}
      {onAgain && outcome !== 'asked' && <button type="button" className="big" onClick={onAgain} data-testid="write-again">{t(outcome === 'unknown' ? 'write.looked' : 'write.another')}</button>}
    </div>
  );
}

function ReadBack({ write, tag, shown }: { write: TagWrite; tag: Tag; shown: (value: string) => string }) {
  const { t } = useTexts();
  const back = readBackOf(write, tag);
  // What was written stays what was read back, also when the machine changes it later.
  const read = { back, text: plain(tag.value ?? '') };
  const [seen, setSeen] = useState(read);
  if (seen.back !== 'same' && (seen.back !== back || seen.text !== read.text)) setSeen(read);
  const value = shown(seen.text);
  return (
    <p className={seen.back === 'other' ? 'write-away' : undefined} data-testid="read-back" data-back={seen.back}>
      {seen.back === 'waiting' ? t('write.reading') : t(seen.back === 'same' ? 'write.readBack' : 'write.readOther', { value })}
    </p>
  );
}

export function Latest({ writes, shown, zone }: { writes: TagWrite[]; shown: (value: string) => string; zone: string | undefined }) {
  const { t, language } = useTexts();
  if (writes.length === 0) return <Empty title={t('write.latestHint')} />;
  return (
    <table className="plain-table write-table" data-testid="tag-writes">
      <thead><tr>{['when', 'who', 'from', 'to', 'outcome'].map((name) => <th key={name} scope="col">{t(`write.${name}`)}</th>)}</tr></thead>
      <tbody>
        {writes.map((one) => (
          <tr key={one.id} data-testid="tag-write" data-outcome={one.outcome}>
            <th scope="row">{dayAndClock(one.asked_at, zone, language)}</th>
            <td>{one.written_by.name}</td>
            <td data-label={t('write.from')}>{one.value_before === null || one.value_before === undefined ? NONE : shown(one.value_before)}</td>
            <td data-label={t('write.to')}><b>{shown(one.value)}</b></td>
            <td className={`write-end-${one.outcome}`}><b><span aria-hidden>{SIGN[one.outcome]}</span> {t(`write.${one.outcome}`)}</b>{one.reason && <small>{said(one.reason)}</small>}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
