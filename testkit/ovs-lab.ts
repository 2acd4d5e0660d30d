/**
 * Open vSwitch in a lab's defender, on its userspace datapath, with files of its own: the attacker's link is a port of the bridge `br0`,
 * the defender's addresses are the bridge's own. Needs `openvswitch-switch`, `ethtool` and `/dev/net/tun`.
 */
import type { ChildProcess } from 'node:child_process';
import { createNetworkLab, type NetworkLab } from './netns.ts';
import { privateFiles } from './private-files.ts';

export interface OvsLab {
  readonly lab: NetworkLab;
  /** Leading words that run a program beside the switch. */
  readonly enter: readonly string[];
  readonly run: (...command: readonly string[]) => string;
  /** Flows of the bridge as `ovs-ofctl` lists them, without counters. */
  readonly flows: () => string[];
  /** Ends the switch and starts it again: flows are forgotten. */
  readonly restart: () => Promise<void>;
  readonly destroy: () => void;
}

const PATIENCE_MS = 30_000;

export async function createOvsLab(): Promise<OvsLab> {
  const lab = createNetworkLab();
  const files = await privateFiles(lab, { empty: ['/run', '/var/log'], copied: [] });
  const { enter } = files;
  const destroy = (): void => {
    lab.destroy();
    files.remove();
  };
  const run = (...command: readonly string[]): string => lab.run('defender', [...enter, ...command]);
  const until = async (what: () => unknown): Promise<void> => {
    const end = Date.now() + PATIENCE_MS;
    for (;;) {
      try {
        what();
        return;
      } catch (error) {
        if (Date.now() > end) throw error;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
  };
  let daemon: ChildProcess | undefined;
  const start = async (): Promise<void> => {
    daemon = lab.start('defender', [...enter, 'ovs-vswitchd', '-vconsole:off', '--pidfile']);
    await until(() => run('ovs-appctl', '-t', 'ovs-vswitchd', 'version'));
  };
  try {
    run('mkdir', '-p', '/run/openvswitch');
    run('ovsdb-tool', 'create', '/run/conf.db', '/usr/share/openvswitch/vswitch.ovsschema');
    const database = ['ovsdb-server', '-vconsole:off', '/run/conf.db', '--remote=punix:/run/openvswitch/db.sock'];
    lab.start('defender', [...enter, ...database, '--pidfile']);
    await until(() => run('ovs-vsctl', '--no-wait', 'init'));
    await start();
    const [link = ''] = /\bnsd\w+/.exec(run('ip', '-brief', 'link')) ?? [];
    run('ip', 'address', 'flush', 'dev', link);
    const bridge = ['add-br', 'br0', '--', 'set', 'bridge', 'br0', 'datapath_type=netdev'];
    run('ovs-vsctl', '--timeout=30', ...bridge, '--', 'add-port', 'br0', link);
    // What a port hands over without a checksum stays without one.
    run('ethtool', '--offload', 'br0', 'tx', 'off');
    lab.run('attacker', ['ethtool', '--offload', link.replace('nsd', 'nsa'), 'tx', 'off']);
    run('ip', 'address', 'add', `${lab.defender4}/15`, 'dev', 'br0');
    run('ip', 'address', 'add', `${lab.defender6}/32`, 'dev', 'br0', 'nodad');
    run('ip', 'link', 'set', 'br0', 'up');
  } catch (error) {
    destroy();
    throw error;
  }
  return {
    lab,
    enter,
    run,
    flows: () =>
      run('ovs-ofctl', '-O', 'OpenFlow13,OpenFlow14,OpenFlow15', '--no-names', '--no-stats', 'dump-flows', 'br0')
        .split('\n')
        .flatMap((line) => (line.includes('actions=') ? [line.trim()] : [])),
    restart: async () => {
      const ended = daemon;
      if (ended === undefined) return;
      const gone = new Promise((resolve) => ended.once('close', resolve));
      run('ovs-appctl', '-t', 'ovs-vswitchd', 'exit');
      await gone;
      // Its bridge comes a moment after the switch itself.
      await start();
      await until(() => run('ovs-ofctl', '-O', 'OpenFlow13', 'show', 'br0'));
    },
    destroy,
  };
}
