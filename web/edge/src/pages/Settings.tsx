/**
 * What this device is: its station, language, light or dark; where the wall screen is, and what the box is.
 */
import { LANGUAGES, Loaded, NONE, setLanguage, Skeletons, toast, useTexts } from '@unison/ui-kit';
import { useMantineColorScheme } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { ownStation, setOwnStation } from '../device';
import { useMachines, useStationInfo } from '../reads';

export default function Settings() {
  const { t } = useTexts();
  return (
    <section className="sheet" aria-labelledby="settings-title" data-testid="settings">
      <header className="sheet-head"><h1 id="settings-title">{t('settings.title')}</h1></header>
      <div className="hops">
        <Place />
        <Looks />
        <Wall />
        <Box />
      </div>
    </section>
  );
}

function Place() {
  const { t } = useTexts();
  const machines = useMachines();
  const [own, setOwn] = useState(ownStation);
  const choose = (text: string): void => {
    const id = text === '' ? null : Number(text);
    setOwnStation(id);
    setOwn(id);
    toast('good', t('settings.saved'));
  };
  return (
    <article className="card">
      <h2>{t('settings.place')}</h2>
      <Loaded query={machines} what={t('settings.place')} skeleton={<Skeletons count={1} height={64} />}>
        {({ machines: list }) => (
          <label className="notes">
            <span>{t('settings.station')}</span>
            <select value={own === null ? '' : String(own)} data-testid="own-station" onChange={(event) => choose(event.target.value)}>
              <option value="">{t('settings.anywhere')}</option>
              {own !== null && !list.some((m) => m.id === own) && <option value={own}>{t('settings.gone')}</option>}
              {list.map((m) => <option key={m.id} value={m.id}>{m.machine_code} · {m.name}</option>)}
            </select>
          </label>
        )}
      </Loaded>
      <p className="dim">{t('settings.stationHint')}</p>
      <Link to="/scanner" className="back">{t('settings.scanner')}</Link>
    </article>
  );
}

function Looks() {
  const { t, language } = useTexts();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <article className="card">
      <h2>{t('settings.looks')}</h2>
      <div className="began" role="group" aria-label={t('common.language')}>
        {LANGUAGES.map((code) => <button key={code} type="button" className="chip" aria-pressed={language === code} lang={code} data-testid={`language-${code}`} onClick={() => setLanguage(code)}>{code === 'de' ? 'Deutsch' : 'English'}</button>)}
      </div>
      <div className="began" role="group" aria-label={t('common.scheme')}>
        {(['light', 'dark', 'auto'] as const).map((scheme) => <button key={scheme} type="button" className="chip" aria-pressed={colorScheme === scheme} data-testid={`scheme-${scheme}`} onClick={() => setColorScheme(scheme)}>{t(`common.${scheme}`)}</button>)}
      </div>
      {!window.isSecureContext && <p className="dim">{t('queue.limited')}</p>}
    </article>
  );
}

function Wall() {
  const { t } = useTexts();
  const lanes = [...new Set((useMachines().data?.machines ?? []).map((m) => m.lane_name).filter((name) => name !== null))].sort();
  return (
    <article className="card">
      <h2>{t('settings.wall')}</h2>
      <p className="dim">{t('settings.wallHint')}</p>
      <div className="began">
        <Link to="/tv" search={{}} className="back" data-testid="open-tv">{t('settings.wallAll')}</Link>
        {lanes.map((lane) => <Link key={lane} to="/tv" search={{ lane }} className="back">{lane}</Link>)}
      </div>
    </article>
  );
}

function Box() {
  const { t } = useTexts();
  const info = useStationInfo();
  return (
    <article className="card">
      <h2>{t('settings.box')}</h2>
      <Loaded query={info} what={t('settings.box')} skeleton={<Skeletons count={2} height={40} />}>
        {(data) => (
          <dl className="pairs">
            <div><dt>{t('settings.boxName')}</dt><dd>{data.edge_name}</dd></div>
            <div><dt>{t('settings.plant')}</dt><dd>{data.plant_name || NONE}</dd></div>
            <div><dt>{t('settings.zone')}</dt><dd>{data.timezone}</dd></div>
            <div><dt>{t('settings.version')}</dt><dd>{data.version}</dd></div>
            <div><dt>{t('settings.storage')}</dt><dd data-testid="storage">{data.storage ? t(`storage.${data.storage.state}`) : NONE}</dd></div>
          </dl>
        )}
      </Loaded>
      <Link to="/queue" className="back">{t('queue.title')}</Link>
      <Link to="/connections" className="back">{t('queue.connections')}</Link>
    </article>
  );
}
