/**
 * `npm run conformance shell`: how true to life the pretended machine answers what attackers type.
 *
 * (a) Commands: every line of the Cowrie sessions and of KYPO's trainees runs on a fresh machine, as root, through the real parser and programs.
 * A line has the right form when: it raised no syntax error that bash itself would not raise (`bash -n` judges, it runs nothing); no program in
 * it crashed or hit a bound; every program that it started is one of ours (a file on the disk that does nothing is none), or is rightly unknown because a Debian 12 server has no such
 * program; and no program complained of an option that it should know. The share is by use; each source counts for itself and in the whole.
 * (b) Forms: the control run of AgentShell, see `shell-forms.ts`.
 *
 * Exits 1 below a floor, 0 with "skipped" without NETSENTINEL_CORPUS.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '@netsentinel/contracts/clock';
import { createPersona } from '@netsentinel/decoys/persona/persona';
import type { Persona } from '@netsentinel/decoys/persona/persona.types';
import { findCommand } from '@netsentinel/decoys/shell/commands/index';
import { openMachine } from '@netsentinel/decoys/shell/machine';
import type { Machine, ShellObservation } from '@netsentinel/decoys/shell/shell.types';
import { DEBIAN_12_PROGRAMS } from './debian-12-programs.ts';
import { readShellCorpus } from './shell-corpus.ts';
import { CHANGED, formSimilarity } from './shell-forms.ts';

const COMMAND_FLOOR = 0.9;
const FORM_FLOOR = 0.9;
const MAX_SHOWN_MISSES = 40;
const PATIENCE_MS = 300_000;

/** Time that jumps to the next timer whenever nothing else is to be done: a minute of waiting costs nothing. */
export class JumpingClock implements Clock {
  #now = Date.UTC(2026, 8, 14, 9, 26, 53);
  readonly #start = this.#now;
  #timers = new Set<{ at: number; callback: () => void }>();
  #scheduled = false;

  now(): number {
    return this.#now;
  }

  monotonicMs(): number {
    return this.#now - this.#start;
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer = { at: this.#now + Math.max(0, delayMs), callback };
    this.#timers.add(timer);
    this.#schedule();
    return () => this.#timers.delete(timer);
  }

  #schedule(): void {
    if (this.#scheduled || this.#timers.size === 0) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      let due: { at: number; callback: () => void } | undefined;
      for (const timer of this.#timers) if (due === undefined || timer.at < due.at) due = timer;
      if (due === undefined) return;
      this.#timers.delete(due);
      this.#now = Math.max(this.#now, due.at);
      due.callback();
      this.#schedule();
    });
  }
}

interface Outcome {
  readonly stdout: string;
  readonly stderr: string;
  readonly observed: readonly ShellObservation[];
}

/** Runs one line as `ssh host LINE` would, on this machine. */
export function runLine(machine: Machine, line: string, clock: Clock, terminal = false): Promise<Outcome> {
  return new Promise((resolve) => {
    const chunks = { stdout: [] as Uint8Array[], stderr: [] as Uint8Array[] };
    const observed: ShellObservation[] = [];
    const text = (parts: readonly Uint8Array[]): string => Buffer.concat(parts).toString('utf8');
    const session = machine.openShell({
      user: 'root',
      client: { ip: '198.51.100.7', port: 51_514 },
      server: { ip: machine.persona.network.address, port: 22 },
      environment: {},
      command: line,
      ...(terminal ? { terminal: { type: 'xterm', columns: 80, rows: 24 } } : {}),
      output: (chunk, stream) => chunks[stream].push(chunk.slice()) > 0,
      exit: () => resolve({ stdout: text(chunks.stdout), stderr: text(chunks.stderr), observed }),
      observe: (observation) => observed.push(observation),
    });
    session.end();
    // Whoever started something endless presses ^C after a while, and then hangs up.
    clock.after(PATIENCE_MS, () => session.signal('INT'));
    clock.after(PATIENCE_MS + 1000, () => {
      session.destroy();
      resolve({ stdout: text(chunks.stdout), stderr: text(chunks.stderr), observed });
    });
  });
}

