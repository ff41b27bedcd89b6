/**
 * A value for a machine: what it is now, the new one, what will happen in words, and what became of it. It never waits in
 * the outbox: a write that comes late moves a machine when nobody expects it.
 */
import { ApiError, call, Empty, Failure, Loaded, NONE, reasonOf, Skeletons, span, useLiveStream, useTexts, uuidv7, type Tag, type TagWrite, type User } from '@unison/ui-kit';
import { Link } from '@tanstack/react-router';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { holdEntry, holdPage } from '../entry';
import { useTag, useTagWrites } from '../reads';
import { queries } from '../services';
import { signOnFor, useUser } from '../session';
import { ageOf, isLive } from '../signals';
import { endOf, entryOf, isOfScan, isThat, latest, mayWrite, plain, wordOf, type NewValue as Parsed } from '../tagwrite';
import { standing, type Beat } from './beat';
import { NewValue } from './NewValue';
import { Latest, Outcome } from './WriteOutcome';
import './write.css';

/** A second tap of the finger that asked for the question is no answer to it. */
const THINK_MS = 700;
/** The edge answers within twelve seconds what became of a write, or that it is still under way. */
const TIMEOUT_MS = 20_000;
/** Whoever leaves the question open for so long is asked again: the machine may be another by then. */
const OPEN_MS = 60_000;

interface Props {
  connection: string;
  name: string;
  beat: Beat;
}

export default function WriteTag({ connection, name, beat }: Props) {
  const { t } = useTexts();
  const user = useUser();
  const tag = useTag(connection, name);
  return (
    <section className="sheet" aria-labelledby="write-title" data-testid="write-tag">
      <header className="sheet-head">
        <Link to="/connections" search={{ name: connection }} className="back" data-testid="back">← {connection}</Link>
        <h1 id="write-title">{t('write.title', { name })}</h1>
      </header>
      {!mayWrite(user) ? <Empty title={t('write.forbidden')} hint={t('write.forbiddenHint')} /> : (
        <Loaded query={tag} what={name} zone={beat.zone} skeleton={<Skeletons count={3} height={120} />}>
          {(found) => !found?.writable ? <Empty title={t('write.gone')} hint={t('write.goneHint')} />
          : user === null ? <Empty title={t('write.needsSignIn')} action={<button type="button" className="big" onClick={() => signOnFor(t('write.signin', { name }))}>{t('signin.title')}</button>} />
          : <Steps key={user.id} user={user} tag={found} beat={beat} answeredAt={tag.dataUpdatedAt} />}
        </Loaded>
      )}
    </section>
  );
}

/** One way through: a value, the question, the end. */
type Step =
  | { at: 'enter'; refused: string | null; isBack: boolean; isExpired?: boolean }
  | { at: 'ask' | 'sending'; uuid: string; value: Parsed }
  | { at: 'sent'; uuid: string; value: Parsed; answer: TagWrite | null; end: 'not_sent' | 'unknown'; why: string | null };

const back = (refused: string | null = null): Extract<Step, { at: 'enter' }> => ({ at: 'enter', refused, isBack: true });

/** Of one person: whoever signs on instead begins anew. */
function Steps({ user, tag, beat, answeredAt }: { user: User; tag: Tag; beat: Beat; answeredAt: number }) {
  const { t, language } = useTexts();
  const stream = useLiveStream();
  const [typed, setTyped] = useState('');
  const [step, setStep] = useState<Step>({ at: 'enter', refused: null, isBack: false });
  const writes = useTagWrites(tag.name);
  useEffect(holdEntry, []);
  const isSending = step.at === 'sending';
  useEffect(() => (isSending ? holdPage() : undefined), [isSending]);
  const asking = step.at === 'ask' ? step.uuid : null;
  useEffect(() => {
    if (asking === null) return;
    const timer = window.setTimeout(() => setStep({ ...back(), isExpired: true }), OPEN_MS);
    return () => window.clearTimeout(timer);
  }, [asking]);
  const state = standing(beat, answeredAt);
  // What cannot be answered is not asked.
  if (asking !== null && state.isOld) setStep(back());
  const entry = entryOf(tag);
  const words = { on: t('signals.on'), off: t('signals.off') };
  const shown = (value: string): string => `${wordOf(entry, value, language, words)}${tag.unit ? ` ${tag.unit}` : ''}`;

  const send = async (uuid: string, value: Parsed): Promise<void> => {
    setStep({ at: 'sending', uuid, value });
    const said = { by: user.id, asked_at: new Date(stream.serverNow()).toISOString() };
    const body = { value: value.sent, ...said, ...(tag.machine_id === null ? {} : { machine_id: tag.machine_id }) };
    try {
      const answer = await call<TagWrite>(`/tags/${encodeURIComponent(tag.name)}/write`, { method: 'POST', body, idempotencyKey: uuid, timeoutMs: TIMEOUT_MS });
      // An answer that nobody can read says nothing either.
      const isRead = Boolean(answer?.outcome);
      setStep({ at: 'sent', uuid, value, answer: isRead ? answer : null, end: 'unknown', why: isRead ? null : t('write.lost') });
    } catch (error) {
      // What was refused left no trace and was not sent; of what got lost only the list may know.
      const end = endOf(error);
      if (end === 'refused') setStep(back(reasonOf(error)));
      else setStep({ at: 'sent', uuid, value, answer: null, end, why: error instanceof ApiError && error.refusal ? reasonOf(error) : t('write.lost') });
      // It is not sent after signing on: by then it has to be asked for anew.
      if (error instanceof ApiError && error.status === 401) queries.setQueryData(['me'], null);
      if (error instanceof ApiError && error.status === 409) void queries.invalidateQueries({ queryKey: ['me'] });
    }
    for (const key of ['tag', 'tag-writes']) void queries.invalidateQueries({ queryKey: [key] });
  };

  const written = step.at === 'sent' ? latest(step.answer, writes.data?.tag_writes.find((one) => one.id === step.uuid)) : null;
  const again = (): void => {
    setTyped('');
    setStep(back());
  };
  const outcome = step.at === 'sent' ? written?.outcome ?? step.end : 'asked';
  return (
    <>
      <Facts tag={tag} state={state} words={words} />
      {step.at === 'enter' && (
        <NewValue entry={entry} unit={tag.unit} typed={typed} refused={step.isExpired ? t('write.expired') : step.refused} isBack={step.isBack} isAway={state.isOld} words={words} onType={setTyped} onNext={(value) => setStep({ at: 'ask', uuid: uuidv7(), value })} />
      )}
      {step.at === 'ask' && (
        <Ask tag={tag} state={state} words={words} value={shown(step.value.text)} isSame={isThat(tag, step.value.text)} hasBlanks={entry === 'text' && step.value.text !== step.value.text.trim()} onBack={() => setStep(back())} onSend={() => void send(step.uuid, step.value)} />
      )}
      {step.at === 'sending' && <Outcome outcome="asked" title={t('write.sending')} text={t('write.say.asked', { name: tag.name, value: shown(step.value.text) })} />}
      {step.at === 'sent' && <Outcome outcome={outcome} text={t(`write.say.${outcome}`, { name: tag.name, value: shown(step.value.text) })} reason={written ? written.reason : step.why} write={written} tag={tag} shown={shown} onAgain={again} />}
      <article className="card">
        <h2>{t('write.latest')}</h2>
        {writes.data ? <Latest writes={writes.data.tag_writes} shown={shown} zone={beat.zone} /> : writes.isError ? <Failure what={t('write.latest')} error={writes.error} retry={() => void writes.refetch()} /> : <Skeletons count={2} height={48} />}
      </article>
    </>
  );
}

