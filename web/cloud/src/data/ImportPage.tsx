/** Taking in a file: choose, say which column is which, see every mistake at its cell, then commit, with a way back. */
import { ApiError, reasonOf, Skeletons, toast, units, useTexts, type EntityForm, type ImportAnswer } from '@unison/ui-kit';
import { Link, useNavigate } from '@tanstack/react-router';
import { useMemo, useRef, useState } from 'react';
import './data.css';
import { importFile, undoImport, type Id } from './calls';
import { decodeFile, FILE_BYTES_MAX, parseCsv, separatorOf, withCommas, withPlainCells } from './csv';
import { Forbidden, Waiting } from './Forbidden';
import { useLabels, useWordOf } from './labels';
import { refusalOf } from './Refusable';
import { refresh, useForm } from './reads';
import { editableFields } from './ResourceForm';

interface Chosen {
  name: string;
  csv: string;
  hasSemicolons: boolean;
}

type Mapping = Record<string, string | null>;

export function ImportPage({ path }: { path: string }) {
  const form = useForm(path);
  const word = useWordOf(path);
  if (form.data) return <Wizard form={form.data} />;
  return form.isError ? <Forbidden page what={word} error={form.error} retry={() => void form.refetch()} /> : <Waiting what={word} />;
}

function Wizard({ form }: { form: EntityForm }) {
  const { t } = useTexts();
  const labels = useLabels();
  const navigate = useNavigate();
  const [file, setFile] = useState<Chosen | null>(null);
  const [answer, setAnswer] = useState<ImportAnswer | null>(null);
  const [mapping, setMapping] = useState<Mapping | null>(null);
  const [update, setUpdate] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const asked = useRef(0);
  const path = form.path.slice(1);
  const refused = refusalOf(form.allowed, 'import', t('data.notAllowed'));
  const say = (error: unknown) => setProblem(error instanceof ApiError && error.unreachable ? t('error.unreachable') : reasonOf(error));

  /** What is sent once it is known which column is which field. */
  const sent = (of: Chosen, columns: ImportAnswer['columns'], map: Mapping | null): string =>
    withPlainCells(of.csv, columns.map((c) => { const name = map && c.column in map ? map[c.column] : c.field; return [...form.fields, ...form.custom_fields].find((f) => f.name === name)?.kind ?? null; }), of.hasSemicolons);

  /** A dry run after every change; only the newest answer counts. */
  const check = async (of: Chosen, map: Mapping | null, updates: boolean): Promise<void> => {
    const turn = ++asked.current;
    setBusy(true);
    setProblem(null);
    try {
      const ask = (csv: string) => importFile(form.path, { file_name: of.name, csv, mapping: map ?? undefined, update_existing: updates, commit: false });
      let csv = answer && map ? sent(of, answer.columns, map) : of.csv;
      let got = await ask(csv);
      const plain = sent(of, got.columns, map);
      if (plain !== csv) got = await ask((csv = plain));
      if (turn === asked.current) setAnswer(got);
    } catch (error) {
      if (turn === asked.current) say(error);
    } finally {
      if (turn === asked.current) setBusy(false);
    }
  };
  const take = async (from: File): Promise<void> => {
    setAnswer(null);
    setMapping(null);
    setProblem(null);
    if (from.size > FILE_BYTES_MAX) {
      setProblem(t('import.tooBig'));
      return;
    }
    const text = decodeFile(new Uint8Array(await from.arrayBuffer()));
    const next = { name: from.name, csv: withCommas(text), hasSemicolons: separatorOf(text) === ';' };
    setFile(next);
    await check(next, null, update);
  };
  const commit = async (): Promise<void> => {
    if (!file || !answer) return;
    setBusy(true);
    try {
      const done = await importFile(form.path, { file_name: file.name, csv: sent(file, answer.columns, mapping), mapping: mapping ?? undefined, update_existing: update, commit: true });
      if (done.errors.length > 0) {
        setAnswer(done);
        return;
      }
      refresh(form.path);
      const id = done.import_id;
      toast('good', t('import.done', { created: done.will_create, updated: done.will_update }), id === null ? undefined : { label: t('toast.undo'), run: () => void takeBack(id) });
      await navigate({ to: '/data/$path', params: { path } });
    } catch (error) {
      say(error);
    } finally {
      setBusy(false);
    }
  };
  const takeBack = async (id: Id): Promise<void> => {
    try {
      const undone = await undoImport(id);
      const left = undone.left?.length ?? 0;
      toast(left > 0 ? 'info' : 'good', left > 0 ? t('import.undoneBut', { left }) : t('import.undone'));
    } catch (error) {
      toast('bad', reasonOf(error));
    } finally {
      refresh(form.path);
    }
  };
  const remap = (column: string, field: string | null): void => {
    if (!file || !answer) return;
    const next: Mapping = { ...Object.fromEntries(answer.columns.map((c) => [c.column, c.field])), ...mapping, [column]: field };
    setMapping(next);
    void check(file, next, update);
  };
  return (
    <section aria-labelledby="title" className="import" data-testid="import-page">
      <header className="head">
        <p className="crumb"><Link to="/data/$path" params={{ path }}>{labels.plural(form)}</Link> /</p>
        <h1 id="title">{t('import.title', { what: labels.many(form) })}</h1>
      </header>
      {refused ? <p className="form-problem" role="alert">{refused}</p> : (
        <>
          <FilePicker file={file} onFile={(f) => void take(f)} />
          {problem && <p className="form-problem" role="alert" data-testid="import-problem">{problem}</p>}
          {file && !answer && busy && <Skeletons count={4} height={32} />}
          {file && answer && (
            <>
              <MappingPanel form={form} answer={answer} mapping={mapping} onMap={remap} />
              <div className="panel" aria-busy={busy}>
                <label className="inline"><input type="checkbox" className="check" checked={update} data-testid="update-existing" onChange={(e) => { setUpdate(e.target.checked); void check(file, mapping, e.target.checked); }} /> {t('import.update')}</label>
                <Summary answer={answer} />
                <div className="form-foot">
                  <button type="button" className="button button-main" data-save data-testid="commit" disabled={busy || answer.errors.length > 0 || answer.will_create + answer.will_update === 0} onClick={() => void commit()}>{t('import.commit', { count: answer.will_create + answer.will_update })}</button>
                  <Link className="button" to="/data/$path" params={{ path }}>{t('common.cancel')}</Link>
                </div>
              </div>
              {answer.errors.length > 0 && <Mistakes csv={file.csv} answer={answer} />}
            </>
          )}
        </>
      )}
    </section>
  );
}

