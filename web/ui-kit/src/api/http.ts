/**
 * One small door to the server: JSON in, JSON out, every failure an ApiError.
 * It may not know any screen, and it keeps no token: the session is the HttpOnly cookie.
 */
import type { Refusal } from './types';

const BASE = '/api/v1';
const TIMEOUT_MS = 10_000;

export class ApiError extends Error {
  /** 0 when the server was not reached at all. */
  readonly status: number;
  readonly refusal: Refusal | null;

  constructor(status: number, refusal: Refusal | null) {
    super(messageOf(status, refusal));
    this.name = 'ApiError';
    this.status = status;
    this.refusal = refusal;
  }

  get unreachable(): boolean {
    return isUnreachable(this.status);
  }
}

/** A gateway in between that finds nobody counts as unreachable: nothing was decided. */
export function isUnreachable(status: number): boolean {
  return status === 0 || status === 502 || status === 503 || status === 504;
}

function messageOf(status: number, refusal: Refusal | null): string {
  if (!refusal) return status === 0 ? 'unreachable' : `HTTP ${status}`;
  const details = (refusal.details ?? []).map((d) => d.message).join(' ');
  return [refusal.error, refusal.reason ?? details].filter(Boolean).join(': ');
}

let inOurWords: (sentence: string) => string = (sentence) => sentence;

/** The app says here how it puts what the server says; without that it is shown as it comes. */
export function setServerWords(put: (sentence: string) => string): void {
  inOurWords = put;
}

/** A sentence of the server as people here read it. */
export const said = (sentence: string): string => inOurWords(sentence);

/** The part of a refusal that helps the person, as the server put it: the reason, or else what is wrong with each field. */
export function sentencesOf(error: unknown): string[] {
  if (!(error instanceof ApiError)) return [];
  // Something in between answered, and not as the server does.
  if (!error.refusal) return error.status === 0 ? [] : [error.message];
  const { error: title, reason, details } = error.refusal;
  if (reason) return [reason];
  return details?.length ? details.map((d) => d.message) : [title];
}

/** The same as people here read it. */
export function reasonOf(error: unknown): string {
  const sentences = sentencesOf(error);
  if (sentences.length > 0) return sentences.map(said).join(' ');
  return error instanceof Error ? error.message : String(error);
}

let extraHeaders: (method: string) => Record<string, string> = () => ({});

/** The cloud page adds X-Organization here when the host names no organisation. */
export function setExtraHeaders(provider: (method: string) => Record<string, string>): void {
  extraHeaders = provider;
}

export type Query = Record<string, string | number | boolean | null | undefined>;

export function withQuery(path: string, query?: Query): string {
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== null && value !== '') params.set(key, String(value));
  }
  const text = params.toString();
  return text ? `${path}?${text}` : path;
}

export interface CallOptions {
  method?: string;
  body?: unknown;
  query?: Query;
  signal?: AbortSignal;
  idempotencyKey?: string;
  timeoutMs?: number;
  headers?: Record<string, string>;
}

export async function call<T>(path: string, options: CallOptions = {}): Promise<T> {
  const headers: Record<string, string> = { Accept: 'application/json', ...extraHeaders(options.method ?? 'GET'), ...options.headers };
  if (options.body !== undefined) headers['Content-Type'] = 'application/json';
  // A page of another site cannot send this: it is how the server tells our calls from forged ones.
  if (options.method && options.method !== 'GET') headers['X-Requested-With'] = 'unison';
  if (options.idempotencyKey) headers['Idempotency-Key'] = options.idempotencyKey;
  const limit = AbortSignal.timeout(options.timeoutMs ?? TIMEOUT_MS);
  let response: Response;
  try {
    response = await fetch(BASE + withQuery(path, options.query), {
      method: options.method ?? 'GET',
      headers,
      credentials: 'same-origin',
      cache: 'no-store',
      body: options.body === undefined ? undefined : JSON.stringify(options.body),
      signal: options.signal ? AbortSignal.any([options.signal, limit]) : limit,
    });
  } catch (cause) {
    // A query that React Query gave up is not a broken network.
    if (options.signal?.aborted) throw cause;
    throw new ApiError(0, null);
  }
  if (!response.ok) throw new ApiError(response.status, await refusalOf(response));
  if (response.status === 204) return undefined as T;
  return (await response.json().catch(() => undefined)) as T;
}

async function refusalOf(response: Response): Promise<Refusal | null> {
  try {
    const body: unknown = await response.json();
    if (body && typeof body === 'object' && 'error' in body) return body as Refusal;
  } catch {
    // Not JSON: a proxy's own page. The status code has to do.
  }
  return null;
}

export const get = <T>(path: string, query?: Query, signal?: AbortSignal) => call<T>(path, { query, signal });
export const post = <T>(path: string, body: unknown = {}, idempotencyKey?: string) =>
  call<T>(path, { method: 'POST', body, idempotencyKey });
