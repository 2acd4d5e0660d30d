/**
 * Network namespaces for tests that need a real firewall and real packets: made for one test, always cleaned up, without touching
 * the host's own network. Addresses come from 198.18.0.0/15 (RFC 2544) and 2001:db8::/32 (RFC 3849) only.
 */
import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';

type Side = 'defender' | 'attacker' | 'neighbour';

export interface NetworkLab {
  /** Name of the namespace that is defended. */
  readonly defender: string;
  /** Name of the namespace that packets come from. */
  readonly attacker: string;
  readonly defender4: string;
  readonly defender6: string;
  /** The attacker's first addresses; `addAttackers` adds more. */
  readonly attacker4: string;
  readonly attacker6: string;
  /** Leading words that run a program in the defender's namespace. */
  readonly inDefender: readonly string[];
  readonly inAttacker: readonly string[];
  /** In the third namespace, behind the defender: where `addNeighbour` was called. */
  readonly neighbour4: string;
  readonly inNeighbour: readonly string[];
  /** Makes a third namespace with a link to the defender's and its way to everybody through that; who is to reach it needs a route, and forwarding. */
  addNeighbour(): void;
  /** Gives the attacker further addresses, with their prefix length: `198.18.7.1/15`. */
  addAttackers(addresses: readonly string[]): void;
  /** Runs a program in a namespace to its end and answers its output; throws when it fails. */
  run(side: Side, command: readonly string[], input?: string): string;
  /** Starts a program in a namespace; `destroy` ends it. Its stdin and stdout are pipes. */
  start(side: Side, command: readonly string[]): ChildProcess;
  /** Ends what was started and removes the namespaces. Safe to call twice. */
  destroy(): void;
}

/** Why namespaces, or programs that a test needs in them, cannot be used here; undefined where they can. */
export function namespacesUnavailable(...programs: readonly string[]): string | undefined {
  if (process.platform !== 'linux') return 'network namespaces exist on Linux only';
  if (process.getuid?.() !== 0) return 'network namespaces need root';
  const folders = ['/usr/sbin', '/usr/bin', '/sbin', '/bin'];
  const missing = programs.find((program) => !folders.some((folder) => existsSync(`${folder}/${program}`)));
  if (missing !== undefined) return `the program ${missing} is missing`;
  const made = `nst-probe-${randomBytes(3).toString('hex')}`;
  const result = spawnSync('ip', ['netns', 'add', made], { encoding: 'utf8' });
  if (result.status !== 0) return `ip netns add failed: ${(result.stderr ?? String(result.error)).trim()}`;
  spawnSync('ip', ['netns', 'delete', made]);
  return undefined;
}

/** Two namespaces joined by a veth pair, one defended and one attacking. */
export function createNetworkLab(): NetworkLab {
  const tag = randomBytes(3).toString('hex');
  const defender = `nst-d-${tag}`;
  const attacker = `nst-a-${tag}`;
  const neighbour = `nst-n-${tag}`;
  const names = { defender, attacker, neighbour };
  const [linkD, linkA] = [`nsd${tag}`, `nsa${tag}`];
  const children = new Set<ChildProcess>();
  const ip = (...args: string[]): void => {
    execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'pipe'] });
  };
  const destroy = (): void => lab.destroy();
  const lab: NetworkLab = {
    defender,
    attacker,
    defender4: '198.18.0.1',
    defender6: '2001:db8::1',
    attacker4: '198.18.0.2',
    attacker6: '2001:db8::2',
    inDefender: ['ip', 'netns', 'exec', defender],
    inAttacker: ['ip', 'netns', 'exec', attacker],
    neighbour4: '198.19.250.2',
    inNeighbour: ['ip', 'netns', 'exec', neighbour],
    addNeighbour: () => {
      const [gateway, linkG, linkN] = ['198.19.250.1', `nsg${tag}`, `nsn${tag}`];
      ip('netns', 'add', neighbour);
      ip('link', 'add', linkG, 'netns', defender, 'type', 'veth', 'peer', 'name', linkN, 'netns', neighbour);
      ip('-netns', defender, 'address', 'add', `${gateway}/30`, 'dev', linkG);
      ip('-netns', neighbour, 'address', 'add', `${lab.neighbour4}/30`, 'dev', linkN);
      ip('-netns', defender, 'link', 'set', linkG, 'up');
      ip('-netns', neighbour, 'link', 'set', linkN, 'up');
      ip('-netns', neighbour, 'route', 'add', 'default', 'via', gateway);
    },
    addAttackers: (addresses) => {
      const input = addresses.map(
        (address) => `address add ${address} dev ${linkA}${address.includes(':') ? ' nodad' : ''}\n`,
      );
      execFileSync('ip', ['-netns', attacker, '-batch', '-'], {
        input: input.join(''),
        stdio: ['pipe', 'ignore', 'pipe'],
      });
    },
    run: (side, [program, ...args], input) =>
      execFileSync('ip', ['netns', 'exec', names[side], program ?? 'true', ...args], {
        encoding: 'utf8',
        stdio: ['pipe', 'pipe', 'pipe'],
        ...(input === undefined ? {} : { input }),
      }),
    start: (side, [program, ...args]) => {
      const child = spawn('ip', ['netns', 'exec', names[side], program ?? 'true', ...args], {
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      children.add(child);
      child.once('close', () => children.delete(child));
      return child;
    },
    destroy: () => {
      process.removeListener('exit', destroy);
      for (const child of children) child.kill('SIGKILL');
      for (const name of Object.values(names)) spawnSync('ip', ['netns', 'delete', name], { stdio: 'ignore' });
    },
  };
  // A test that dies must not leave namespaces behind either.
  process.once('exit', destroy);
  try {
    ip('netns', 'add', defender);
    ip('netns', 'add', attacker);
    ip('link', 'add', linkD, 'netns', defender, 'type', 'veth', 'peer', 'name', linkA, 'netns', attacker);
    for (const [name, link, four, six] of [
      [defender, linkD, lab.defender4, lab.defender6],
      [attacker, linkA, lab.attacker4, lab.attacker6],
    ] as const) {
      ip('-netns', name, 'link', 'set', 'lo', 'up');
      ip('-netns', name, 'address', 'add', `${four}/15`, 'dev', link);
      ip('-netns', name, 'address', 'add', `${six}/32`, 'dev', link, 'nodad');
      ip('-netns', name, 'link', 'set', link, 'up');
    }
  } catch (error) {
    lab.destroy();
    throw error;
  }
  return lab;
}
