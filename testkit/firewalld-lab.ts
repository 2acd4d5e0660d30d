/** firewalld in a lab's defender, on a bus of its own and with files of its own. Needs `dbus-daemon` and `firewalld`. */
import type { ChildProcess } from 'node:child_process';
import { createNetworkLab, type NetworkLab } from './netns.ts';
import { privateFiles } from './private-files.ts';

export interface FirewalldLab {
  readonly lab: NetworkLab;
  /** Leading words that run a program beside firewalld. */
  readonly enter: readonly string[];
  readonly run: (...command: readonly string[]) => string;
  /** Ends firewalld and starts it again. */
  readonly restart: () => Promise<void>;
  readonly stop: () => Promise<void>;
  /** Ends firewalld the hard way: its rules stay in the kernel. */
  readonly kill: () => Promise<void>;
  readonly start: () => Promise<void>;
  readonly destroy: () => void;
}

/** Of a bus that lets everybody do everything: nobody else is in the namespace. */
const BUS = `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-BUS Bus Configuration 1.0//EN"
  "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type>
  <listen>unix:path=/run/dbus/system_bus_socket</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="*"/>
    <allow own="*"/>
    <allow send_type="method_call"/>
    <allow send_destination="*"/>
    <allow receive_sender="*"/>
  </policy>
</busconfig>
`;

const START_MS = 60_000;

export async function createFirewalldLab(): Promise<FirewalldLab> {
  const lab = createNetworkLab();
  const files = await privateFiles(lab, { empty: ['/run', '/var/log'], copied: ['/etc/firewalld'] });
  const { enter } = files;
  const run = (...command: readonly string[]): string => lab.run('defender', [...enter, ...command]);
  const answers = (...command: readonly string[]): boolean => {
    try {
      return run(...command) !== '';
    } catch {
      return false;
    }
  };
  const until = async (what: () => boolean): Promise<void> => {
    const end = Date.now() + START_MS;
    while (!what()) {
      if (Date.now() > end) throw new Error('firewalld did not start');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  let daemon: ChildProcess | undefined;
  const start = async (): Promise<void> => {
    daemon = lab.start('defender', [...enter, 'firewalld', '--nofork', '--nopid']);
    await until(() => answers('busctl', 'get-property', ...SERVICE, 'state'));
  };
  const end = async (signal: 'SIGTERM' | 'SIGKILL'): Promise<void> => {
    const ended = daemon;
    if (ended === undefined || ended.exitCode !== null || ended.signalCode !== null) return;
    const gone = new Promise((resolve) => ended.once('close', resolve));
    ended.kill(signal);
    await gone;
  };
  const stop = (): Promise<void> => end('SIGTERM');
  try {
    run('mkdir', '/run/dbus');
    lab.run('defender', [...enter, 'tee', '/run/bus.conf'], BUS);
    lab.start('defender', [...enter, 'dbus-daemon', '--config-file=/run/bus.conf', '--nofork', '--nopidfile']);
    await until(() => answers('busctl', 'list'));
    await start();
  } catch (error) {
    lab.destroy();
    files.remove();
    throw error;
  }
  return {
    lab,
    enter,
    run,
    start,
    stop,
    kill: () => end('SIGKILL'),
    restart: async () => {
      await stop();
      await start();
    },
    destroy: () => {
      lab.destroy();
      files.remove();
    },
  };
}

const SERVICE = [
  'org.fedoraproject.FirewallD1',
  '/org/fedoraproject/FirewallD1',
  'org.fedoraproject.FirewallD1',
] as const;
