/**
 * How this device comes to trust the box: what does not work without, the authority with its fingerprint, the steps
 * of each system, and a look whether it worked.
 */
import { addTexts, get, Loaded, said, useTexts } from '@unison/ui-kit';
import { useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { languageOf } from '../refusals';
import { de, en } from '../texts/trust';
import { groups, isNamed, STEPS, systemOf, systemsFor } from '../trust';

addTexts({ en, de });

interface Certificate {
  https_port: number | null;
  http_is_local: boolean;
  certificate: { source: 'file' | 'uploaded' | 'plant_authority'; issuer: string; names: string[]; not_after: string; fingerprint: string } | null;
  authority: { subject: string; not_after: string; fingerprint: string; permitted_names: string[]; permitted_networks: string[] } | null;
  urls: string[];
  warnings: string[];
}

const CHECK_MS = 8_000;

export default function Trust() {
  const { t } = useTexts();
  const query = useQuery({ queryKey: ['certificate'], queryFn: ({ signal }) => get<Certificate>('/certificate', undefined, signal) });
  return (
    <section className="sheet trust" aria-labelledby="trust-title">
      <header className="sheet-head"><h1 id="trust-title">{t('trust.title')}</h1></header>
      <Mode />
      <Loaded query={query} what={t('trust.title')}>{(info) => <Ways info={info} />}</Loaded>
    </section>
  );
}

/** What this page can do now. */
function Mode() {
  const { t } = useTexts();
  const isSecure = window.isSecureContext;
  return (
    <article className={`card trust-mode ${isSecure ? '' : 'trust-limited'}`} data-testid="trust-mode" data-secure={isSecure}>
      <h2>{t(isSecure ? 'trust.secure' : 'trust.limited')}</h2>
      <p>{t(isSecure ? 'trust.secureHint' : 'trust.limitedHint')}</p>
      {isSecure ? null : <ul>{['camera', 'offline', 'awake'].map((lost) => <li key={lost}>{t(`trust.lost.${lost}`)}</li>)}</ul>}
    </article>
  );
}

function Ways({ info }: { info: Certificate }) {
  const { t, language } = useTexts();
  if (info.https_port === null) return <p className="note" data-testid="trust-off">{t('trust.off')}</p>;
  return (
    <>
      {info.warnings.length > 0 && (
        <article className="card trust-warning" data-testid="trust-warnings">
          <h2>{t('trust.warnings')}</h2>
          {info.warnings.map((warning) => <p key={warning} lang={languageOf(warning, language)}>{said(warning)}</p>)}
        </article>
      )}
      <div className="trust-ways">
        {info.authority ? <Authority authority={info.authority} /> : <Other info={info} />}
        <Elsewhere />
      </div>
      {info.authority ? <Steps /> : null}
      <Check info={info} port={info.https_port} />
    </>
  );
}

function Authority({ authority }: { authority: NonNullable<Certificate['authority']> }) {
  const { t, language } = useTexts();
  return (
    <article className="card">
      <h2>{t('trust.get')}</h2>
      <a className="big big-main trust-get" href="/authority.crt" download data-testid="trust-get">{t('trust.download')}</a>
      <p>{t('trust.compare')}</p>
      <Fingerprint of={authority.fingerprint} />
      <p className="mono trust-command">edge-agent authority</p>
      <details className="trust-more">
        <summary>{t('trust.what')}</summary>
        <p>{t('trust.only', { name: authority.subject, date: day(authority.not_after, language) })}</p>
        <p className="mono">{[...authority.permitted_names, ...authority.permitted_networks].join(', ')}</p>
      </details>
    </article>
  );
}

/** A certificate that the plant's own people look after. */
function Other({ info }: { info: Certificate }) {
  const { t, language } = useTexts();
  if (!info.certificate) return null;
  return (
    <article className="card" data-testid="trust-other">
      <h2>{t('trust.other')}</h2>
      <p>{t('trust.otherHint', { issuer: info.certificate.issuer, date: day(info.certificate.not_after, language) })}</p>
      <Fingerprint of={info.certificate.fingerprint} />
    </article>
  );
}

function Fingerprint({ of }: { of: string }) {
  const { t } = useTexts();
  return (
    <p className="mono fingerprint" data-testid="fingerprint" aria-label={t('trust.fingerprint')} role="group">
      {groups(of).map((group, place) => <span key={place}>{group}</span>)}
    </p>
  );
}

/** The same page on another device. */
function Elsewhere() {
  const { t } = useTexts();
  return (
    <article className="card">
      <h2>{t('trust.elsewhere')}</h2>
      <img className="trust-code" src={`/api/v1/trust.svg?host=${encodeURIComponent(hostForOthers())}`} alt={t('trust.code')} width={220} height={220} />
      <p className="dim">{t('trust.elsewhereHint')}</p>
    </article>
  );
}

function Steps() {
  const { t } = useTexts();
  const own = systemOf(navigator.userAgent, navigator.maxTouchPoints);
  const [shown, show] = useState(own);
  return (
    <article className="card">
      <h2 id="trust-steps">{t('trust.steps')}</h2>
      <div className="trust-systems" role="group" aria-labelledby="trust-steps">
        {systemsFor(own).map((system) => (
          <button key={system} type="button" className="chip" aria-pressed={shown === system} data-testid={`system-${system}`} onClick={() => show(system)}>{t(`trust.system.${system}`)}</button>
        ))}
      </div>
      <ol className="trust-list" data-testid="trust-list">
        {Array.from({ length: STEPS[shown] }, (_, i) => <li key={i}>{t(`trust.${shown}.${i + 1}`)}</li>)}
      </ol>
    </article>
  );
}

type Found = 'none' | 'looking' | 'trusted' | 'refused';

function Check({ info, port }: { info: Certificate; port: number }) {
  const { t } = useTexts();
  const [found, setFound] = useState<Found>('none');
  const host = window.location.hostname;
  if (!isNamed(host, info.certificate?.names ?? [])) {
    return (
      <article className="card">
        <h2>{t('trust.check')}</h2>
        <p>{t('trust.unnamed', { host })}</p>
        <Urls urls={info.urls} />
      </article>
    );
  }
  const origin = `https://${host}:${port}`;
  const look = async (): Promise<void> => {
    setFound('looking');
    try {
      // The answer of another origin is not read: that there is one says that this device took the certificate.
      await fetch(`${origin}/api/v1/health`, { mode: 'no-cors', cache: 'no-store', signal: AbortSignal.timeout(CHECK_MS) });
      setFound('trusted');
    } catch {
      setFound('refused');
    }
  };
  return (
    <article className="card">
      <h2>{t('trust.check')}</h2>
      <button type="button" className="big big-main trust-check" disabled={found === 'looking'} data-testid="trust-check" onClick={() => void look()}>{t('trust.checkNow')}</button>
      <div role="status" data-testid="trust-found" data-found={found}>
        {found === 'trusted' ? <Good>{t('trust.trusted')}</Good> : null}
        {found === 'refused' ? <p>{t('trust.refused')}</p> : null}
      </div>
      {found === 'trusted' && window.location.origin !== origin ? <a className="back trust-go" href={`${origin}/`} data-testid="trust-go">{t('trust.go', { url: origin })}</a> : null}
    </article>
  );
}

function Good({ children }: { children: ReactNode }) {
  return <p><b>✓ {children}</b></p>;
}

function Urls({ urls }: { urls: string[] }) {
  return <ul className="trust-urls">{urls.map((url) => <li key={url}><a className="back" href={`${url}/trust`}>{url}</a></li>)}</ul>;
}

/** What others call this box; nothing where this page is on the box itself, which then says its own address. */
function hostForOthers(): string {
  const host = window.location.hostname;
  return host === 'localhost' || host === '[::1]' || host.startsWith('127.') ? '' : host;
}

function day(at: string, language: string): string {
  return new Date(at).toLocaleDateString(language, { timeZone: 'UTC', dateStyle: 'long' });
}
