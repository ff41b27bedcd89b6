/**
 * Scanner test and the ways round a broken scanner: the camera, a photo, or typing the code. What was scanned last is
 * listed with its source.
 */
import { clock, publishScan, reasonOf, toast, useTexts } from '@unison/ui-kit';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useRef, useState } from 'react';
import { hasCamera } from '../parts/codes';
import { rememberScan, type SeenScan } from '../scanning';
import { queries } from '../services';

const CameraScan = lazy(() => import('../parts/CameraScan'));

export function Scanner() {
  const { t, language } = useTexts();
  const [code, setCode] = useState('');
  const [camera, setCamera] = useState(false);
  const [reading, setReading] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const photo = useRef<HTMLInputElement>(null);
  const cameraWorks = hasCamera(navigator.mediaDevices as MediaDevices | undefined);
  const scans = useQuery({ queryKey: ['scans'], queryFn: () => queries.getQueryData<SeenScan[]>(['scans']) ?? [], staleTime: Infinity }).data ?? [];
  const send = (): void => {
    const text = code.trim();
    if (!text) return;
    rememberScan({ code: text, source: 'typed', kind: 'pending', at: Date.now() });
    publishScan(text, 'typed');
    setCode('');
  };
  const read = async (picture: File | undefined): Promise<void> => {
    if (!picture) return;
    setReading(true);
    try {
      const { decode } = await import('../parts/decode');
      const found = await decode(picture);
      if (found === null) toast('bad', t('scan.noCode'));
      else publishScan(found, 'photo');
    } catch (error) {
      toast('bad', reasonOf(error));
    } finally {
      setReading(false);
    }
  };
  return (
    <section className="sheet" aria-labelledby="scan-title">
      <header className="sheet-head"><h1 id="scan-title">{t('scan.title')}</h1></header>
      <form className="scan-form" onSubmit={(event) => { event.preventDefault(); send(); }}>
        <label htmlFor="code">{t('scan.code')}</label>
        <input id="code" ref={field} value={code} data-testid="code" autoComplete="off" autoCapitalize="characters" spellCheck={false} onChange={(event) => setCode(event.target.value)} />
        <button type="submit" className="big big-main" disabled={!code.trim()} data-testid="send-code">{t('scan.send')}</button>
      </form>
      <div className="order-buttons">
        <button type="button" className="big" disabled={!cameraWorks} aria-describedby={cameraWorks ? undefined : 'camera-away'} data-testid="camera-open" onClick={() => setCamera(true)}>{t('scan.camera')}</button>
        <button type="button" className="big" disabled={reading} data-testid="photo-open" onClick={() => photo.current?.click()}>{reading ? t('scan.reading') : t('scan.photo')}</button>
        <input ref={photo} type="file" accept="image/*" capture="environment" hidden data-testid="photo" onChange={(event) => { void read(event.target.files?.[0]); event.target.value = ''; }} />
      </div>
      {!cameraWorks && <p className="dim" id="camera-away">{t('scan.cameraAway')}</p>}
      {camera && (
        <Suspense fallback={null}>
          <CameraScan
            onCode={(found) => { setCamera(false); publishScan(found, 'camera'); }}
            onCancel={() => setCamera(false)}
            onByHand={() => { setCamera(false); field.current?.focus(); }}
          />
        </Suspense>
      )}
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
