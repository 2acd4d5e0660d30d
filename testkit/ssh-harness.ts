/**
 * An SSH decoy in a test's hands: a context that remembers what was emitted, kept and recorded, a small pretended machine, and a listener on
 * loopback.
 */
import { createServer, type AddressInfo, type Server } from 'node:net';
import type { Clock } from '@netsentinel/contracts/clock';
import type { Decoy, DecoyContext, DecoyDefinition } from '@netsentinel/contracts/decoy';
import { SensorEvent } from '@netsentinel/contracts/event';
import { SshConfig } from '@netsentinel/decoys/ssh/ssh.config';
import { createSshServer } from '@netsentinel/decoys/ssh/ssh-server';
import type { Persona } from '@netsentinel/decoys/persona/persona.types';
import type { OpenMachine, ShellOptions, ShellSession } from '@netsentinel/decoys/shell/shell.types';
import { systemClock } from '@netsentinel/kernel/clock';
import { silentLogger } from '@netsentinel/kernel/log';

export const fakePersona = {
  profile: 'debian-12-server',
  hostname: 'web01',
  users: [
    { name: 'root', uid: 0, gid: 0, gecos: 'root', home: '/root', shell: '/bin/bash', login: true },
    { name: 'tester', uid: 1000, gid: 1000, gecos: '', home: '/home/tester', shell: '/bin/bash', login: true },
  ],
} as unknown as Persona;

/** Says what it was given, and ends at `exit N`, at end of input, or at the end of its command. */
function fakeShell(options: ShellOptions): ShellSession {
  let line = '';
  let over = false;
  const say = (text: string, stream: 'stdout' | 'stderr' = 'stdout'): boolean =>
    options.output(Buffer.from(text), stream);
  const finish = (code: number): void => {
    if (over) return;
    over = true;
    options.exit({ code });
  };
  const run = (text: string): void => {
    options.observe({ kind: 'input', line: text });
    const exit = /^exit (\d+)$/.exec(text);
    if (exit !== null) return finish(Number(exit[1]));
    const flood = /^flood (\d+)$/.exec(text);
    if (flood !== null) say('x'.repeat(Number(flood[1])));
    else if (text === 'kill') options.exit({ signal: 'KILL' });
    else if (text === 'env') say(`${JSON.stringify(options.environment)}\n`);
    else if (text.startsWith('err ')) say(`${text.slice(4)}\n`, 'stderr');
    else if (text.startsWith('echo ')) say(`${text.slice(5)}\n`);
    else if (text !== '') say(`bash: ${text}: command not found\n`, 'stderr');
  };
  const prompt = (): void => {
    if (!over && options.terminal !== undefined) say(`${options.user}@web01:~# `);
  };
  if (options.command === undefined) prompt();
  else if (options.command !== 'cat') {
    run(options.command);
    queueMicrotask(() => finish(0));
  }
  return {
    input(chunk) {
      if (options.command === 'cat') {
        say(Buffer.from(chunk).toString('latin1'));
        return;
      }
      for (const character of Buffer.from(chunk).toString('utf8')) {
        if (character !== '\n' && character !== '\r') {
          line += character;
          continue;
        }
        run(line);
        line = '';
        prompt();
      }
    },
    end: () => finish(0),
    resize: (columns, rows) => void say(`[${columns}x${rows}]`),
    signal: (name) => options.exit({ signal: name }),
    resume() {},
    destroy() {
      over = true;
    },
  };
}

export const openFakeMachine: OpenMachine = () => ({
  persona: fakePersona,
  fs: {} as never,
  user: (name) => {
    const user = fakePersona.users.find((candidate) => candidate.name === name);
    return user === undefined ? undefined : { ...user, groups: [user.gid] };
  },
  revision: 0,
  snapshot: () => new Uint8Array(0),
  openShell: fakeShell,
});

