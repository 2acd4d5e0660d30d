/**
 * The stage of the story tests: two network namespaces, the whole product running in the defended one, and the attacker's programs, Debian's own,
 * in the other. Every program started here has an end in sight.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EnforcedBlock } from '@netsentinel/contracts/action';
import type { Incident, IncidentSummary } from '@netsentinel/contracts/incident';
import { createNetworkLab, type NetworkLab } from '@netsentinel/testkit/netns';
import { startWholeProduct, type WholeProduct } from '../../apps/netsentinel/bench/whole-product.ts';
import { HOME } from '../../apps/netsentinel/cli/settings.ts';

export const PORT = 2222;
const MAX_OUTPUT = 4 * 1024 * 1024;

export interface Finished {
  /** The exit code; 124 where the time was over (as `timeout` says it). */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly timeoutMs?: number;
  /** Written to its stdin, which is then closed. */
  readonly input?: string;
}

/** Runs a program to its end and tells how it went; ends it where it takes too long. */
export async function run(command: readonly string[], options: RunOptions = {}): Promise<Finished> {
  const seconds = String((options.timeoutMs ?? 30_000) / 1000);
  const child = spawn('timeout', ['-k', '2', seconds, ...command], { stdio: ['pipe', 'pipe', 'pipe'] });
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].on('data', (chunk: Buffer) => (texts[name] = (texts[name] + chunk.toString()).slice(-MAX_OUTPUT)));
  // A program that ends without reading all of it is no failure of ours.
  child.stdin.on('error', () => {});
  child.stdin.end(options.input ?? '');
  const [code] = (await once(child, 'close')) as [number | null];
  return { code: code ?? 137, ...texts };
}

export interface AttackOptions extends RunOptions {
  readonly from?: 'attacker' | 'defender';
}

export interface Stage {
  readonly network: NetworkLab;
  /** A folder for what the attacker has at hand. */
  readonly attackerFolder: string;
  /** Starts the product; the next start goes on with the same data unless `fresh`. One at a time. */
  start(config: Record<string, unknown>, options?: { readonly fresh?: boolean }): Promise<WholeProduct>;
  readonly product: WholeProduct;
  /** Lines of `up --json` since the start, oldest first. */
  readonly lines: readonly Record<string, unknown>[];
  /** Runs `netsentinel …` on the product's data. */
  cli(...args: readonly string[]): Promise<Finished>;
  /** Runs `netsentinel lab …` on the defended machine. */
  lab(args: readonly string[], options?: RunOptions): Promise<Finished>;
  /** The incidents of an address. */
  incidentsOf(address: string): Promise<IncidentSummary[]>;
  /** The one incident of an address, whole; rejects where there is none or more than one. */
  incidentOf(address: string): Promise<Incident>;
  blocks(): Promise<EnforcedBlock[]>;
  /** Runs a program as the attacker, from their machine or, as `from: 'defender'`, from the defended one itself. */
  attack(command: readonly string[], options?: AttackOptions): Promise<Finished>;
  close(): Promise<void>;
}

