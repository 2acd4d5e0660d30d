/**
 * Acts as nft and busctl beside a firewalld, for tests without root and without processes: `run` takes the place of running a
 * program. `failing` makes a program fail with a text.
 */
import { failed, succeeded, type FakeResult } from './fake-program.ts';

interface Definitions {
  /** Of each set its entries. */
  readonly sets: Record<string, string[]>;
  /** Of each policy the sets that it drops. */
  readonly policies: Record<string, string[]>;
}
const nothing = (): Definitions => ({ sets: {}, policies: {} });

export class FakeFirewalld {
  isRunning = true;
  readonly permanent = nothing();
  runtime = nothing();
  reloads = 0;
  readonly failing = new Map<string, string>();

  readonly run = (command: readonly string[], args: readonly string[]): Promise<FakeResult> => {
    const program = command.at(-1) ?? '';
    try {
      const complaint = this.failing.get(program);
      if (complaint !== undefined) fail(complaint);
      if (program === 'nft') return Promise.resolve(succeeded(listTable(this)));
      return Promise.resolve(succeeded(program === 'busctl' ? busctl(this, args) : ''));
    } catch (error) {
      return Promise.resolve(failed(error));
    }
  };

  /** Entries in force. */
  entries(): string[] {
    return Object.values(this.runtime.sets).flat();
  }

  reload(): void {
    this.runtime = structuredClone(this.permanent);
    this.reloads += 1;
  }
}

function fail(reason: string): never {
  throw new Error(reason);
}

function listTable({ isRunning, runtime }: FakeFirewalld): string {
  if (!isRunning) fail('Error: No such file or directory');
  const sets = Object.entries(runtime.sets).map(([name, entries]) => {
    const elem = entries.map((entry) => {
      const [addr, len] = entry.split('/');
      return len === undefined ? entry : { prefix: { addr, len: Number(len) } };
    });
    return { set: { name, elem } };
  });
  const rules = Object.entries(runtime.policies).flatMap(([policy, dropped]) =>
    dropped.map((set) => {
      const chain = `filter_${policy.endsWith('-fwd') ? 'FWD' : 'IN'}_policy_${policy}_deny`;
      return { rule: { chain, expr: [{ match: { right: `@${set}` } }, { drop: null }] } };
    }),
  );
  return JSON.stringify({ nftables: [{ metainfo: {} }, ...sets, ...rules] });
}

/** The sets that a policy's rich rules name. */
const dropped = (args: readonly string[]): string[] => args.flatMap((arg) => /ipset="([^"]+)"/.exec(arg)?.[1] ?? []);

function busctl(state: FakeFirewalld, args: readonly string[]): string {
  if (!state.isRunning) fail('Call failed: The name is not activatable');
  if (args.includes('get-property')) return 's "RUNNING"\n';
  const [, path = '', , method, ...words] = args.slice(args.indexOf('call') + 1);
  const rest = words.filter((word) => word !== '--').slice(1);
  const [name = '', entry = ''] = rest;
  const { permanent, runtime } = state;
  const entries = runtime.sets[name];
  switch (method) {
    case 'reload':
      state.reload();
      return '';
    case 'addEntry':
      if (entries === undefined) fail(`Call failed: INVALID_IPSET: ${name}`);
      if (entries.includes(entry)) fail(`Call failed: ALREADY_ENABLED: '${entry}' already is in '${name}'`);
      entries.push(entry);
      return '';
    case 'removeEntry':
      if (entries?.includes(entry) !== true) fail(`Call failed: NOT_ENABLED: '${entry}' not in '${name}'`);
      entries.splice(entries.indexOf(entry), 1);
      return '';
    case 'setEntries':
      if (entries === undefined) fail(`Call failed: INVALID_IPSET: ${name}`);
      runtime.sets[name] = rest.slice(2);
      return '';
    case 'getIPSetNames':
      return JSON.stringify({ type: 'as', data: [Object.keys(permanent.sets)] });
    case 'getPolicyNames':
      return JSON.stringify({ type: 'as', data: [Object.keys(permanent.policies)] });
    case 'addIPSet':
      permanent.sets[name] = [];
      return '';
    case 'addPolicy':
      permanent.policies[name] = dropped(rest);
      return '';
    case 'getIPSetByName':
    case 'getPolicyByName': {
      const kind = method === 'getIPSetByName' ? 'sets' : 'policies';
      return `o "/config/${kind}/${Object.keys(permanent[kind]).indexOf(name)}"\n`;
    }
    case 'remove':
    case 'update': {
      const [, , kind, number] = path.split('/');
      const definitions = kind === 'sets' ? permanent.sets : permanent.policies;
      const key = Object.keys(definitions)[Number(number)] ?? fail('Call failed: no such object');
      if (method === 'remove') delete definitions[key];
      else definitions[key] = dropped(rest);
      return '';
    }
    default:
      return fail(`Call failed: Unknown method ${method}`);
  }
}
