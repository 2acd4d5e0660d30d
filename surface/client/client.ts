/**
 * The REST API for programs and the console: `createClient({ baseUrl, token }).listIncidents({ limit: 5 })`. A method for each operation of the
 * OpenAPI document, whose types and paths are generated (`npm run client`). Needs nothing but `fetch`: Node from 20 on, and browsers.
 */
import { ApiError, errorOf } from './api-error.ts';
import { OPERATIONS, PAGED } from './operations.generated.ts';
import { build, type OperationId, type RequestOf } from './request.ts';
import { programToken, type ProgramTokenOptions } from './program-token.ts';
import type { Operations } from './types.generated.ts';

export { ApiError, programToken };
export type { OperationId, ProgramTokenOptions, RequestOf };
export type * from './types.generated.ts';

export interface ClientOptions {
  /** Where NetSentinel's console is: `https://sentinel.example:8088`. Left out in the console's own pages. */
  readonly baseUrl?: string;
  /**
   * Of `makeToken`, or the console's settings. Without one a browser's cookie counts, and the browser names the origin that changes must come
   * from. With one no cookie is sent. A function is asked before each call, and once more where its token was refused, with that one:
   * `programToken` of a program that was signed in.
   */
  readonly token?: string | ((refused?: string) => string | Promise<string>);
  /** Instead of the platform's own. */
  readonly fetch?: typeof fetch;
  /** Told of each failure before the call rejects with it; not of calls that their signal ended. */
  readonly onError?: (error: ApiError, operation: OperationId) => void;
}

export interface CallOptions {
  /** Ends the call, which then rejects with its reason; also while a body is read. */
  readonly signal?: AbortSignal;
}

export interface ConditionalOptions extends CallOptions {
  /** An `etag` of before: where it is still that, the answer is a 304 without a body. */
  readonly ifNoneMatch?: string;
}

export type AnswerOf<Id extends OperationId> = Operations[Id]['answer'];

/** With what a body does not say. */
export interface Answer<Id extends OperationId> {
  readonly status: number;
  /** With its quotes, as `ifMatch` takes it. */
  readonly etag: string | undefined;
  readonly headers: Headers;
  /** Undefined where there is none: a 304. */
  readonly body: AnswerOf<Id> | undefined;
}

/** Whether all of a request may be left out; of some operations it is empty. */
type Optional<Request> = Request extends Record<string, never> ? true : Partial<Request> extends Request ? true : false;
type Asked<Id extends OperationId, Options extends readonly unknown[]> =
  Optional<RequestOf<Id>> extends true
    ? [request?: RequestOf<Id>, ...options: Options]
    : [request: RequestOf<Id>, ...options: Options];

export type PagedId = keyof typeof PAGED;
export type ItemOf<Id extends PagedId> =
  AnswerOf<Id> extends Record<(typeof PAGED)[Id]['items'], readonly (infer Item)[]> ? Item : never;

type Methods = {
  /** Rejects with an `ApiError`. What is no JSON is a `Response` whose body nobody has read yet: it can be streamed. */
  readonly [Id in OperationId]: (...asked: Asked<Id, [options?: CallOptions]>) => Promise<AnswerOf<Id>>;
};

export interface Client extends Methods {
  /** The same with status, ETag and headers. */
  answer<Id extends OperationId>(
    operation: Id,
    ...asked: Asked<Id, [options?: ConditionalOptions]>
  ): Promise<Answer<Id>>;
  /** All items of a list from where the request begins, page by page: the next is asked for when the one before is used up. `limit` is a page's size. */
  each<Id extends PagedId>(
    operation: Id,
    ...asked: Asked<Id, [options?: CallOptions]>
  ): AsyncGenerator<ItemOf<Id>, void, undefined>;
  /** Where an answer is, for a link or a player. */
  urlOf<Id extends OperationId>(operation: Id, ...asked: Asked<Id, []>): string;
}

export function createClient(options: ClientOptions = {}): Client {
  const { token, onError, fetch: ask = fetch } = options;
  const base = options.baseUrl?.replace(/\/+$/, '') ?? '';

  const send = async (operation: OperationId, request: object, call: ConditionalOptions): Promise<Response> => {
    const shown = typeof token === 'function' ? await token() : token;
    const response = await carry(operation, request, call, shown);
    if (response.status === 401 && shown !== undefined && typeof token === 'function') {
      const other = await token(shown);
      if (other !== shown) {
        await response.body?.cancel();
        return checked(await carry(operation, request, call, other));
      }
    }
    return checked(response);
  };

  const carry = (
    operation: OperationId,
    request: object,
    { signal, ifNoneMatch }: ConditionalOptions,
    shown: string | undefined,
  ): Promise<Response> => {
    const { method, path, headers, body } = build(operation, request);
    return ask(base + path, {
      method,
      credentials: shown === undefined ? 'same-origin' : 'omit',
      headers: {
        ...headers,
        ...(shown === undefined ? {} : { authorization: `Bearer ${shown}` }),
        ...(ifNoneMatch === undefined ? {} : { 'if-none-match': ifNoneMatch }),
      },
      ...(body === undefined ? {} : { body }),
      ...(signal === undefined ? {} : { signal }),
    }).catch((cause: unknown) => {
      throw unanswered(cause, signal);
    });
  };

  const answer = async (operation: OperationId, request: object = {}, call: ConditionalOptions = {}) => {
    try {
      const response = await send(operation, request, call);
      const { status, headers } = response;
      const body = await bodyOf(operation, response, call.signal);
      return { status, headers, etag: headers.get('etag') ?? undefined, body };
    } catch (error) {
      if (error instanceof ApiError) onError?.(error, operation);
      throw error;
    }
  };

  const methods = Object.keys(OPERATIONS).map((id) => [
    id,
    async (request?: object, call?: CallOptions) => (await answer(id as OperationId, request, call)).body,
  ]);

  async function* each(operation: PagedId, request?: object, call?: CallOptions): AsyncGenerator {
    const { cursor, items } = PAGED[operation];
    let from: object = {};
    for (;;) {
      const { body } = await answer(operation, { ...request, ...from }, call);
      const page = body as Readonly<Record<string, unknown>>;
      yield* page[items] as unknown[];
      if (page['next'] === undefined) return;
      from = { [cursor]: page['next'] };
    }
  }

  const urlOf = (operation: OperationId, request: object = {}): string => base + build(operation, request).path;
  // What each takes and answers by its operation is said by the type, not here.
  return { ...Object.fromEntries(methods), answer, each, urlOf } as Client;
}

async function checked(response: Response): Promise<Response> {
  if (!response.ok && response.status !== 304) throw await errorOf(response);
  return response;
}

async function bodyOf(operation: OperationId, response: Response, signal: AbortSignal | undefined): Promise<unknown> {
  if (response.status === 204 || response.status === 304) return undefined;
  if (OPERATIONS[operation][2] === 'bytes') return response;
  try {
    return await response.json();
  } catch (cause) {
    if (cause instanceof SyntaxError)
      throw new ApiError(response.status, 'What answered is not NetSentinel: its answer is no JSON.', { cause });
    throw unanswered(cause, signal);
  }
}

/** What the caller's signal ended is no failure of NetSentinel's. */
function unanswered(cause: unknown, signal: AbortSignal | undefined): unknown {
  if (signal?.aborted === true) return cause;
  return new ApiError(0, 'NetSentinel does not answer. Is it still running?', { cause });
}
