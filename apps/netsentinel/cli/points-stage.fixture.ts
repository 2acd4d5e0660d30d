/** A centre and enforcement points, each a program of its own in a network namespace of a lab, driven by the command line. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { callEnforcer, type ControlRequest, type ControlResults } from '@netsentinel/enforcer/control';
import { createNetworkLab, type NetworkLab } from '@netsentinel/testkit/netns';

const HOME = join(import.meta.dirname, '..', '..', '..');
const MAIN = join(HOME, 'apps/netsentinel/main.ts');
const ENFORCER = join(HOME, 'apps/enforcer/enforcer-host.ts');
const QUIET = '--disable-warning=ExperimentalWarning';
const PORT = 8844;

export interface Finished {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface Program {
  readonly child: ChildProcess;
  text(): string;
  end(signal: NodeJS.Signals): Promise<void>;
}

/** The centre is in the lab's attacking namespace, points in the defended one. */
export class PointsStage {
  readonly lab: NetworkLab = createNetworkLab();
  readonly folder = mkdtempSync(join(tmpdir(), 'points-'));
  readonly #programs = new Set<Program>();

  /** Starts the centre's enforcer, as its launcher would; resolves once it is ready. */
  async centre(changes: object = {}): Promise<Program> {
    const directory = join(this.folder, 'centre', 'enforcer');
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const program = this.#start('attacker', [process.execPath, QUIET, ENFORCER], ['ignore', 'pipe', 'pipe', 'ipc']);
    program.child.send({
      t: 'boot',
      directory,
      controlSocket: join(directory, 'control.sock'),
      logLevel: 'warn',
      config: {
        mode: 'enforce',
        responders: { nftables: { mode: 'off' } },
        points: { address: this.lab.attacker4, port: PORT },
        ...changes,
      },
    });
    const [said] = (await once(program.child, 'message')) as [{ t: string; message?: string }];
    if (said.t !== 'ready') throw new Error(`the centre did not start: ${said.message ?? said.t}`);
    return program;
  }

  /** Asks the centre's enforcer, as its command line would. */
  call<R extends ControlRequest>(request: R): Promise<ControlResults[R['command']]> {
    return callEnforcer(join(this.folderOf('centre'), 'enforcer', 'control.sock'), request);
  }

  /** Asks a point's own. */
  callAt<R extends ControlRequest>(point: string, request: R): Promise<ControlResults[R['command']]> {
    return callEnforcer(join(this.folderOf(point), 'enforcer', 'control.sock'), request);
  }

  /** Asks the centre by its command line. */
  ask(...args: readonly string[]): Promise<Finished> {
    return this.#run('attacker', 'centre', args);
  }

  async token(name: string, validMs = 900_000): Promise<string> {
    return (await this.call({ command: 'invitePoint', name, validMs, by: 'test' })).token;
  }

  /** Runs a command on a point's host to its end. */
  at(point: string, ...args: readonly string[]): Promise<Finished> {
    this.#configure(point);
    return this.#run('defender', point, args);
  }

  /** Starts a command on a point's host that runs on; resolves once it says that it does. */
  async run(point: string, ...args: readonly string[]): Promise<Program> {
    this.#configure(point);
    const program = this.#start('defender', this.#command(point, args), ['ignore', 'pipe', 'pipe']);
    while (!program.text().includes('running as the point')) {
      if (program.child.exitCode !== null) throw new Error(`it did not run: ${program.text()}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return program;
  }

  folderOf(name: string): string {
    return join(this.folder, name);
  }

  /** Addresses that the kernel of the points drops now, and for how many seconds more. */
  blocked(): Record<string, number> {
    const text = this.lab.run('defender', ['nft', '-j', 'list', 'ruleset']);
    const { nftables } = JSON.parse(text) as {
      nftables: { set?: { elem?: { elem: { val: string; expires: number } }[] } }[];
    };
    return Object.fromEntries(
      nftables
        .flatMap(({ set }) => (set?.elem ?? []).map(({ elem }) => [elem.val, elem.expires] as const))
        // The responder's own sign that its monitor sees what it does.
        .filter(([address]) => !address.startsWith('0.')),
    );
  }

  /** Nothing of the centre reaches a point any more, and nobody is told that it does not. */
  cut(): void {
    const rule = `table ip cut {\nchain out {\ntype filter hook output priority 0;\ntcp sport ${PORT} drop\n}\n}\n`;
    this.lab.run('attacker', ['nft', '-f', '-'], rule);
  }

  mend(): void {
    this.lab.run('attacker', ['nft', 'delete', 'table', 'ip', 'cut']);
  }

  async destroy(): Promise<void> {
    await Promise.all([...this.#programs].map((program) => program.end('SIGKILL')));
    this.lab.destroy();
    rmSync(this.folder, { recursive: true, force: true });
  }

  #configure(point: string): void {
    mkdirSync(this.folderOf(point), { recursive: true });
    writeFileSync(
      join(this.folderOf(point), 'netsentinel.yaml'),
      'enforcer:\n  mode: enforce\n  resolvConf: /nonexistent\n  responders:\n    nftables: { redirect: { tcp: { 7022: 7023 } } }\n',
    );
  }

  #command(name: string, args: readonly string[]): string[] {
    const folder = this.folderOf(name);
    const own = name === 'centre' ? [] : ['--config', join(folder, 'netsentinel.yaml')];
    return [process.execPath, QUIET, MAIN, ...own, '--data', folder, ...args];
  }

  async #run(side: 'attacker' | 'defender', name: string, args: readonly string[]): Promise<Finished> {
    const child = this.#spawn(side, this.#command(name, args), ['ignore', 'pipe', 'pipe']);
    const text = { out: '', err: '' };
    child.stdout!.setEncoding('utf8').on('data', (chunk: string) => (text.out += chunk));
    child.stderr!.setEncoding('utf8').on('data', (chunk: string) => (text.err += chunk));
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, ...text };
  }

  #start(side: 'attacker' | 'defender', command: readonly string[], stdio: ('ignore' | 'pipe' | 'ipc')[]): Program {
    const child = this.#spawn(side, command, stdio);
    let text = '';
    for (const stream of [child.stdout!, child.stderr!])
      stream.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    const program: Program = {
      child,
      text: () => text,
      end: async (signal) => {
        this.#programs.delete(program);
        if (child.exitCode !== null || child.signalCode !== null) return;
        const gone = once(child, 'exit');
        child.kill(signal);
        await gone;
      },
    };
    this.#programs.add(program);
    return program;
  }

  /** `ip netns exec` becomes the program itself, so that signals reach it. */
  #spawn(
    side: 'attacker' | 'defender',
    command: readonly string[],
    stdio: ('ignore' | 'pipe' | 'ipc')[],
  ): ChildProcess {
    return spawn('ip', ['netns', 'exec', this.lab[side], ...command], {
      cwd: this.folder,
      stdio,
      env: { PATH: process.env['PATH'], NODE_V8_COVERAGE: '' },
    });
  }
}