const OPTION_COMPLAINT =
  /(invalid option|unrecognized option|unknown option|unknown predicate|Illegal option|not an option|unsupported option|is unknown$|not implemented)/m;

/** Why the answer to this line has not the right form; undefined when it has. */
async function fault(persona: Persona, line: string): Promise<string | undefined> {
  const clock = new JumpingClock();
  const machine = openMachine(persona, clock);
  const outcome = await runLine(machine, line, clock);
  if (
    /(^|: )(-?bash|sh).*(syntax error|unexpected EOF)/m.test(outcome.stderr) &&
    spawnSync('bash', ['-n'], { input: line }).status === 0
  )
    return `syntax: ${outcome.stderr.split('\n')[0]}`;
  for (const observation of outcome.observed) {
    if (observation.kind === 'bounded') return `bounded: ${observation.what}`;
    if (observation.kind !== 'command') continue;
    const name = observation.argv[0] ?? '';
    const base = name.slice(name.lastIndexOf('/') + 1);
    if (observation.known && findCommand(base) === undefined && isSystemProgram(machine, base))
      return `no behaviour: ${base}`;
    if (
      !observation.known &&
      observation.exitCode === 127 &&
      findCommand(base) === undefined &&
      DEBIAN_12_PROGRAMS.has(base) &&
      (!name.includes('/') || /^(\/usr)?\/s?bin\//.test(name))
    )
      return `unknown program: ${base}`;
  }
  const complaint = OPTION_COMPLAINT.exec(outcome.stderr);
  return complaint === null
    ? undefined
    : `option: ${outcome.stderr.slice(outcome.stderr.lastIndexOf('\n', complaint.index) + 1).split('\n')[0]}`;
}

const ROOT = { uid: 0, gid: 0, groups: [0] };
/** The interpreter's own. */
const OWN = /^(sh|bash|dash|rbash)$/;

/** A file of the machine that something should happen with when it is started. */
function isSystemProgram(machine: Machine, name: string): boolean {
  return (
    !OWN.test(name) &&
    name !== '' &&
    ['/usr/bin', '/usr/sbin'].some((folder) => machine.fs.stat(`${folder}/${name}`, ROOT).ok)
  );
}

interface Miss {
  readonly line: string;
  readonly weight: number;
  readonly why: string;
}

interface CommandReport {
  readonly share: number;
  /** The mean over the sources, so that one loud honeypot does not drown the others. */
  readonly evenShare: number;
  readonly lines: number;
  readonly uses: number;
  readonly sources: Readonly<Record<string, number>>;
  readonly misses: readonly Miss[];
}

async function measureCommands(folder: string, persona: Persona): Promise<CommandReport> {
  const corpus = readShellCorpus(folder);
  const faults = new Map<string, string | undefined>();
  const sources: Record<string, number> = {};
  const misses = new Map<string, Miss>();
  let [uses, right] = [0, 0];
  for (const [source, lines] of corpus) {
    let [sourceUses, sourceRight] = [0, 0];
    for (const { line, weight } of lines) {
      if (!faults.has(line)) faults.set(line, await fault(persona, line));
      const why = faults.get(line);
      sourceUses += weight;
      if (why === undefined) sourceRight += weight;
      else misses.set(line, { line, why, weight: (misses.get(line)?.weight ?? 0) + weight });
    }
    sources[source] = sourceRight / sourceUses;
    uses += sourceUses;
    right += sourceRight;
  }
  const each = Object.values(sources);
  return {
    share: right / uses,
    evenShare: each.reduce((sum, share) => sum + share, 0) / each.length,
    lines: faults.size,
    uses,
    sources,
    misses: [...misses.values()].sort((a, b) => b.weight - a.weight),
  };
}

interface FormReport {
  readonly share: number;
  readonly commands: number;
  readonly misses: readonly { readonly line: string; readonly similarity: number }[];
}

async function measureForms(folder: string, persona: Persona): Promise<FormReport> {
  const read = (name: string): Record<string, string> =>
    JSON.parse(readFileSync(join(folder, 'agentshell', name), 'utf8')) as Record<string, string>;
  const control = read('results/control/commands.json');
  const rules = read('data/commands_rules.json');
  const misses: { line: string; similarity: number }[] = [];
  for (const [line, theirs] of Object.entries(control)) {
    const clock = new JumpingClock();
    const outcome = await runLine(openMachine(persona, clock), line, clock, true);
    const ours = outcome.stdout + outcome.stderr;
    const similarity = formSimilarity(theirs, ours);
    const rule = CHANGED[line] === undefined ? undefined : rules[line];
    const matches = similarity >= 0.5 || (rule !== undefined && new RegExp(rule, 'm').test(ours));
    if (!matches) misses.push({ line, similarity });
  }
  const commands = Object.keys(control).length;
  return { share: (commands - misses.length) / commands, commands, misses };
}

/** The control's machine had an `eth0`, and the corpus's rule for `ifconfig` asks for that name; ours draw theirs by their hypervisor. */
function withEth0(): ReturnType<typeof createPersona> {
  for (let seed = 1; ; seed++) {
    const persona = createPersona(new Uint8Array([seed]), 'debian-12-server');
    if (persona.network.interface === 'eth0') return persona;
  }
}

const percent = (share: number): string => `${(share * 100).toFixed(2)}%`;

/** Prints the report; answers the exit status. */
export async function measure(args: readonly string[]): Promise<number> {
  const corpus = process.env['NETSENTINEL_CORPUS'];
  const folder = corpus === undefined ? '' : join(corpus, '13-honeypot');
  if (corpus === undefined || !existsSync(folder)) {
    process.stdout.write(
      args.includes('--json')
        ? `${JSON.stringify({ name: 'shell', skipped: true })}\n`
        : 'conformance shell: skipped (NETSENTINEL_CORPUS is not set)\n',
    );
    return 0;
  }
  const persona = withEth0();
  const commands = await measureCommands(folder, persona);
  const forms = existsSync(join(folder, 'agentshell')) ? await measureForms(folder, persona) : undefined;
  const good =
    Math.min(commands.share, commands.evenShare) >= COMMAND_FLOOR && (forms === undefined || forms.share >= FORM_FLOOR);
  if (args.includes('--json'))
    process.stdout.write(
      `${JSON.stringify({ name: 'shell', good, commands: { ...commands, misses: commands.misses.slice(0, MAX_SHOWN_MISSES) }, forms })}\n`,
    );
  else {
    const lines = [
      `commands: ${percent(commands.share)} of ${commands.uses} uses (${commands.lines} different lines) have the right form, ${percent(commands.evenShare)} as the mean of the sources; floor of both ${percent(COMMAND_FLOOR)}`,
      ...Object.entries(commands.sources).map(([source, share]) => `  ${source}: ${percent(share)}`),
    ];
    lines.push(
      ...commands.misses
        .slice(0, MAX_SHOWN_MISSES)
        .map((miss) => `  ${miss.weight}× ${JSON.stringify(miss.line.slice(0, 90))}: ${miss.why.slice(0, 110)}`),
    );
    if (forms !== undefined)
      lines.push(
        `forms: ${percent(forms.share)} of ${forms.commands} control outputs match; floor ${percent(FORM_FLOOR)}`,
        ...forms.misses.map((miss) => `  ${miss.similarity.toFixed(2)} ${miss.line}`),
      );
    process.stdout.write(`${lines.join('\n')}\n`);
  }
  return good ? 0 : 1;
}
