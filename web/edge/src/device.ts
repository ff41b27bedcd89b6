/**
 * What this device is for: the station that it stands at. Kept on the device, for it says nothing about anybody else's.
 */
const STATION = 'unison.device.station';
const GREETED = 'unison.device.greeted';

export function ownStation(): number | null {
  const id = Number(localStorage.getItem(STATION));
  return Number.isInteger(id) && id > 0 ? id : null;
}

export function setOwnStation(id: number | null): void {
  if (id === null) localStorage.removeItem(STATION);
  else localStorage.setItem(STATION, String(id));
}

/** Where a device begins when it is switched on: at its station, once; who goes to the floor afterwards gets it. */
export function firstPlace(): number | null {
  if (sessionStorage.getItem(GREETED)) return null;
  sessionStorage.setItem(GREETED, 'yes');
  return ownStation();
}
