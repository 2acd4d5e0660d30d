/**
 * What other people's honeypots saw, in the words that our own decoys use (`DECOY_ACTIONS`): a login, a command and a download mean the same to detectors and
 * to the story, whoever answered the attacker.
 */
import type { EcsDocument, EcsEndpoint, EcsGroup } from '@netsentinel/contracts/parser';
import type { DECOY_ACTIONS } from '@netsentinel/contracts/interaction';
import { endpointOf, portOf } from '../text/endpoint.ts';
import { related, scalarOf, textOf } from '../text/document.ts';
import { isoTime } from '../text/time.ts';

export type Move = keyof typeof DECOY_ACTIONS;

export interface DecoySighting {
  /** Which honeypot wrote it: the vendor's namespace. */
  readonly product: string;
  /** The service that it played, in small letters: `ssh`. */
  readonly protocol: string;
  readonly move: Move;
  /** Milliseconds since the epoch. */
  readonly timeMs: number | undefined;
  readonly original: string;
  readonly source?: EcsEndpoint | undefined;
  readonly destination?: EcsEndpoint | undefined;
  readonly transport?: string | undefined;
  readonly session?: string | undefined;
  /** The machine or installation that played the service. */
  readonly sensor?: string | undefined;
  readonly message?: string | undefined;
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  readonly accepted?: boolean | undefined;
  /** How many of the same stand behind this one. */
  readonly count?: number | undefined;
  readonly commandLine?: string | undefined;
  readonly url?: string | undefined;
  readonly userAgent?: string | undefined;
  readonly file?: EcsGroup | undefined;
  readonly publicKey?: { readonly type: string; readonly fingerprint: string } | undefined;
  /** Below `netsentinel.ssh`. */
  readonly ssh?: EcsGroup | undefined;
  /** Below `netsentinel.forward`. */
  readonly forward?: EcsGroup | undefined;
  /** What else the honeypot tells, below its own name. */
  readonly vendor?: EcsGroup | undefined;
}

const CATEGORIES: Partial<Record<Move, readonly string[]>> = {
  login: ['authentication'],
  connect: ['network'],
  disconnect: ['network'],
  forward: ['network'],
  command: ['process'],
  program: ['process'],
  download: ['file'],
  upload: ['file'],
};

export function decoyDocument(seen: DecoySighting): EcsDocument {
  const { product, move, source, destination, user, password, publicKey, accepted, url, commandLine } = seen;
  const protocol = seen.protocol.toLowerCase().replace(/[^a-z0-9_]+/g, '_') || product;
  const isLogin = move === 'login';
  return {
    '@timestamp': isoTime(seen.timeMs),
    message: seen.message,
    event: {
      kind: 'event',
      category: CATEGORIES[move] ?? ['intrusion_detection'],
      type: move === 'connect' ? ['start'] : move === 'disconnect' ? ['end'] : ['info'],
      action: `${protocol}-${move}`,
      outcome: isLogin ? (accepted === true ? 'success' : 'failure') : undefined,
      original: seen.original,
    },
    source,
    destination,
    network: { protocol, transport: seen.transport },
    user: user === undefined ? undefined : { name: user },
    process: commandLine === undefined ? undefined : { command_line: commandLine },
    file: seen.file,
    url: url === undefined ? undefined : { original: url },
    user_agent: seen.userAgent === undefined ? undefined : { original: seen.userAgent },
    observer: seen.sensor === undefined ? undefined : { name: seen.sensor, type: 'honeypot' },
    related: { ip: related(source?.ip, destination?.ip), user: related(user) },
    netsentinel: {
      decoy: { id: seen.sensor ?? product, type: protocol },
      session: seen.session === undefined ? undefined : { id: seen.session },
      credential: isLogin
        ? {
            method: publicKey === undefined ? 'password' : 'publickey',
            password,
            public_key: publicKey,
            accepted: accepted === true,
          }
        : undefined,
      ssh: seen.ssh,
      forward: seen.forward,
      aggregated: seen.count === undefined || seen.count < 2 ? undefined : seen.count,
    },
    [product]: seen.vendor,
  };
}

/** An address with its port, of whatever type the honeypot wrote them; undefined without an address. */
export function endpointIn(address: unknown, port: unknown): EcsEndpoint | undefined {
  const text = textOf(address);
  if (text === undefined) return undefined;
  // Written so by servers that listen on IPv6 and IPv4 at once.
  return endpointOf(text.startsWith('::ffff:') ? text.slice(7) : text, portOf(scalarOf(port)));
}
