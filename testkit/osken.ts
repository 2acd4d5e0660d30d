/**
 * os-ken with its application `ofctl_rest`, from the folder that `.ci/run` made (`OSKEN_ROOT`, else in the cache). 1.4.0 is the last release with that
 * application; of eventlet it wants a name that newer ones lack, which is for websockets only.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.ts';

const CACHE = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
const PYTHON = join(process.env['OSKEN_ROOT'] ?? join(CACHE, 'netsentinel-osken'), 'bin', 'python');
const START = `
import eventlet.wsgi
eventlet.wsgi.ALREADY_HANDLED = object()
from os_ken.cmd.manager import main
main()
`;
const PATIENCE_MS = 60_000;

export interface Controller {
  /** Where \`ofctl_rest\` listens. */
  readonly url: string;
  /** Where switches connect to, on this machine's loopback. */
  readonly openflowPort: number;
  stop(): Promise<void>;
}

export function oskenMissing(): boolean {
  return !existsSync(PYTHON);
}

/** Starts a controller of one's own; on the ports of a former one where these are given. `topology`: it looks for links and hosts, and tells of them. */
export async function startOsken(
  ports?: { readonly rest: number; readonly openflow: number },
  { topology = false } = {},
): Promise<Controller> {
  const [rest, openflow] = ports === undefined ? [await freePort(), await freePort()] : [ports.rest, ports.openflow];
  const listen = ['--ofp-listen-host', '127.0.0.1', '--ofp-tcp-listen-port', String(openflow)];
  const serve = ['--wsapi-host', '127.0.0.1', '--wsapi-port', String(rest), 'os_ken.app.ofctl_rest'];
  if (topology) serve.push('os_ken.app.rest_topology', '--observe-links');
  const child = spawn(PYTHON, ['-W', 'ignore', '-c', START, ...listen, ...serve], { stdio: 'ignore' });
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  const gone = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const url = `http://127.0.0.1:${rest}`;
  const stop = async (): Promise<void> => {
    process.removeListener('exit', kill);
    kill();
    await gone;
  };
  const end = Date.now() + PATIENCE_MS;
  while (
    !(await fetch(`${url}/stats/switches`).then(
      ({ ok }) => ok,
      () => false,
    ))
  ) {
    if (Date.now() > end || child.exitCode !== null) {
      await stop();
      throw new Error('os-ken did not start');
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return { url, openflowPort: openflow, stop };
}
