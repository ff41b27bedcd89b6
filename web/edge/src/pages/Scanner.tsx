/**
 * Scanner test and the way round a broken scanner: type the code. What was scanned last is listed with its source.
 */
import { clock, publishScan, useTexts } from '@unison/ui-kit';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { rememberScan, type SeenScan } from '../scanning';
import { queries } from '../services';

export function Scanner() {
  const { t, language } = useTexts();
  const [code, setCode] = useState('');
  const scans = useQuery({ queryKey: ['scans'], queryFn: () => queries.getQueryData<SeenScan[]>(['scans']) ?? [], staleTime: Infinity }).data ?? [];
  const send = (): void => {
    const text = code.trim();
    if (!text) return;
    rememberScan({ code: text, source: 'typed', kind: 'pending', at: Date.now() });
    publishScan(text, 'typed');
    setCode('');
  };
  return (
    <section className="sheet" aria-labelledby="scan-title">
      <header className="sheet-head"><h1 id="scan-title">{t('scan.title')}</h1></header>
      <form className="scan-form" onSubmit={(event) => { event.preventDefault(); send(); }}>
        <label htmlFor="code">{t('scan.code')}</label>
        <input id="code" value={code} data-testid="code" autoComplete="off" autoCapitalize="characters" spellCheck={false} onChange={(event) => setCode(event.target.value)} />
        <button type="submit" className="big big-main" disabled={!code.trim()} data-testid="send-code">{t('scan.send')}</button>
      </form>
      <p className="dim">{t('scan.hint')}</p>
      <article className="card">
        <h2>{t('scan.last')}</h2>
        {scans.length === 0 ? <p className="dim">{t('scan.none')}</p> : (
          <ul className="entries" data-testid="scans">
            {scans.filter((s, i) => s.kind !== 'pending' || i === 0).map((scan, index) => (
              <li key={`${scan.at}-${index}`} className="entry-row">
                <p><b className="mono">{scan.code}</b><span>{clock(scan.at, undefined, language)} · {t(`scan.source.${scan.source}`)} · {t(`scan.kind.${scan.kind}`)}</span></p>
              </li>
            ))}
          </ul>
        )}
      </article>
    </section>
  );
}