export function openStage(): Stage {
  const network = createNetworkLab();
  const root = mkdtempSync(join(tmpdir(), 'netsentinel-story-'));
  const attackerFolder = join(root, 'attacker');
  mkdirSync(attackerFolder);
  let folder: string | undefined;
  let product: WholeProduct | undefined;
  let lines: Record<string, unknown>[] = [];
  const running = (): WholeProduct => {
    if (product === undefined) throw new Error('the product is not running');
    return product;
  };
  const program = (): string[] => [
    process.execPath,
    '--disable-warning=ExperimentalWarning',
    join(HOME, 'apps', 'netsentinel', 'main.ts'),
    '--config',
    join(running().folder, 'netsentinel.yaml'),
  ];
  const stopProduct = async (): Promise<void> => {
    await product?.stop();
    product = undefined;
  };
  const stage: Stage = {
    network,
    attackerFolder,
    get product() {
      return running();
    },
    get lines() {
      return lines;
    },
    async start(config, { fresh = false } = {}) {
      await stopProduct();
      if (fresh || folder === undefined) folder = mkdtempSync(join(root, 'product-'));
      lines = [];
      const seen = lines;
      product = await startWholeProduct({ netns: network.defender, folder, keepFolder: true, config });
      product.onLine((line) => seen.push(line));
      return product;
    },
    cli: (...args) => run([...program(), ...args]),
    lab: (args, options) =>
      run(['nsenter', `--net=/run/netns/${network.defender}`, ...program(), 'lab', ...args], options),
    async incidentsOf(address) {
      const all = jsonLines<IncidentSummary>(await stage.cli('incidents', '--json'));
      return all.filter((one) => one.addresses.includes(address));
    },
    async incidentOf(address) {
      const found = await stage.incidentsOf(address);
      if (found.length !== 1) throw new Error(`${found.length} incidents of ${address}`);
      return jsonLines<Incident>(await stage.cli('incidents', found[0]!.id, '--json'))[0]!;
    },
    blocks: async () => jsonLines<EnforcedBlock>(await stage.cli('response', 'list', '--json')),
    attack: (command, options) =>
      run([...(options?.from === 'defender' ? network.inDefender : network.inAttacker), ...command], options),
    async close() {
      if (product !== undefined) await stage.lab(['down']);
      await stopProduct().catch(() => {});
      network.destroy();
      rmSync(root, { recursive: true, force: true });
    },
  };
  return stage;
}

function jsonLines<T>({ code, stdout, stderr }: Finished): T[] {
  if (code !== 0) throw new Error(`the command line failed (${code}): ${stderr}`);
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T);
}

const SSH_OPTIONS = [
  'StrictHostKeyChecking=no',
  'UserKnownHostsFile=/dev/null',
  'LogLevel=ERROR',
  'PreferredAuthentications=password',
  'NumberOfPasswordPrompts=1',
  'ConnectTimeout=8',
].flatMap((option) => ['-o', option]);

export interface Login {
  readonly host: string;
  readonly password: string;
  readonly user?: string;
  /** The attacker's address to come from, where there are several. */
  readonly source?: string;
}

function sshpass(login: Login, program: 'ssh' | 'sftp', ...options: readonly string[]): string[] {
  const source = login.source === undefined ? [] : ['-o', `BindAddress=${login.source}`];
  const port = program === 'ssh' ? '-p' : '-P';
  return ['sshpass', '-p', login.password, program, ...SSH_OPTIONS, ...source, ...options, port, String(PORT)];
}

const target = (login: Login): string => `${login.user ?? 'root'}@${login.host}`;

/** The command line of Debian's `ssh` that runs `command`, or a shell on a terminal. */
export function ssh(login: Login, command?: string): string[] {
  const terminal = command === undefined ? ['-tt'] : [];
  return [...sshpass(login, 'ssh', ...terminal), target(login), ...(command === undefined ? [] : [command])];
}

/** Puts a file onto the machine with Debian's `sftp`, which may be cut off before it can say goodbye. */
export async function upload(
  stage: Stage,
  login: Login,
  file: string,
  path: string,
  options: AttackOptions = {},
): Promise<Finished> {
  const batch = join(stage.attackerFolder, 'batch');
  writeFileSync(batch, `put ${file} ${path}\n`);
  const command = [...sshpass(login, 'sftp', '-o', 'BatchMode=no', '-b', batch), target(login)];
  return stage.attack(command, { timeoutMs: 3000, ...options });
}

/** An interactive program, an `ssh` most of all, with what it has shown so far. */
export interface Terminal {
  type(text: string): void;
  readonly shown: string;
  readonly ended: boolean;
  end(): void;
}

export function openTerminal(command: readonly string[], maxMs = 60_000): Terminal {
  const child: ChildProcess = spawn('timeout', ['-k', '2', String(maxMs / 1000), ...command], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  let shown = '';
  child.stdout?.on('data', (chunk: Buffer) => (shown = (shown + chunk.toString()).slice(-MAX_OUTPUT)));
  child.stdin?.on('error', () => {});
  return {
    type: (text) => void child.stdin?.write(text),
    get shown() {
      return shown;
    },
    get ended() {
      return child.exitCode !== null || child.signalCode !== null;
    },
    end: () => void child.kill('SIGTERM'),
  };
}
