/** `iptables` and `nft`: rules that an attacker adds are listed again, and do nothing. */
import type { CommandContext, CommandTable } from '../command.types.ts';
import { complain } from './text.ts';

interface Chain {
  policy: string;
  readonly rules: string[][];
}

type Tables = Map<string, Map<string, Chain>>;

const MAX_RULES = 500;
const BUILT_IN: Readonly<Record<string, readonly string[]>> = {
  filter: ['INPUT', 'FORWARD', 'OUTPUT'],
  nat: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
  mangle: ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'],
  raw: ['PREROUTING', 'OUTPUT'],
};
const states = new WeakMap<object, Tables>();

function tableOf(ctx: CommandContext, name: string): Map<string, Chain> | undefined {
  const tables = states.get(ctx.machine) ?? new Map<string, Map<string, Chain>>();
  states.set(ctx.machine, tables);
  if (!tables.has(name) && Object.hasOwn(BUILT_IN, name))
    tables.set(name, new Map(BUILT_IN[name]!.map((chain) => [chain, { policy: 'ACCEPT', rules: [] }])));
  return tables.get(name);
}

function iptables(ctx: CommandContext): number {
  const name = (ctx.argv[0] ?? '').replace(/^.*\//, '');
  const args = ctx.argv.slice(1);
  if (args.includes('-V') || args.includes('--version')) {
    ctx.stdout.write(`${name} v1.8.9 (nf_tables)\n`);
    return 0;
  }
  if (args.length === 0) {
    ctx.stderr.write(
      `${name} v1.8.9 (nf_tables): no command specified\nTry \`${name} -h' or '${name} --help' for more information.\n`,
    );
    return 2;
  }
  if (ctx.user.uid !== 0) {
    ctx.stderr.write(
      `${name} v1.8.9 (nf_tables): Could not fetch rule set generation id: Permission denied (you must be root)\n`,
    );
    return 4;
  }
  let tableName = 'filter';
  const at = args.findIndex((arg) => arg === '-t' || arg === '--table');
  if (at !== -1) tableName = args.splice(at, 2)[1] ?? '';
  const table = tableOf(ctx, tableName);
  if (table === undefined) {
    ctx.stderr.write(
      `${name} v1.8.9 (nf_tables): table '${tableName}' does not exist\nPerhaps iptables or your kernel needs to be upgraded.\n`,
    );
    return 3;
  }
  const long: Readonly<Record<string, string>> = {
    '--append': '-A',
    '--insert': '-I',
    '--delete': '-D',
    '--list': '-L',
    '--flush': '-F',
    '--policy': '-P',
    '--new-chain': '-N',
    '--delete-chain': '-X',
    '--list-rules': '-S',
    '--zero': '-Z',
    '--check': '-C',
    '--numeric': '-n',
    '--verbose': '-v',
    '--line-numbers': '--line-numbers',
  };
  const words = args.flatMap((arg) =>
    /^-[LSFnvxwZ]{2,}$/.test(arg)
      ? Array.from(arg.slice(1), (letter) => `-${letter}`)
      : [Object.hasOwn(long, arg) ? long[arg]! : arg],
  );
  const verb = words.find((word) => /^-[ACDFILNPRSXZE]$/.test(word));
  const rest = words.slice(words.indexOf(verb ?? '') + 1);
  const chainName = rest[0] !== undefined && !rest[0].startsWith('-') ? rest[0] : undefined;
  const missing = (): number => {
    ctx.stderr.write(`${name}: No chain/target/match by that name.\n`);
    return 1;
  };
  const chain = chainName === undefined ? undefined : table.get(chainName);
  if (chainName !== undefined && chain === undefined && verb !== '-N') return missing();
  switch (verb) {
    case '-L':
    case '-S':
      list(
        ctx,
        chainName === undefined ? [...table] : [[chainName, chain!]],
        verb,
        words.includes('-n'),
        words.includes('-v'),
        words.includes('--line-numbers'),
      );
      return 0;
    case '-A':
    case '-I':
      if (chain === undefined || chain.rules.length >= MAX_RULES) return missing();
      if (verb === '-A') chain.rules.push(rest.slice(1));
      else
        chain.rules.splice(
          Math.max(0, Number(/^\d+$/.test(rest[1] ?? '') ? rest[1] : 1) - 1),
          0,
          rest.slice(/^\d+$/.test(rest[1] ?? '') ? 2 : 1),
        );
      return 0;
    case '-D':
    case '-C': {
      const index = /^\d+$/.test(rest[1] ?? '')
        ? Number(rest[1]) - 1
        : (chain?.rules.findIndex((rule) => rule.join(' ') === rest.slice(1).join(' ')) ?? -1);
      if (chain?.rules[index] === undefined) {
        ctx.stderr.write(`${name}: Bad rule (does a matching rule exist in that chain?).\n`);
        return 1;
      }
      if (verb === '-D') chain.rules.splice(index, 1);
      return 0;
    }
    case '-F':
      for (const one of chain === undefined ? table.values() : [chain]) one.rules.length = 0;
      return 0;
    case '-P':
      if (chain !== undefined) chain.policy = rest[1] ?? 'ACCEPT';
      return 0;
    case '-N':
      if (chainName !== undefined && table.size < 100) table.set(chainName, { policy: '-', rules: [] });
      return 0;
    case '-X':
      for (const [other] of Array.from(table))
        if (!BUILT_IN[tableName]!.includes(other) && (chainName === undefined || other === chainName))
          table.delete(other);
      return 0;
    case '-Z':
    case '-E':
    case '-R':
      return 0;
    default:
      ctx.stderr.write(
        `${name} v1.8.9 (nf_tables): no command specified\nTry \`${name} -h' or '${name} --help' for more information.\n`,
      );
      return 2;
  }
}

function list(
  ctx: CommandContext,
  chains: readonly [string, Chain][],
  verb: string,
  numeric: boolean,
  verbose: boolean,
  numbers: boolean,
): void {
  if (verb === '-S') {
    for (const [name, chain] of chains)
      ctx.stdout.write(chain.policy === '-' ? `-N ${name}\n` : `-P ${name} ${chain.policy}\n`);
    for (const [name, chain] of chains)
      for (const rule of chain.rules) ctx.stdout.write(`-A ${name} ${rule.join(' ')}\n`);
    return;
  }
  for (const [index, [name, chain]] of chains.entries()) {
    ctx.stdout.write(
      `${index > 0 ? '\n' : ''}Chain ${name} (${chain.policy === '-' ? '0 references' : `policy ${chain.policy}${verbose ? ' 0 packets, 0 bytes' : ''}`})\n`,
    );
    ctx.stdout.write(
      `${numbers ? 'num  ' : ''}${verbose ? ' pkts bytes target     prot opt in     out     source               destination         ' : 'target     prot opt source               destination         '}\n`,
    );
    for (const [number, rule] of chain.rules.entries())
      ctx.stdout.write(`${numbers ? String(number + 1).padEnd(5) : ''}${ruleLine(rule, numeric, verbose)}\n`);
  }
}

function ruleLine(rule: readonly string[], numeric: boolean, verbose: boolean): string {
  const value = (...flags: string[]): string | undefined => {
    const at = rule.findIndex((word) => flags.includes(word));
    return at === -1 ? undefined : rule[at + 1];
  };
  const any = numeric ? '0.0.0.0/0' : 'anywhere';
  const protocol = value('-p', '--protocol') ?? 'all';
  const port = (text: string): string =>
    numeric
      ? text
      : ({ '22': 'ssh', '80': 'http', '443': 'https', '23': 'telnet', '25': 'smtp', '53': 'domain' }[text] ?? text);
  const extras: string[] = [];
  if (protocol !== 'all' && value('--dport', '--sport', '--destination-port', '--source-port') !== undefined)
    extras.push(protocol);
  const [sport, dport, states] = [
    value('--sport', '--source-port'),
    value('--dport', '--destination-port'),
    value('--ctstate', '--state'),
  ];
  if (sport !== undefined) extras.push(`spt:${port(sport)}`);
  if (dport !== undefined) extras.push(`dpt:${port(dport)}`);
  if (states !== undefined) extras.push(`${rule.includes('--ctstate') ? 'ctstate' : 'state'} ${states}`);
  const numbered: Readonly<Record<string, string>> = { all: '0', icmp: '1', tcp: '6', udp: '17' };
  const cells = `${(value('-j', '--jump') ?? '').padEnd(10)} ${(numeric ? (numbered[protocol] ?? protocol) : protocol).padEnd(4)} --  ${verbose ? `${(value('-i') ?? (numeric ? '*' : 'any')).padEnd(6)} ${(value('-o') ?? (numeric ? '*' : 'any')).padEnd(7)} ` : ''}${(value('-s', '--source') ?? any).padEnd(20)} ${(value('-d', '--destination') ?? any).padEnd(20)} ${extras.join(' ')}`;
  return `${verbose ? '    0     0 ' : ''}${cells}`.replace(/ +$/, extras.length === 0 ? ' '.repeat(12) : '');
}

function nft(ctx: CommandContext): number {
  if (ctx.argv.includes('-v') || ctx.argv.includes('--version'))
    ctx.stdout.write('nftables v1.0.6 (Lester Gooch #5)\n');
  else if (ctx.user.uid !== 0) return complain(ctx, 'Operation not permitted (you must be root)').valueOf();
  return 0;
}

export const firewallCommands: CommandTable = {
  iptables: { path: '/usr/sbin/iptables', run: iptables },
  ip6tables: { path: '/usr/sbin/ip6tables', run: iptables },
  'iptables-save': { path: '/usr/sbin/iptables-save', run: () => 0 },
  nft: { path: '/usr/sbin/nft', run: nft },
};