function FilePicker({ file, onFile }: { file: Chosen | null; onFile: (file: File) => void }) {
  const { t } = useTexts();
  const [over, setOver] = useState(false);
  return (
    <label className={`drop${over ? ' drop-over' : ''}`} onDragOver={(e) => { e.preventDefault(); setOver(true); }} onDragLeave={() => setOver(false)}
      onDrop={(e) => { e.preventDefault(); setOver(false); const dropped = e.dataTransfer.files[0]; if (dropped) onFile(dropped); }}>
      <b>{file ? file.name : t('import.choose')}</b>
      <span className="dim">{t('import.hint')}</span>
      <input type="file" accept=".csv,.txt,text/csv" data-testid="import-file" onChange={(e) => { const chosen = e.target.files?.[0]; if (chosen) onFile(chosen); e.target.value = ''; }} />
    </label>
  );
}

function MappingPanel({ form, answer, mapping, onMap }: { form: EntityForm; answer: ImportAnswer; mapping: Mapping | null; onMap: (column: string, field: string | null) => void }) {
  const { t } = useTexts();
  const labels = useLabels();
  const fields = editableFields(form);
  const of = (column: string, field: string | null) => (mapping && column in mapping ? (mapping[column] ?? null) : field);
  const used = answer.columns.map((c) => of(c.column, c.field));
  const missing = fields.filter((f) => f.required && !used.includes(f.name) && (f.default === null || f.default === undefined));
  return (
    <div className="panel">
      <h2>{t('import.mapping')}</h2>
      <ul className="mapping">
        {answer.columns.map((c) => (
          <li key={c.column}>
            <label htmlFor={`map-${c.column}`}><code>{c.column}</code></label><span aria-hidden>→</span>
            <select id={`map-${c.column}`} className="input" value={of(c.column, c.field) ?? ''} data-testid={`map-${c.column}`} onChange={(e) => onMap(c.column, e.target.value || null)}>
              <option value="">{t('import.skip')}</option>
              {of(c.column, c.field) !== null && !fields.some((f) => f.name === of(c.column, c.field)) && <option value={of(c.column, c.field) ?? ''}>{of(c.column, c.field)}</option>}
              {fields.map((f) => <option key={f.name} value={f.name} disabled={used.includes(f.name) && of(c.column, c.field) !== f.name}>{labels.field(form.entity, f)}{f.required ? ' *' : ''}</option>)}
            </select>
          </li>
        ))}
      </ul>
      {missing.length > 0 && <p className="field-problem" role="status">{t('import.missing', { fields: missing.map((f) => labels.field(form.entity, f)).join(', ') })}</p>}
    </div>
  );
}

