/**
 * One server-sent event stream per tab, with a watchdog that never gives up.
 * EventSource alone is not enough: a half-open connection stays "open" for minutes.
 */
import { freshness, mustReopen, offsetAfter, RELOAD_AFTER_MS, type Beat, type Freshness, type LinkClock } from './staleness';

export interface LiveState {
  freshness: Freshness;
  /** Server time of the last sign of life, ms. */
  lastAt: number | null;
}

type Handler = (data: unknown) => void;

const TICK_MS = 500;

export class LiveStream {
  private source: EventSource | null = null;
  private link: LinkClock = { lastEventAt: null, beganAt: Date.now(), openedAt: Date.now() };
  private state: LiveState = { freshness: 'connecting', lastAt: null };
  private readonly handlers = new Map<string, Set<Handler>>();
  private readonly watchers = new Set<() => void>();
  private readonly bound = new Set<string>();
  private timer: number | undefined;
  private beat: Beat | null = null;
  private probing = false;
  private probedAt = 0;
  /** Server clock minus page clock, so that "for 12 min" is right on a tablet with a wrong clock. */
  clockOffset = 0;

  constructor(private readonly url: () => string, private readonly mayReload: () => boolean = () => true) {}

  start(): void {
    if (this.timer !== undefined) return;
    this.open();
    this.timer = window.setInterval(() => this.tick(), TICK_MS);
    document.addEventListener('visibilitychange', this.onVisible);
    window.addEventListener('online', this.onVisible);
  }

  stop(): void {
    window.clearInterval(this.timer);
    this.timer = undefined;
    document.removeEventListener('visibilitychange', this.onVisible);
    window.removeEventListener('online', this.onVisible);
    this.source?.close();
    this.source = null;
    this.bound.clear();
  }

  on(event: string, handler: Handler): () => void {
    const set = this.handlers.get(event) ?? new Set();
    set.add(handler);
    this.handlers.set(event, set);
    this.bind(event);
    return () => set.delete(handler);
  }

  /** For useSyncExternalStore. */
  watch = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };

  current = (): LiveState => this.state;

  /** As of now: a page that slept still has the state of before. */
  isLive(): boolean {
    return freshness(this.link, Date.now()) === 'live';
  }

  serverNow(): number {
    return Date.now() + this.clockOffset;
  }

  private open(): void {
    this.source?.close();
    this.bound.clear();
    this.link = { ...this.link, openedAt: Date.now() };
    this.source = new EventSource(this.url(), { withCredentials: true });
    this.bind('heartbeat');
    for (const event of this.handlers.keys()) this.bind(event);
  }

  private bind(event: string): void {
    if (!this.source || this.bound.has(event)) return;
    this.bound.add(event);
    this.source.addEventListener(event, (message) => this.receive(event, (message as MessageEvent<string>).data));
  }

  private receive(event: string, text: string): void {
    let data: unknown;
    try {
      data = JSON.parse(text);
    } catch {
      return;
    }
    this.link.lastEventAt = Date.now();
    if (event === 'heartbeat') {
      const at = Date.parse(String((data as { at?: unknown }).at));
      if (!Number.isNaN(at)) this.takeBeat({ offset: at - Date.now(), pageAt: Date.now(), steadyAt: performance.now() });
    }
    this.publish('live', this.serverNow());
    for (const handler of this.handlers.get(event) ?? []) handler(data);
  }

  private takeBeat(beat: Beat): void {
    this.clockOffset = offsetAfter(this.clockOffset, this.beat, beat);
    this.beat = beat;
  }

  private tick(): void {
    const now = Date.now();
    const fresh = freshness(this.link, now);
    if (fresh !== this.state.freshness) this.publish(fresh, this.state.lastAt);
    if (mustReopen(this.link, now)) this.open();
    const silent = this.link.lastEventAt !== null && now - this.link.lastEventAt > RELOAD_AFTER_MS;
    if (silent && now - this.probedAt > RELOAD_AFTER_MS) void this.probe(now);
  }

  /** The server answers pages but sends no events: this page is broken or outdated, load it anew. */
  private async probe(now: number): Promise<void> {
    if (this.probing || !this.mayReload()) return;
    this.probing = true;
    this.probedAt = now;
    try {
      const answer = await fetch('/', { cache: 'no-store', signal: AbortSignal.timeout(4_000) });
      if (answer.ok && this.mayReload()) window.location.reload();
    } catch {
      // Still away; the next tick tries again.
    } finally {
      this.probing = false;
    }
  }

  private publish(fresh: Freshness, lastAt: number | null): void {
    const minute = (at: number | null) => (at === null ? null : Math.floor(at / 1000));
    if (fresh === this.state.freshness && minute(lastAt) === minute(this.state.lastAt)) return;
    this.state = { freshness: fresh, lastAt };
    for (const watcher of this.watchers) watcher();
  }

  private readonly onVisible = (): void => {
    if (document.visibilityState !== 'visible') return;
    if (freshness(this.link, Date.now()) === 'stale') this.open();
  };
}
