/** What the lab's network consists of: the calls of `ip` that make and remove it, and how to tell that it is there. Pure. */

export interface LabLinks {
  readonly namespace: string;
  /** Our end of the veth pair. */
  readonly link: string;
  /** Where decoys answer: an address of this machine, so the enforcer never blocks it. */
  readonly decoyAddress: string;
  /** A stranger's, as far as the enforcer is concerned: no address and no gateway of this machine. */
  readonly attackerAddress: string;
  /** Arguments of `ip`, in order. */
  readonly make: readonly (readonly string[])[];
  readonly remove: readonly (readonly string[])[];
}

const NAMESPACE = 'netsentinel-lab';
const LINK = 'ns-lab';
/** The pair has a network of its own in 198.18.0.0/15, far from its start, where other tests begin. */
const NET = '198.18.99';
const PREFIX = 24;

export function labLinks(): LabLinks {
  const decoyAddress = `${NET}.1`;
  const attackerAddress = `${NET}.2`;
  const inside = (...args: string[]): string[] => ['-netns', NAMESPACE, ...args];
  return {
    namespace: NAMESPACE,
    link: LINK,
    decoyAddress,
    attackerAddress,
    make: [
      ['netns', 'add', NAMESPACE],
      ['link', 'add', LINK, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', NAMESPACE],
      ['address', 'add', `${decoyAddress}/${PREFIX}`, 'dev', LINK],
      ['link', 'set', LINK, 'up'],
      inside('link', 'set', 'lo', 'up'),
      inside('address', 'add', `${attackerAddress}/${PREFIX}`, 'dev', 'eth0'),
      inside('link', 'set', 'eth0', 'up'),
    ],
    // The pair goes with the namespace; the link is named for what a failure half way has left.
    remove: [
      ['netns', 'delete', NAMESPACE],
      ['link', 'delete', LINK],
    ],
  };
}

/** Whether all of it is there, from `ip -json address show dev …` (empty where the link is missing) and `ip netns list`. */
export function labState(links: LabLinks, addressJson: string, namespaces: string): boolean {
  const names = namespaces.split('\n').map((line) => line.split(' ')[0]);
  return names.includes(links.namespace) && hasAddress(addressJson, links.decoyAddress);
}

/** What `lab shell` starts: the user's shell, with a prompt that says where they are where it can be set so. */
export function shellOf(env: Readonly<Record<string, string | undefined>>): string[] {
  const shell = env['SHELL'] ?? '/bin/sh';
  return ['env', 'PS1=attacker$ ', shell, ...(shell.endsWith('/bash') ? ['--norc'] : [])];
}

function hasAddress(json: string, address: string): boolean {
  try {
    const links: unknown = JSON.parse(json);
    return (
      Array.isArray(links) &&
      links.some((link: { operstate?: unknown; addr_info?: unknown }) => {
        const infos = link?.addr_info;
        return Array.isArray(infos) && infos.some((info: { local?: unknown }) => info?.local === address);
      })
    );
  } catch {
    return false;
  }
}
