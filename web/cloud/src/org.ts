/**
 * Which organisation this tab speaks for. Normally the host says it; where the host names none
 * (a demo on localhost or an address), it comes from ?org= or the log-in form and goes into a header.
 */
import { setExtraHeaders, withQuery } from '@unison/ui-kit';

const KEY = 'unison.organization';

/** Pure: does this host name an organisation by itself? */
export function hostNamesOrganization(host: string): boolean {
  if (host === 'localhost' || host.startsWith('[') || /^\d+(\.\d+){3}$/.test(host)) return false;
  return host.includes('.');
}

function stored(): string {
  try {
    // A tab of its own, such as a link opened beside, begins with the organisation used last.
    return sessionStorage.getItem(KEY) ?? localStorage.getItem(KEY) ?? '';
  } catch {
    return '';
  }
}

let current = '';

export function organization(): string {
  return current;
}

export function setOrganization(name: string): void {
  current = name.trim().toLowerCase();
  try {
    for (const store of [sessionStorage, localStorage]) {
      if (current) store.setItem(KEY, current);
      else store.removeItem(KEY);
    }
  } catch {
    // Private mode: it lasts until the page is closed.
  }
}

export function startOrganization(): void {
  const asked = new URLSearchParams(window.location.search).get('org');
  setOrganization(asked ?? (hostNamesOrganization(window.location.hostname) ? '' : stored()));
  setExtraHeaders(organizationHeaders);
}

export function organizationHeaders(): Record<string, string> {
  return current ? { 'X-Organization': current } : {};
}

/** An event stream cannot send headers, so here the name goes into the address. */
export function eventsUrl(): string {
  return withQuery('/api/v1/events', { org: current });
}
