/**
 * An endpoint that web servers ask before they serve: nginx (`auth_request`), Traefik (`ForwardAuth`), Caddy (`forward_auth`) and Envoy (`ext_authz` over
 * HTTP). 200 lets the request in; anything else is the refusal.
 *
 * Each has a path of its own, because each tells of the request in headers of its own, and lets a client's headers of the other's names through.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { networkContains, parseAddress, parseNetwork, type Network } from '@netsentinel/kernel/address';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { hasBody } from '../adapters/node-http.ts';
import { readFirstBytes } from '../adapters/read-body.ts';
import type { Decision, Guard, GuardRequest } from '../guard.ts';
import { unpackFirst } from '../inspection/unpack.ts';
import { originalOf, styles, type ServerStyle } from './original-request.ts';
import { blockedAnswer } from '../answers.ts';

export interface ForwardAuthOptions {
  readonly guard: Guard;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** 0 takes any that is free. Default 9180. */
  readonly port?: number;
  /** Web servers that may ask: what they say of a request is believed. Default: this machine. */
  readonly from?: readonly string[];
}

export interface ForwardAuth {
  readonly port: number;
  close(): Promise<void>;
}

const TIMEOUTS = { headersTimeout: 5_000, requestTimeout: 15_000, keepAliveTimeout: 75_000 };
const DECISION = 'x-guard-decision';

/** Rejects with `GUARD_LISTEN` where the address cannot be listened on. */
export async function createForwardAuth(options: ForwardAuthOptions): Promise<ForwardAuth> {
  const { guard, host = '127.0.0.1', port = 9180, from = ['127.0.0.0/8', '::1'] } = options;
  const askers = from.map((text) => {
    const network = parseNetwork(text);
    if (network === undefined)
      throw new NetSentinelError('GUARD_OPTIONS', 'user', `from: ${JSON.stringify(text)} is no network`);
    return network;
  });
  const server = createServer(TIMEOUTS, (request, response) => void serve(guard, askers, request, response));
  await listen(server, port, host);
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function serve(
  guard: Guard,
  askers: readonly Network[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const asker = parseAddress(request.socket.remoteAddress ?? '');
  if (asker === undefined || !askers.some((one) => networkContains(one, asker)))
    return send(response, 403, {}, 'Not for you.\n');
  const { url = '/' } = request;
  const style = styles.find((one) => url.startsWith(`/${one}`) && /^(?:[/?]|$)/.test(url.slice(one.length + 1)));
  if (style === undefined) return send(response, 404, {}, `Ask /${styles.join(', /')}.\n`);
  const original = originalOf(request, style);
  // A web server that does not say what it was asked for has been set up wrongly; to let everything in would hide it.
  if (original === undefined)
    return send(response, 500, {}, 'The web server does not tell which request it asks for.\n');
  const decision = await decide(guard, request, original);
  if (decision !== undefined) answer(decision, style, response);
}

async function decide(guard: Guard, request: IncomingMessage, original: GuardRequest): Promise<Decision | undefined> {
  const decision = await guard.inspect(original);
  if (decision.action !== 'allow' || !hasBody(request) || !guard.wantsBody(original)) return decision;
  const first = await readFirstBytes(request, guard.maxBodyBytes, guard.bodyTimeoutMs);
  if ('bytes' in first)
    return guard.inspectBody(original, decision, await unpackFirst(first.bytes, original.headers, guard.maxBodyBytes));
  return first.failed === 'slow' ? guard.tooSlow(original, decision) : undefined;
}

function answer(decision: Decision, style: ServerStyle, response: ServerResponse): void {
  if (decision.action === 'allow') return send(response, 200, { ...decision.headers, [DECISION]: 'allow' }, '');
  // A decoy's page says 200, by which a web server would let the request in.
  const { status, headers, body } = decision.action === 'honeytoken' ? blockedAnswer() : decision.answer;
  const told = { ...headers, [DECISION]: decision.action, 'x-guard-status': String(status) };
  // To nginx anything but 401 and 403 is a failure of ours.
  send(response, style === 'nginx' ? 403 : status, told, body);
}

function send(response: ServerResponse, status: number, headers: Readonly<Record<string, string>>, body: string): void {
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

async function listen(server: Server, port: number, host: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) =>
      reject(new NetSentinelError('GUARD_LISTEN', 'operational', `cannot listen on ${host}:${port}`, { cause })),
    );
    server.listen(port, host, resolve);
  });
}
