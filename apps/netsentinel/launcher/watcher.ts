/**
 * The watcher's process as the launcher starts and supplies it: told what to watch, started anew where this machine's addresses change, and left away where there
 * is no right to see packets, or nothing to watch.
 */
import { readFileSync } from 'node:fs';
import { isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import type { Logger } from '@netsentinel/contracts/log';
import type { FromChild, ToWatcher } from '@netsentinel/contracts/process';
import { clientPortsFrom, type WatchRequest } from '@netsentinel/watcher/watch-scope';
import { nameServersIn } from '@netsentinel/kernel/resolv-conf';
import type { PlannedDecoy } from '../config/decoy-plan.ts';
import type { NetSentinelConfig } from '../config/netsentinel.config.ts';
import { readFromChild } from './child-messages.ts';
import type { ConfinedProgram } from './confinements.ts';
import type { SandboxReport } from './sandbox.ts';
import { spawnInStages } from './stages.ts';
import { Supervisor } from './supervisor.ts';

/** All that it ever says to the launcher: that it sleeps, is ready, or failed. */
const MESSAGE_BYTES = 1024 * 1024;
const LOOK_MS = 15_000;
const CAP_NET_RAW = 13;
/** The system's, and those that systemd-resolved asks behind its own. */
const RESOLVER_FILES = ['/etc/resolv.conf', '/run/systemd/resolve/resolv.conf'];
const MAX_NAME_SERVERS = 64;

export interface Watched {
  /** Ours that are watched, and the persona of each. */
  readonly addresses: Readonly<Record<string, string>>;
  readonly interfaces: readonly string[];
  /** `tcp 22` at all addresses, `tcp 192.0.2.1 22` at one. */
  readonly decoyPorts: readonly string[];
  /** Whom this machine asks for names. */
  readonly nameServers: readonly string[];
}

/** Why scans are not watched; undefined where they can be. */
export function whyNotWatched(config: NetSentinelConfig['watcher'], sandbox: SandboxReport): string | undefined {
  if (!config.enabled) return 'watcher.enabled is false';
  return whyNoPackets(sandbox);
}

/** Why no process of ours can see packets; undefined where one can. */
export function whyNoPackets(sandbox: SandboxReport): string | undefined {
  if (process.platform !== 'linux') return `packets are seen on Linux only, this is ${process.platform}`;
  if (!hasRight()) return 'seeing packets needs root (CAP_NET_RAW)';
  if (sandbox.level === 'none') return 'the process that sees packets cannot be confined here';
  return undefined;
}

function hasRight(): boolean {
  try {
    const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0';
    return ((BigInt(`0x${effective}`) >> BigInt(CAP_NET_RAW)) & 1n) === 1n;
  } catch {
    return false;
  }
}

/** What is watched of this machine as it is now: the addresses that decoys listen on, and all where one listens on all. */
export function watchedNow(
  config: NetSentinelConfig['watcher'],
  decoys: readonly PlannedDecoy[],
  interfaces: ReturnType<typeof networkInterfaces> = networkInterfaces(),
  resolverFiles: readonly string[] = RESOLVER_FILES,
): Watched {
  const local = Object.entries(interfaces).flatMap(([name, addresses]) =>
    (addresses ?? [])
      // Where packets of loopback are to be watched, its interface is named.
      .filter(({ internal }) => !internal || config.interfaces.includes(name))
      .map(({ address }) => address),
  );
  const addresses: Record<string, string> = {};
  for (const { address, persona } of decoys) {
    const served = local.filter(
      (one) => one === address || address === '::' || (address === '0.0.0.0' && !isIPv6(one)),
    );
    for (const one of served) addresses[one] ??= persona;
  }
  const [anyone] = decoys;
  if (config.addresses === 'all') for (const one of local) addresses[one] ??= anyone?.persona ?? '';
  return {
    addresses,
    interfaces: config.interfaces,
    decoyPorts: decoys.map(({ transport, address, port }) =>
      address === '0.0.0.0' || address === '::' ? `${transport} ${port}` : `${transport} ${address} ${port}`,
    ),
    nameServers: resolverFiles.flatMap(nameServersOf).slice(0, MAX_NAME_SERVERS),
  };
}

/** None where there is no such file. */
function nameServersOf(path: string): string[] {
  try {
    return nameServersIn(readFileSync(path, 'utf8'));
  } catch {
    return [];
  }
}

export interface WatcherOptions {
  readonly config: NetSentinelConfig['watcher'];
  readonly decoys: readonly PlannedDecoy[];
  readonly home: string;
  readonly program: ConfinedProgram;
  readonly sandbox: SandboxReport;
  readonly codeCache: string | undefined;
  readonly logLevel: NetSentinelConfig['logLevel'];
  readonly log: Logger;
  /** Packets are seen, maybe at other addresses than before. */
  readonly onWatching: () => void;
  /** It is awake: it is to be linked. */
  readonly onAwake: () => void;
  /** It will not come up, and is not tried again. */
  readonly onUnable: (why: string) => void;
  readonly onDeath: (how: string) => void;
}

export interface Watcher {
  readonly process: Supervisor<FromChild>;
  /** That are watched. */
  readonly addresses: readonly string[];
  /** It hears what it is sent. */
  readonly isAwake: boolean;
  /** Resolves once it sees packets, or never will. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

export function createWatcher(options: WatcherOptions): Watcher {
  const { config, decoys, program, sandbox, codeCache, home, logLevel, log, onDeath } = options;
  const { onWatching, onAwake, onUnable } = options;
  let watched = watchedNow(config, decoys);
  let hasWorked = false;
  let isAwake = false;
  let begun: () => void = () => {};
  const supervisor = new Supervisor<FromChild>({
    name: 'watcher',
    log,
    read: readFromChild,
    maxMessageBytes: MESSAGE_BYTES,
    mayRest: true,
    spawn: () => {
      watched = watchedNow(config, decoys);
      const { addresses, interfaces, decoyPorts } = watched;
      const request: WatchRequest = { addresses: Object.keys(addresses), interfaces, decoyPorts };
      return spawnInStages(join(home, 'apps/watcher/open-sockets.ts'), request, { program, sandbox, codeCache });
    },
    onStart: (it) => {
      isAwake = false;
      const { addresses, decoyPorts, nameServers } = watched;
      it.send({
        t: 'boot',
        logLevel,
        addresses,
        decoyPorts: [...decoyPorts],
        clientPortsFrom: clientPortsFrom(),
        nameServers: [...nameServers],
      } satisfies ToWatcher);
    },
    onMessage: (message) => {
      if (message.t === 'failed' && !hasWorked) unable(message.message);
      if (message.t !== 'ready' && message.t !== 'asleep') return;
      hasWorked = true;
      begun();
      onWatching();
      isAwake = message.t === 'ready';
      if (isAwake) onAwake();
    },
    onDeath: (how) => (hasWorked ? onDeath(how) : unable(how)),
  });
  let lookAgain: NodeJS.Timeout | undefined;

  function unable(why: string): void {
    onUnable(why);
    begun();
    void stop();
  }

  async function stop(): Promise<void> {
    clearInterval(lookAgain);
    await supervisor.stop();
  }

  return {
    process: supervisor,
    get addresses() {
      return Object.keys(watched.addresses);
    },
    get isAwake() {
      return isAwake;
    },
    stop,
    start: () =>
      new Promise((resolve) => {
        begun = resolve;
        supervisor.start();
        // A new address shall be watched as soon as it is there; the filter of a process that runs cannot be changed by anybody.
        lookAgain = setInterval(() => {
          if (JSON.stringify(watchedNow(config, decoys)) !== JSON.stringify(watched)) supervisor.renew();
        }, LOOK_MS).unref();
      }),
  };
}
