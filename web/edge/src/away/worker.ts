/**
 * The service worker: a tablet that lost the box, or was switched on while it is away, still opens the pages. Only the
 * pages: what machines do and what people write never passes through here. Without HTTPS browsers run none of this.
 */
import { clientsClaim } from 'workbox-core';
import { cleanupOutdatedCaches, matchPrecache, precache } from 'workbox-precaching';
import { NavigationRoute, registerRoute } from 'workbox-routing';
import { NetworkOnly } from 'workbox-strategies';

/** Put here when the pages are built: the page itself and all that it may load. */
declare const __PAGES__: { url: string; revision: string | null }[];

/** The box is in the hall: what takes longer does not come. */
const ANSWERS_IN_S = 3;

const PAGE = '/';

// A new version takes over at once: the box no longer has what belongs to the old one.
void (globalThis as unknown as { skipWaiting: () => Promise<void> }).skipWaiting();
clientsClaim();
cleanupOutdatedCaches();
precache(__PAGES__);

// The box first, so that nobody works with an old version while it answers. Not the page about trust: a worker cannot tell
// a certificate that is not trusted any more from a box that is away, but there the browser itself says so.
registerRoute(new NavigationRoute(
  new NetworkOnly({ networkTimeoutSeconds: ANSWERS_IN_S, plugins: [{ handlerDidError: () => matchPrecache(PAGE) }] }),
  { allowlist: [/^\/(login|queue|connections|scanner|handover|settings|tv)?(\?|$)/, /^\/m\//] },
));

// Their names change with their content, so none is old. The page itself is not among them: whoever asks for it by hand
// wants to know whether the box is there.
registerRoute(
  ({ url, sameOrigin }) => sameOrigin && url.pathname.startsWith('/assets/'),
  async ({ request }) => (await matchPrecache(request.url)) ?? fetch(request),
);
