/** Hosts at a lab's Open vSwitch, each in a network namespace of its own: they ping, listen and connect for real. Needs `busybox`. */
import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import type { OvsLab } from './ovs-lab.ts';

export interface OvsHost {
  /** The switch's port that it is plugged into. */
  readonly port: string;
  readonly mac: string;
  readonly address: string;
  readonly namespace: string;
  /** Answers each connection to this port, and closes it. */
  listen(port: number): void;
  /** Whether an answer comes within a second or two. */
  pings(address: string): boolean;
  connects(address: string, port: number): boolean;
}

/** Adds hosts with these addresses (`198.18.1.1/15`) to the bridge; `remove` takes their namespaces away. */
export function addOvsHosts(
  ovs: OvsLab,
  addresses: readonly string[],
  bridge = 'br0',
): { readonly hosts: readonly OvsHost[]; remove(): void } {
  const tag = randomBytes(2).toString('hex');
  const namespaces: string[] = [];
  const remove = (): void => {
    process.removeListener('exit', remove);
    for (const name of namespaces) {
      for (const pid of spawnSync('ip', ['netns', 'pids', name], { encoding: 'utf8' }).stdout.split('\n'))
        if (pid !== '') spawnSync('kill', ['-9', pid]);
      spawnSync('ip', ['netns', 'delete', name], { stdio: 'ignore' });
    }
  };
  process.once('exit', remove);
  const hosts = addresses.map((withPrefix, i) => {
    const namespace = `nst-h-${tag}-${i}`;
    const [port, far] = [`h${tag}${i}`, `f${tag}${i}`];
    const mac = `02:00:00:${tag.slice(0, 2)}:${tag.slice(2)}:${(i + 1).toString(16).padStart(2, '0')}`;
    const ip = (...args: string[]): void => void execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'pipe'] });
    ip('netns', 'add', namespace);
    namespaces.push(namespace);
    ip('link', 'add', port, 'netns', ovs.lab.defender, 'type', 'veth', 'peer', 'name', far, 'netns', namespace);
    ip('-netns', namespace, 'link', 'set', far, 'address', mac);
    const isSix = withPrefix.includes(':');
    ip('-netns', namespace, 'address', 'add', withPrefix, 'dev', far, ...(isSix ? ['nodad'] : []));
    for (const name of ['lo', far]) ip('-netns', namespace, 'link', 'set', name, 'up');
    const inside = (...command: string[]): ReturnType<typeof spawnSync> =>
      spawnSync('ip', ['netns', 'exec', namespace, ...command], { stdio: ['ignore', 'ignore', 'ignore'] });
    // What a port hands over without a checksum stays without one.
    inside('ethtool', '--offload', far, 'tx', 'off');
    ovs.run('ip', 'link', 'set', port, 'up');
    ovs.run('ovs-vsctl', '--timeout=30', 'add-port', bridge, port);
    return {
      port,
      mac,
      namespace,
      address: withPrefix.slice(0, withPrefix.indexOf('/')),
      listen: (at: number) => {
        const server = ['busybox', 'nc', '-ll', '-p', String(at), '-e', '/bin/true'];
        inside('sh', '-c', `${server.join(' ')} >/dev/null 2>&1 &`);
      },
      pings: (address: string) => inside('busybox', 'ping', '-c', '1', '-W', '2', address).status === 0,
      connects: (address: string, at: number) => inside('busybox', 'nc', '-w', '2', address, String(at)).status === 0,
    };
  });
  return { hosts, remove };
}
