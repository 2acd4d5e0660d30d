/** Why a request is refused, as RFC 9457 has it: each with what the sender should do next. */

export interface Problem {
  readonly status: 400 | 401 | 404 | 405 | 408 | 409 | 413 | 415 | 422 | 429 | 503;
  /** Stable, for programs: the end of `type`. */
  readonly code: string;
  readonly title: string;
  /** What to do next. */
  readonly detail: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What is sent when a request comes too soon. */
const AGAIN = { 'retry-after': '2' };

export const problems = {
  notFound: (path: string): Problem => ({
    status: 404,
    code: 'not-found',
    title: 'Nothing is here',
    detail: `Post records to ${path}.`,
  }),
  wrongMethod: (path: string): Problem => ({
    status: 405,
    code: 'method',
    title: 'Records are posted',
    detail: `Use POST ${path}.`,
    headers: { allow: 'POST' },
  }),
  noToken: {
    status: 401,
    code: 'token',
    title: 'No token, or a wrong one',
    detail: 'Send `Authorization: Bearer TOKEN` with one of the collector’s `tokens`.',
    headers: { 'www-authenticate': 'Bearer realm="netsentinel"' },
  },
  wrongEncoding: {
    status: 415,
    code: 'content-encoding',
    title: 'Unknown compression',
    detail: 'Send the records as they are, or with `Content-Encoding: gzip`.',
    headers: { 'accept-encoding': 'gzip' },
  },
  wrongType: {
    status: 415,
    code: 'content-type',
    title: 'Unknown kind of content',
    detail:
      'Send application/x-ndjson, application/json (one object or an array of them) or text/plain (a record on each line).',
    headers: { accept: 'application/x-ndjson, application/json, text/plain' },
  },
  tooLarge: (bytes: number): Problem => ({
    status: 413,
    code: 'body-too-large',
    title: 'The request is too large',
    detail: `Send at most ${bytes} bytes in one request: make the sender’s batches smaller, or raise \`maxBodyBytes\`.`,
  }),
  tooLargeUnpacked: (bytes: number): Problem => ({
    status: 413,
    code: 'unpacked-too-large',
    title: 'The request is too large when unpacked',
    detail: `Send at most ${bytes} bytes of records in one request: make the sender’s batches smaller, or raise \`maxUnpackedBytes\`.`,
  }),
  notGzip: {
    status: 400,
    code: 'gzip',
    title: 'The body is not gzip, or broken',
    detail: 'Nothing of it was kept. Compress the batch anew and send it again, or leave `Content-Encoding` out.',
  },
  badKey: {
    status: 400,
    code: 'idempotency-key',
    title: 'A bad Idempotency-Key',
    detail: 'Use 1 to 255 visible ASCII characters, another for each batch, and the same when a batch is sent again.',
  },
  keyInUse: {
    status: 409,
    code: 'idempotency-key-in-use',
    title: 'A request with this Idempotency-Key is under way',
    detail: 'Wait for its answer, or send it again later with the same key: the batch will be kept once.',
    headers: AGAIN,
  },
  keyReused: {
    status: 422,
    code: 'idempotency-key-reused',
    title: 'This Idempotency-Key belongs to another batch',
    detail: 'Use another key for each batch; the batch that came first under this one is kept.',
  },
  wrongFormat: {
    status: 400,
    code: 'format',
    title: 'There is no such format',
    detail: 'Leave `format` out, or use a name that `netsentinel formats` shows.',
  },
  busy: {
    status: 429,
    code: 'busy',
    title: 'Too much at once',
    detail: 'Send the same batch again after the time in Retry-After; nothing of it was kept.',
    headers: AGAIN,
  },
  notKept: {
    status: 503,
    code: 'not-kept',
    title: 'The records are not on disk yet',
    detail:
      'Send the same batch again after the time in Retry-After, with the same Idempotency-Key if it had one: without a key it may then be there twice.',
    headers: { 'retry-after': '10' },
  },
} as const satisfies Readonly<Record<string, Problem | ((value: never) => Problem)>>;

/** The body of the answer. */
export function problemBody({ status, code, title, detail }: Problem): string {
  return JSON.stringify({ type: `urn:netsentinel:problem:${code}`, title, status, detail });
}
