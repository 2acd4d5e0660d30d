/** Events from short sketches, for the cases of detectors and for tests; no part of the product. */
import type { Event, SensorEvent } from '@netsentinel/contracts/event';
import type { DECOY_ACTIONS } from '@netsentinel/contracts/interaction';

/** A command line, or one move; `after` is the time since the move before in seconds (default 1, may be negative). */
export type Move = string | MoveSketch;

export interface MoveSketch {
  readonly command?: string;
  readonly program?: readonly string[];
  readonly login?: string;
  readonly password?: string;
  /** How it was tried, where not by a password. */
  readonly method?: string;
  readonly ok?: boolean;
  readonly connect?: boolean;
  readonly disconnect?: boolean;
  readonly handshake?: string;
  readonly forward?: string;
  readonly outbound?: string;
  readonly download?: string;
  readonly upload?: string;
  readonly write?: string;
  readonly execute?: string;
  /** `GET /path?query`, as a web server of one's own logs it: no decoy. */
  readonly request?: string;
  readonly status?: number;
  readonly agent?: string;
  /** The account that HTTP's own authentication named. */
  readonly user?: string;
  /** The crawler that `agent` names, though the address is none of its. */
  readonly claims?: string;
  readonly body?: string;
  /** The kind of the honeytoken that is in it. */
  readonly honeytoken?: string;
  /** What the decoy makes of it. */
  readonly technique?: string;
  readonly after?: number;
  readonly session?: string;
  readonly decoy?: boolean;
  /** At which decoy; default: the one SSH decoy. */
  readonly at?: string;
  readonly verified?: boolean;
}

export const STORY_START = Date.UTC(2026, 10, 21, 10);

/** Events of one actor, numbered from `first`. */
export function movesOf(moves: readonly Move[], first = 1, actor = '198.51.100.7'): Event[] {
  let time = STORY_START;
  return moves.map((move, index) => {
    const sketch = typeof move === 'string' ? { command: move } : move;
    time += (sketch.after ?? 1) * 1000;
    return moveEvent(sketch, time, first + index, actor);
  });
}

export function moveEvent(sketch: MoveSketch, time: number, sequence: number, actor = '198.51.100.7'): Event {
  const [name, facts] = factsOf(sketch);
  const { netsentinel, event, ...rest } = facts;
  return {
    '@timestamp': new Date(time).toISOString(),
    source: { ip: actor, port: 40_000 },
    network: { protocol: 'ssh', transport: 'tcp' },
    ...rest,
    ...(sketch.technique === undefined ? {} : { threat: { technique: { id: [sketch.technique] } } }),
    event: {
      kind: 'event',
      dataset: 'netsentinel.ssh',
      action: `ssh-${name}`,
      ...event,
      id: `ssh-1~m1abcdef~${sequence.toString(36)}`,
      ingested: new Date(time).toISOString(),
      sequence,
    },
    netsentinel: {
      ...(sketch.decoy === false || sketch.request !== undefined
        ? {}
        : { decoy: { id: sketch.at ?? 'ssh-1', type: 'ssh' } }),
      session: { id: sketch.session ?? 's1' },
      ...(sketch.honeytoken === undefined
        ? {}
        : {
            honeytoken: {
              id: `web.${sketch.honeytoken}`,
              kind: sketch.honeytoken,
              title: sketch.honeytoken,
              place: '/root/.env on web01',
            },
          }),
      ...netsentinel,
      sensor: { id: 'ssh-1', type: 'ssh' },
      source_verified: sketch.verified !== false,
      actor,
    },
  };
}

type Facts = Partial<Omit<SensorEvent, 'event'>> & { readonly event?: Partial<SensorEvent['event']> };

function factsOf(sketch: MoveSketch): [keyof typeof DECOY_ACTIONS, Facts] {
  if (sketch.login !== undefined)
    return [
      'login',
      {
        event: { category: ['authentication'], outcome: sketch.ok === true ? 'success' : 'failure' },
        user: { name: sketch.login },
        netsentinel: {
          credential: {
            method: sketch.method ?? 'password',
            ...(sketch.password === undefined ? {} : { password: sketch.password }),
            accepted: sketch.ok === true,
          },
        },
      },
    ];
  if (sketch.request !== undefined) {
    const [method = 'GET', target = '/'] = sketch.request.split(' ');
    return [
      'connect',
      {
        event: { kind: 'event', category: ['web'], dataset: 'nginx.access' },
        url: { original: target },
        http: {
          request: { method, ...(sketch.body === undefined ? {} : { body: { content: sketch.body } }) },
          response: { status_code: sketch.status ?? 200 },
        },
        ...(sketch.agent === undefined ? {} : { user_agent: { original: sketch.agent } }),
        ...(sketch.user === undefined ? {} : { user: { name: sketch.user } }),
        ...(sketch.claims === undefined ? {} : { netsentinel: { claimed_crawler: sketch.claims } }),
      },
    ];
  }
  if (sketch.command !== undefined) return ['command', { process: { command_line: sketch.command } }];
  if (sketch.program !== undefined) return ['program', { process: { args: [...sketch.program] } }];
  if (sketch.handshake !== undefined)
    return [
      'client',
      { netsentinel: { ssh: { client_version: sketch.handshake, hassh: 'ec7378c1a92f5a8dde7e8b7a1ddf33d1' } } },
    ];
  if (sketch.forward !== undefined) {
    const [host = '', port = '0'] = sketch.forward.split(':');
    return ['forward', { netsentinel: { forward: { kind: 'direct-tcpip', host, port: Number(port) } } }];
  }
  if (sketch.outbound !== undefined) {
    const [host = '', port = '0'] = sketch.outbound.split(':');
    return ['forward', { netsentinel: { forward: { kind: 'connect', host, port: Number(port) } } }];
  }
  if (sketch.download !== undefined)
    return [
      'download',
      { url: { original: sketch.download }, file: { path: `/tmp/${sketch.download.split('/').at(-1)}` } },
    ];
  if (sketch.upload !== undefined)
    return [
      'file',
      {
        tags: ['upload'],
        file: { path: sketch.upload },
        netsentinel: { upload: { sha256: 'a'.repeat(64), bytes: 9 } },
      },
    ];
  if (sketch.write !== undefined)
    return [
      'file',
      {
        tags: ['redirect'],
        file: { path: sketch.write },
        netsentinel: { upload: { sha256: 'b'.repeat(64), bytes: 9 } },
      },
    ];
  if (sketch.execute !== undefined) return ['execute', { process: { executable: sketch.execute } }];
  return [sketch.disconnect === true ? 'disconnect' : 'connect', {}];
}
