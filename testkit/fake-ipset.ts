/**
 * Acts as ipset, iptables-save, iptables-restore and their IPv6 siblings, for tests without root and without processes: `programs` takes
 * the place of running them. `failing` makes a program fail with a text.
 */
import { failed, succeeded, type FakeResult } from './fake-program.ts';

/** Of each set its elements, with their ends in epoch milliseconds. */
type Sets = Record<string, Record<string, number>>;
/** Of each chain its rules, without `-A CHAIN`. */
type Table = Record<string, string[]>;

const builtIn = (): Table => ({ INPUT: [], FORWARD: [], OUTPUT: [] });

export class FakeIpset {
  sets: Sets = {};
  readonly tables: Record<'iptables' | 'ip6tables', Table> = { iptables: builtIn(), ip6tables: builtIn() };
  readonly failing = new Map<string, string>();

  /** The ipset that is kept gives no answer. */
  mute = false;
  /** What that one says before anything else. */
  warning = '';
  /** What that one was asked. */
  readonly asked: string[] = [];

  readonly programs = {
    run: (
      command: readonly string[],
      args: readonly string[],
      options: { readonly input?: string },
    ): Promise<FakeResult> => this.#run(command, args, options),
    converse: () => ({
      ask: (script: string): Promise<string | undefined> => {
        this.asked.push(script);
        return Promise.resolve(this.mute ? undefined : `${this.warning}\n${this.#answer(script)}`);
      },
      renew: () => Promise.resolve(),
      close: () => Promise.resolve(),
    }),
  };

  readonly #run = (
    command: readonly string[],
    args: readonly string[],
    { input = '' }: { readonly input?: string },
  ): Promise<FakeResult> => {
    const program = command.at(-1) ?? '';
    try {
      const complaint = this.failing.get(program);
      if (complaint !== undefined) throw new Error(complaint);
      return Promise.resolve(succeeded(...this.#act(program, args, input)));
    } catch (error) {
      return Promise.resolve(failed(error));
    }
  };

  /** Elements that are in force. */
  elements(): string[] {
    return Object.values(this.sets).flatMap((set) => alive(set));
  }

  /** What the one that is kept says about these lines: it goes on after one that fails. */
  #answer(script: string): string {
    const complaint = this.failing.get('ipset');
    return lines(script)
      .map((line) => {
        try {
          if (complaint !== undefined) throw new Error(complaint);
          if (line.startsWith('test ')) return tested(this.sets, line);
          restoreSets(this.sets, line);
          return '';
        } catch (error) {
          return `${failed(error).complaint}\n`;
        }
      })
      .join('');
  }

  /** What it writes to stdout and to stderr. */
  #act(program: string, args: readonly string[], input: string): [string, string] {
    if (program === 'ipset') return this.#ipset(args, input);
    const table = this.tables[program.startsWith('ip6') ? 'ip6tables' : 'iptables'];
    if (!program.endsWith('-save')) {
      restoreTable(table, input);
      return ['', ''];
    }
    const chains = Object.keys(table).map((chain) => `:${chain} - [0:0]\n`);
    const rules = Object.entries(table).flatMap(([chain, list]) => list.map((rule) => `-A ${chain} ${rule}\n`));
    return [['*filter\n', ...chains, ...rules, 'COMMIT\n'].join(''), ''];
  }

  #ipset(args: readonly string[], input: string): [string, string] {
    const { sets } = this;
    const [command, ...rest] = args;
    if (command === 'restore') {
      restoreSets(sets, input);
      return ['', ''];
    }
    if (command === '-') return ['', tested(sets, input)];
    if (command === 'list' && rest[0] === '-n') return [Object.keys(sets).join('\n'), ''];
    const name = rest.at(-1) ?? '';
    const set = sets[name] ?? fail('ipset v7.17: The set with the given name does not exist');
    if (command === 'list') return [`Name: ${name}\nNumber of entries: ${alive(set).length}\n`, ''];
    const elements = alive(set).map((element) => {
      const left = Math.floor(((set[element] ?? 0) - Date.now()) / 1000);
      return `add ${name} ${element} timeout ${left}\n`;
    });
    return [`create ${name} hash:net family inet\n${elements.join('')}`, ''];
  }
}

function alive(set: Record<string, number>): string[] {
  return Object.keys(set).filter((element) => (set[element] ?? 0) > Date.now());
}

function fail(reason: string): never {
  throw new Error(reason);
}

function tested(sets: Sets, script: string): string {
  return lines(script)
    .map((line) => {
      const [, name = '', element = ''] = line.split(' ');
      const there = alive(sets[name] ?? fail('The set with the given name does not exist')).includes(element);
      return there ? `Warning: ${element} is in set ${name}.\n` : `${element} is NOT in set ${name}.\n`;
    })
    .join('');
}

function lines(script: string): string[] {
  return script.split('\n').filter((text) => text !== '');
}

function restoreSets(sets: Sets, script: string): void {
  for (const line of lines(script)) {
    const [command, name = '', element = '', , seconds] = line.split(' ');
    const set = sets[name];
    if (command === 'create') sets[name] ??= {};
    else if (set === undefined) fail('ipset v7.17: Error in line 1: The set with the given name does not exist');
    else if (command === 'flush') sets[name] = {};
    else if (command === 'add') set[element] = Date.now() + Number(seconds) * 1000;
    else if (command === 'del') delete set[element];
    else if (command === 'swap') [sets[name], sets[element]] = [sets[element] ?? fail('no such set'), set];
    else if (command === 'destroy') delete sets[name];
    else fail(`ipset v7.17: Unknown argument: ${command}`);
  }
}

function restoreTable(table: Table, script: string): void {
  for (const line of script.split('\n')) {
    const [, operation, chain = '', rest = ''] = /^(:|-[ADIFX] )(\S+) ?(.*)$/.exec(line) ?? [];
    if (operation === undefined) continue;
    if (operation === ':') {
      table[chain] = [];
      continue;
    }
    const rules = table[chain] ?? fail(`iptables-restore: line 1 failed: no chain ${chain}`);
    if (operation === '-A ') rules.push(rest);
    else if (operation === '-I ') rules.unshift(rest.replace(/^1 /, ''));
    else if (operation === '-F ') rules.length = 0;
    else if (operation === '-X ') delete table[chain];
    else if (rules.includes(rest)) rules.splice(rules.indexOf(rest), 1);
    else fail('iptables-restore: Bad rule (does a matching rule exist in that chain?)');
  }
}
