/** An SSH decoy in a test's hands, with a small pretended machine, and a listener on loopback. */
import type { Decoy, DecoyDefinition } from '@netsentinel/contracts/decoy';
import { SshConfig } from '@netsentinel/decoys/ssh/ssh.config';
import { createSshServer } from '@netsentinel/decoys/ssh/ssh-server';
import type { Persona } from '@netsentinel/decoys/persona/persona.types';
import type { OpenMachine, ShellOptions, ShellSession } from '@netsentinel/decoys/shell/shell.types';
import {
  createDecoyContext,
  type DecoyContextOptions,
  type DecoyListener,
  listenFor,
  type RecordedContext,
} from './decoy-harness.ts';

export const fakePersona = {
  profile: 'debian-12-server',
  hostname: 'web01',
  users: [
    { name: 'root', uid: 0, gid: 0, gecos: 'root', home: '/root', shell: '/bin/bash', login: true },
    { name: 'tester', uid: 1000, gid: 1000, gecos: '', home: '/home/tester', shell: '/bin/bash', login: true },
  ],
  ssh: { version: '9.2p1', software: 'OpenSSH_9.2p1 Debian-2+deb12u10' },
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

export interface SshHarness extends RecordedContext {
  readonly decoy: Decoy;
  /** Listens on a free port of loopback and answers it. */
  listen(port?: number): Promise<number>;
  close(): Promise<void>;
}

export interface SshHarnessOptions extends DecoyContextOptions {
  readonly config?: unknown;
  /** Starts this in place of the server with a pretended machine, as the decoy host would. */
  readonly definition?: DecoyDefinition<SshConfig>;
  readonly openMachine?: OpenMachine;
  readonly persona?: Persona;
}

/** Fails the test that emits an event against the schema. */
export function createSshHarness(options: SshHarnessOptions = {}): SshHarness {
  const recorded = createDecoyContext({ id: 'ssh-1', ...options });
  const { ctx } = recorded;
  let listener: DecoyListener | undefined;
  const config = SshConfig.parse(options.config ?? {});
  const decoy =
    options.definition?.create(ctx, config) ??
    createSshServer(ctx, config, {
      openMachine: options.openMachine ?? openFakeMachine,
      persona: options.persona ?? fakePersona,
    });
  return {
    decoy,
    ...recorded,
    async listen(port = 0) {
      listener = await listenFor(decoy, port);
      return listener.port;
    },
    close: () => listener?.close() ?? decoy.close(),
  };
}