type State = ReturnType<typeof standing>;
interface Now {
  tag: Tag;
  state: State;
  words: { on: string; off: string };
}

/** The value with its unit, how old it is, and whether it is what is now. */
function useNow({ tag, state, words }: Now) {
  const { t, language } = useTexts();
  const age = ageOf(tag, state.sinceMs);
  return {
    text: tag.value === null ? NONE : `${wordOf(entryOf(tag), plain(tag.value), language, words)}${tag.unit ? ` ${tag.unit}` : ''}`,
    age: age === null ? t('connections.quality.never') : t('write.age', { age: age < 1_000 ? t('connections.fresh') : span(age) }),
    isLive: !state.isOld && isLive(tag, state.sinceMs),
    ms: age,
  };
}

function Facts({ tag, state, words }: Now) {
  const { t } = useTexts();
  const now = useNow({ tag, state, words });
  return (
    <article className="card write-facts">
      <dl className="pairs">
        {tag.meaning && <Pair name={t('write.meaning')}>{tag.meaning}</Pair>}
        <Pair name={t('write.machine')}>{tag.machine_code ?? t('write.noMachine')}</Pair>
        <Pair name={t('write.connection')}>{tag.connection}</Pair>
      </dl>
      <p className={now.isLive ? 'write-now' : 'write-now write-now-old'} data-testid="write-now" data-live={now.isLive}>
        <span>{t(now.isLive ? 'write.now' : 'write.last')}</span> <b>{now.text}</b> <span>{now.age}</span>
      </p>
    </article>
  );
}

function Pair({ name, children }: { name: string; children: ReactNode }) {
  return <div><dt>{name}</dt><dd>{children}</dd></div>;
}

/** Says in words what will happen, before it does. */
export function Ask({ tag, state, words, value, isSame, hasBlanks, onBack, onSend }: Now & { value: string; isSame: boolean; hasBlanks: boolean; onBack: () => void; onSend: () => void }) {
  const { t } = useTexts();
  const now = useNow({ tag, state, words });
  const title = useRef<HTMLHeadingElement>(null);
  const [isRead, setRead] = useState(false);
  useEffect(() => {
    title.current?.focus();
    const timer = window.setTimeout(() => setRead(true), THINK_MS);
    return () => window.clearTimeout(timer);
  }, []);
  const keyAt = useRef(-Infinity);
  useEffect(() => {
    // Blanks press a button themselves.
    const onKey = (event: KeyboardEvent): void => {
      if (event.key.length === 1 && event.key !== ' ') keyAt.current = event.timeStamp;
    };
    window.addEventListener('keydown', onKey, { capture: true });
    return () => window.removeEventListener('keydown', onKey, { capture: true });
  }, []);
  const names = { value, name: tag.name, connection: tag.connection, machine: tag.machine_code ?? '' };
  return (
    <article className="card write-ask" data-testid="write-ask">
      <h2 ref={title} tabIndex={-1}>{t('write.sure')}</h2>
      <p className="write-words">
        <b>{t(tag.machine_code === null ? 'write.ask' : 'write.askOf', names)}</b>{' '}
        {now.ms === null ? t('write.neverRead') : now.isLive ? t('write.is', { value: now.text }) : t('write.was', { value: now.text, span: span(now.ms) })}{' '}
        {isSame && now.isLive && t('write.same')} {hasBlanks && t('write.blanks')} {t('write.warn')}
      </p>
      <div className="write-buttons">
        <button type="button" className="big" onClick={onBack} data-testid="write-no">{t('write.back')}</button>
        <button type="button" className="big big-main" disabled={state.isOld || !isRead} onClick={(event) => { if (!isOfScan(event.detail, event.timeStamp - keyAt.current)) onSend(); }} data-testid="write-yes">{t('write.do', { value })}</button>
      </div>
    </article>
  );
}
