/** The one door to the engine: JSON in, JSON out, problems as errors. Only addresses the engine has pass it. */
import type { DeletePath, GetPath, PostPath, PutPath } from './generated/paths';
import type { Problem as Told } from './generated/shared';

/** An answer of which only some members must be there: those that a screen cannot do without. */
export type Part<T, K extends keyof T> = Pick<T, K> & Partial<T>;

/** RFC 9457 as the engine writes it; what stands in for it when something else answers knows less. */
export type Problem = Part<Told, 'type' | 'title' | 'status' | 'code'>;

export class ProblemError extends Error {
  constructor(
    readonly problem: Problem,
    readonly body: unknown,
  ) {
    super(problem.detail ?? problem.title);
  }
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly next?: string | null;
}

export type Query = Readonly<Record<string, string | number | boolean | null | undefined>>;

export function address(path: string, query: Query = {}): string {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query))
    if (value !== undefined && value !== null && value !== '') search.set(key, String(value));
  const text = search.toString();
  return text === '' ? path : `${path}?${text}`;
}

export interface Answer<T> {
  readonly body: T;
  readonly etag: string | null;
  readonly headers: Headers;
}

export interface Send {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly query?: Query;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

export async function send<T>(
  path: GetPath | PostPath | PutPath | DeletePath,
  options: Send = {},
): Promise<Answer<T>> {
  const { method = 'GET', query, body, headers, signal } = options;
  const response = await fetch(address(path, query), {
    method,
    headers: {
      accept: 'application/json',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  }).catch((error: unknown) => {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ProblemError(offline, null);
  });
  const text = await response.text();
  if (!response.ok) throw new ProblemError(problemOf(response, text), parse(text));
  const parsed: T = text === '' ? null : JSON.parse(text);
  return { body: parsed, etag: response.headers.get('etag'), headers: response.headers };
}

export async function get<T>(path: GetPath, query?: Query, signal?: AbortSignal): Promise<T> {
  const answer = await send<T>(path, {
    ...(query === undefined ? {} : { query }),
    ...(signal === undefined ? {} : { signal }),
  });
  return answer.body;
}

export async function post<T>(path: PostPath, body: unknown, query?: Query): Promise<T> {
  return (await send<T>(path, { method: 'POST', body, ...(query === undefined ? {} : { query }) })).body;
}

const offline: Problem = {
  type: 'about:blank',
  title: 'the engine does not answer',
  status: 0,
  code: 'OFFLINE',
  retriable: true,
};

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function problemOf(response: Response, text: string): Problem {
  const body = parse(text);
  if (typeof body === 'object' && body !== null && 'code' in body && typeof body.code === 'string') {
    const problem: Problem = { type: 'about:blank', title: '', status: response.status, code: body.code };
    return Object.assign(problem, body);
  }
  const { status, statusText } = response;
  return { type: 'about:blank', title: statusText, status, code: `HTTP_${status}` };
}

/** Reads server-sent events until the signal ends it; reconnects are the caller's choice. */
export function events(
  path: GetPath,
  handlers: Readonly<Record<string, (data: unknown) => void>>,
  onEnd?: () => void,
): () => void {
  const source = new EventSource(path);
  for (const [name, handle] of Object.entries(handlers))
    source.addEventListener(name, (event) => {
      if (event instanceof MessageEvent && typeof event.data === 'string') handle(parse(event.data));
    });
  source.addEventListener('error', () => {
    if (source.readyState === EventSource.CLOSED) onEnd?.();
  });
  return () => source.close();
}