export interface SshHarness {
  readonly decoy: Decoy;
  readonly ctx: DecoyContext;
  readonly events: SensorEvent[];
  /** What the decoy logged as its own errors. */
  readonly failures: string[];
  readonly recordings: Map<string, Buffer>;
  readonly memory: Map<string, Uint8Array>;
  readonly blobs: Map<string, Uint8Array>;
  /** Listens on a free port of loopback and answers it. */
  listen(port?: number): Promise<number>;
  close(): Promise<void>;
}

export interface SshHarnessOptions {
  readonly config?: unknown;
  readonly seed?: Uint8Array;
  readonly clock?: Clock;
  readonly memory?: Map<string, Uint8Array>;
  /** Starts this in place of the server with a pretended machine, as the decoy host would. */
  readonly definition?: DecoyDefinition<SshConfig>;
  readonly openMachine?: OpenMachine;
  readonly persona?: Persona;
  readonly limits?: Partial<DecoyContext['limits']>;
  /** Checks every event against its schema; costs time, so benchmarks turn it off. */
  readonly checksEvents?: boolean;
  /** False forgets them at once. */
  readonly keepsEvents?: boolean;
}

/** Fails the test that emits an event against the schema. */
export function createSshHarness(options: SshHarnessOptions = {}): SshHarness {
  const events: SensorEvent[] = [];
  const failures: string[] = [];
  const recordings = new Map<string, Buffer>();
  const memory = options.memory ?? new Map<string, Uint8Array>();
  const blobs = new Map<string, Uint8Array>();
  let session = 0;
  let server: Server | undefined;
  const ctx: DecoyContext = {
    decoy: 'ssh-1',
    seed: options.seed ?? Buffer.alloc(32, 7),
    clock: options.clock ?? systemClock,
    log: { ...silentLogger, error: (text, fields) => void failures.push(`${text}: ${String(fields?.['error'])}`) },
    limits: {
      maxConnections: 10_000,
      maxConnectionsPerSource: 10_000,
      maxSessionMs: 3_600_000,
      maxUploadBytes: 1 << 20,
      maxRecordingBytes: 1 << 20,
      ...options.limits,
    },
    newSessionId: () => `session-${session++}`,
    emit(event) {
      if (options.keepsEvents === false) return true;
      events.push(options.checksEvents === false ? event : SensorEvent.parse(event));
      return true;
    },
    drained: () => Promise.resolve(),
    blobs: {
      record(id) {
        if (options.keepsEvents === false) return { write() {}, close() {}, bytes: 0 };
        recordings.set(id, Buffer.alloc(0));
        return {
          write: (chunk) => void recordings.set(id, Buffer.concat([recordings.get(id)!, chunk])),
          close() {},
          get bytes() {
            return recordings.get(id)!.length;
          },
        };
      },
      keep(content) {
        const sha256 = 'a'.repeat(64);
        blobs.set(sha256, content);
        return Promise.resolve({ sha256, bytes: content.length, truncated: false });
      },
    },
    memory: {
      recall: (key) => Promise.resolve(memory.get(key)),
      remember: (key, value) => {
        memory.set(key, value);
        return true;
      },
    },
  };
  const config = SshConfig.parse(options.config ?? {});
  const decoy =
    options.definition?.create(ctx, config) ??
    createSshServer(ctx, config, {
      openMachine: options.openMachine ?? openFakeMachine,
      persona: options.persona ?? fakePersona,
    });
  return {
    decoy,
    ctx,
    events,
    failures,
    recordings,
    memory,
    blobs,
    async listen(port = 0) {
      server = createServer((stream) =>
        decoy.accept({
          stream,
          source: { ip: stream.remoteAddress ?? '', port: stream.remotePort ?? 0 },
          destination: { ip: stream.localAddress ?? '', port: stream.localPort ?? 0 },
        }),
      );
      await new Promise<void>((resolve) => server!.listen(port, '127.0.0.1', resolve));
      return (server.address() as AddressInfo).port;
    },
    async close() {
      await decoy.close();
      await new Promise<void>((resolve) => (server === undefined ? resolve() : server.close(() => resolve())));
    },
  };
}
