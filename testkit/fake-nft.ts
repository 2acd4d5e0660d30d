/**
 * A program that understands the few nft commands that the enforcer gives, for tests without root: `-f -`, `-i`, `list table` and `monitor`, over
 * a folder named by the first argument; `-c` refuses only scripts with the word in the file `unknown`. It keeps what nft keeps to: a script is done as a whole or not at all, elements end at their
 * time without a word, and the monitor tells of each change. `fail` in the folder makes every script fail with its text.
 */
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

interface State {
  /** Sets of the table by name, each with its elements' ends in epoch milliseconds; undefined while there is no table. */
  sets?: Record<string, Record<string, number>> | undefined;
  /** The commands that added sets, chains and rules. */
  made?: string[] | undefined;
}

/** A script takes a few milliseconds. */
const STALE_MS = 2000;

/** What is in the folder's firewall, expired elements left out. */
export function readFakeNft(folder: string): Record<string, string[]> {
  const now = Date.now();
  const out: Record<string, string[]> = {};
  for (const [name, elements] of Object.entries(load(folder).sets ?? {}))
    out[name] = Object.keys(elements).filter((element) => (elements[element] ?? 0) > now);
  return out;
}

/** Runs a script as somebody else would; answers nft's complaint, or an empty text. */
export function runFakeNft(folder: string, script: string): string {
  const lock = join(folder, 'lock');
  for (;;) {
    try {
      mkdirSync(lock);
      break;
    } catch (error) {
      // Waiting is for a lock that is taken, not for a folder that its test has removed.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
      // Whoever held it was ended meanwhile.
      const since = statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Infinity;
      if (Date.now() - since > STALE_MS) rmSync(lock, { recursive: true, force: true });
    }
  }
  try {
    if (existsSync(join(folder, 'fail'))) return `Error: ${readFileSync(join(folder, 'fail'), 'utf8')}\n`;
    const state = load(folder);
    const events: string[] = [];
    for (const command of script.split(/[\n]|; (?=add |delete |flush )/)) {
      const complaint = command.trim() === '' ? '' : execute(state, command.trim(), events);
      if (complaint !== '') return `Error: ${complaint}\n${command}\n^^^^\n`;
    }
    // Readers hold no lock.
    writeFileSync(join(folder, 'state.new'), JSON.stringify(state));
    renameSync(join(folder, 'state.new'), join(folder, 'state.json'));
    appendFileSync(join(folder, 'events'), [...events, '# new generation 1 by process 1 (nft)', ''].join('\n'));
    return '';
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

function load(folder: string): State {
  const file = join(folder, 'state.json');
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as State) : {};
}

function execute(state: State, command: string, events: string[]): string {
  const [verb = '', kind = '', , table = '', name = ''] = command.split(' ');
  const where = `inet ${table}`;
  if (command === 'flush ruleset' || (verb === 'delete' && kind === 'table')) {
    if (state.sets !== undefined) events.push(`delete table inet netsentinel`);
    delete state.sets;
    delete state.made;
    return '';
  }
  if (kind === 'table') {
    if (state.sets === undefined) events.push(`add table ${where}`);
    state.sets ??= {};
    return verb === 'add' ? '' : 'syntax error';
  }
  if (state.sets === undefined) return 'No such file or directory';
  if (kind === 'chain' || kind === 'rule') {
    (state.made ??= []).push(command);
    events.push(command);
    return '';
  }
  if (kind === 'set' && verb === 'add') {
    if (state.sets[name] === undefined) {
      events.push(command);
      (state.made ??= []).push(command);
    }
    state.sets[name] ??= {};
    return '';
  }
  const set = state.sets[name];
  if (kind !== 'element') return `syntax error, unexpected ${verb}`;
  if (set === undefined) return 'No such file or directory';
  for (const part of command.slice(command.indexOf('{') + 1, command.lastIndexOf('}')).split(',')) {
    const [address = '', , timeout = '0ms'] = part.trim().split(' ');
    const live = (set[address] ?? 0) > Date.now();
    if (verb === 'add') {
      // As on older kernels: adding again does not renew.
      if (!live) {
        set[address] = Date.now() + Number.parseInt(timeout, 10);
        events.push(`add element ${where} ${name} { ${address} timeout ${timeout} expires ${timeout} }`);
      }
    } else {
      if (!live) return 'No such file or directory';
      delete set[address];
      events.push(`delete element ${where} ${name} { ${address} }`);
    }
  }
  return '';
}

/** As nft prints the table: each set with its elements, and each chain with the rules that were added to it. */
function list(folder: string): string {
  const now = Date.now();
  const { sets = {}, made = [] } = load(folder);
  const lines = ['table inet netsentinel {'];
  for (const command of made) {
    const [, kind = '', , , name = ''] = command.split(' ');
    if (kind === 'rule') continue;
    const said = command.slice(command.indexOf('{') + 1, command.lastIndexOf('}')).trim();
    lines.push(`\t${kind} ${name} {`);
    if (kind === 'set') {
      lines.push(...said.split(';').flatMap((part) => (part.trim() === '' ? [] : [`\t\t${part.trim()}`])));
      const live = Object.entries(sets[name] ?? {}).filter(([, end]) => end > now);
      const texts = live.map(([address, end]) => `${address} timeout 1h expires ${end - now}ms`);
      if (live.length > 0) lines.push(`\t\telements = { ${texts.join(',\n')} }`);
    } else {
      const rules = made.filter((rule) => rule.startsWith('add rule ') && rule.split(' ')[4] === name);
      lines.push(`\t\t${said}`, ...rules.map((rule) => `\t\t${rule.split(' ').slice(5).join(' ')}`));
    }
    lines.push('\t}');
  }
  return `${lines.join('\n')}\n}\n`;
}

/** Prints what is added to the events from now on. */
function monitor(folder: string): void {
  const file = join(folder, 'events');
  let read = existsSync(file) ? readFileSync(file).length : 0;
  setInterval(() => {
    if (!existsSync(folder)) process.exit(1);
    const content = existsSync(file) ? readFileSync(file) : Buffer.alloc(0);
    if (content.length > read) process.stdout.write(content.subarray(read));
    read = content.length;
  }, 5);
}

if (import.meta.main) {
  const [folder = '', mode = ''] = process.argv.slice(2);
  process.stdout.on('error', () => process.exit(0));
  if (mode === 'monitor') monitor(folder);
  if (mode === 'list') process.stdout.write(list(folder));
  if (mode === '-c') {
    const script = readFileSync(0, 'utf8');
    const file = join(folder, 'unknown');
    if (existsSync(file) && script.includes(readFileSync(file, 'utf8'))) {
      process.stderr.write('Error: syntax error, unexpected limit\n');
      process.exitCode = 1;
    }
  }
  if (mode === '-f') {
    const complaint = runFakeNft(folder, readFileSync(0, 'utf8'));
    process.stderr.write(complaint);
    process.exitCode = complaint === '' ? 0 : 1;
  }
  if (mode === '-i')
    createInterface({ input: process.stdin }).on('line', (line) => {
      if (existsSync(join(folder, 'hang'))) return undefined;
      return process.stderr.write(
        /^(add|delete|flush) /.test(line)
          ? runFakeNft(folder, line)
          : `Error: syntax error, unexpected newline, expecting string\n${line}\n    ^\n`,
      );
    });
}