function Summary({ answer }: { answer: ImportAnswer }) {
  const { t, language } = useTexts();
  const facts: [string, number][] = [[t('import.rows'), answer.rows], [t('import.create'), answer.will_create], [t('import.updates'), answer.will_update], [t('import.unchanged'), answer.unchanged], [t('import.mistakes'), answer.errors.length]];
  return <dl className="figures" data-testid="import-summary" aria-live="polite">{facts.map(([name, n]) => <div key={name}><dt>{name}</dt><dd>{units(n, language)}</dd></div>)}</dl>;
}

const ROWS_MAX = 200;

/** The lines with mistakes, as they stand in the file, each mistake under its cell. */
function Mistakes({ csv, answer }: { csv: string; answer: ImportAnswer }) {
  const { t } = useTexts();
  const rows = useMemo(() => new Map(parseCsv(csv, ',').map((r) => [r.line, r.cells])), [csv]);
  const lines = [...new Set(answer.errors.map((e) => e.line))].sort((a, b) => a - b);
  return (
    <div className="panel">
      <h2>{t('import.mistakesTitle')}</h2>
      <div className="table-scroll" tabIndex={0} role="region" aria-label={t('import.mistakesTitle')}>
        <table className="table mistakes" data-testid="mistakes">
          <thead><tr><th className="num">{t('import.line')}</th>{answer.columns.map((c) => <th key={c.column}>{c.column}</th>)}</tr></thead>
          <tbody>
            {lines.slice(0, ROWS_MAX).map((line) => {
              const own = answer.errors.filter((e) => e.line === line);
              const whole = own.filter((e) => !answer.columns.some((c) => c.column === e.column));
              return (
                <tr key={line}>
                  <td className="num" data-label={t('import.line')}><span>{line}{whole.map((e) => <small key={e.message} className="field-problem">{e.message}</small>)}</span></td>
                  {answer.columns.map((c, i) => {
                    const wrong = own.filter((e) => e.column === c.column);
                    return <td key={c.column} data-label={c.column} className={wrong.length > 0 ? 'cell-wrong' : undefined}><span>{rows.get(line)?.[i] ?? ''}{wrong.map((e) => <small key={e.message} className="field-problem">{e.message}</small>)}</span></td>;
                  })}
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      {lines.length > ROWS_MAX && <p className="dim">{t('import.more', { count: lines.length - ROWS_MAX })}</p>}
      <p className="dim">{t('import.mend')}</p>
    </div>
  );
}
