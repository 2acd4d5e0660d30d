/** HTTP to the controller: one kept connection or a few, a time limit and a bound for each answer, no redirects. Never rejects. */
import type { Agent, IncomingMessage } from 'node:http';
import { describeError } from '@netsentinel/kernel/errors';
import { printable } from '@netsentinel/kernel/log';

// `import` asks a built-in module for all that it exports, and of HTTP's that loads a client of 9 MB that we do not use.
const http = process.getBuiltinModule('node:http');
const https = process.getBuiltinModule('node:https');

export type Answer =
  | { readonly ok: true; readonly body: unknown }
  /** `status` is 0 where there was no answer. */
  | { readonly ok: false; readonly status: number; readonly reason: string };

/** The controller is one thread: more at once would only wait there. */
const CONNECTIONS = 4;
/** Listings of some hundred thousand flows. */
const MAX_ANSWER_BYTES = 128 * 1024 * 1024;

export class OfctlClient {
  readonly #base: URL;
  readonly #timeoutMs: number;
  readonly #agent: Agent;

  constructor(url: string, timeoutMs: number) {
    this.#base = new URL(url);
    this.#timeoutMs = timeoutMs;
    const settings = { keepAlive: true, maxSockets: CONNECTIONS, timeout: 30_000 };
    this.#agent = this.#base.protocol === 'https:' ? new https.Agent(settings) : new http.Agent(settings);
  }

  /** All that is asked here may be asked again: where a kept connection was closed meanwhile it is, on another. */
  post(path: string, body: object): Promise<Answer> {
    return this.#surely('POST', path, JSON.stringify(body));
  }

  get(path: string): Promise<Answer> {
    return this.#surely('GET', path, '');
  }

  async #surely(method: 'GET' | 'POST', path: string, text: string): Promise<Answer> {
    for (let i = 0; i < CONNECTIONS; i++) {
      const answer = await this.#ask(method, path, text);
      if (answer !== 'closed meanwhile') return answer;
    }
    return { ok: false, status: 0, reason: 'it closes every connection' };
  }

  #ask(method: 'GET' | 'POST', path: string, text: string): Promise<Answer | 'closed meanwhile'> {
    return new Promise((resolve) => {
      const { request: send } = this.#base.protocol === 'https:' ? https : http;
      const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) };
      const target = new URL(this.#base.pathname.replace(/\/$/, '') + path, this.#base);
      const request = send(target, { method, agent: this.#agent, headers });
      const late = new Error(`no answer within ${this.#timeoutMs} ms`);
      const timer = setTimeout(() => request.destroy(late), this.#timeoutMs);
      const end = (answer: Answer | 'closed meanwhile'): void => {
        clearTimeout(timer);
        resolve(answer);
      };
      const fail = (error: unknown): void =>
        end(
          request.reusedSocket && error !== late
            ? 'closed meanwhile'
            : { ok: false, status: 0, reason: failure(error) },
        );
      request.on('error', fail);
      request.on('response', (response) => void read(response).then(end, fail));
      request.end(text);
    });
  }
}

async function read(response: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_ANSWER_BYTES) throw new Error(`an answer of more than ${MAX_ANSWER_BYTES} bytes`);
    chunks.push(chunk);
  }
  const status = response.statusCode ?? 0;
  const text = Buffer.concat(chunks).toString('utf8');
  if (status !== 200) return { ok: false, status, reason: `HTTP ${status}` };
  return { ok: true, body: text === '' ? undefined : JSON.parse(text) };
}

function failure(error: unknown): string {
  const code = (error as { code?: unknown }).code;
  const said = describeError(error);
  return printable(said === '' && typeof code === 'string' ? code : said, 200);
}
