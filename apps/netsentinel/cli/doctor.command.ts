/** `doctor`: looks at everything NetSentinel needs, says what to do about each finding, and does it where it can (`--fix`). */
import { existsSync, mkdirSync, statfsSync, statSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Command } from 'commander';
import { describeError, NetSentinelError } from '@netsentinel/kernel/errors';
import { findTool, probeSandbox } from '../launcher/sandbox.ts';
import { isRunning } from '../launcher/data-folder.ts';
import { consoleTls } from '../config/console-tls.ts';
import { planDecoys } from '../config/decoy-plan.ts';
import { EXIT, paint, print, printJson, table } from './output.ts';
import { HOME, settings, type Settings } from './settings.ts';

interface Finding {
  readonly check: string;
  readonly state: 'ok' | 'warn' | 'fail';
  readonly found: string;
  /** What to do about it. */
  readonly advice?: string;
  readonly fix?: () => void;
}

const MIN_FREE_BYTES = 2 * 1024 ** 3;

export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description('check runtime, ports, rights, namespaces, clock, disk and tools, and say what to do')
    .option('--fix', 'mend what can be mended')
    .option('--json', 'print JSON')
    .action(async (options: { fix?: boolean; json?: boolean }, command: Command) => {
      const findings = await examine(command);
      for (const finding of findings) if (options.fix === true && finding.fix !== undefined) finding.fix();
      const after = options.fix === true ? await examine(command) : findings;
      if (after.some((f) => f.state === 'fail')) process.exitCode = EXIT.failed;
      if (options.json === true)
        return after.forEach(({ check, state, found, advice }) => printJson({ check, state, found, advice }));
      const colour = { ok: 'green', warn: 'yellow', fail: 'red' } as const;
      table(
        ['', 'check', 'found'],
        after.map((f) => [paint(f.state, colour[f.state]), f.check, f.found]),
      );
      const advice = after.filter((f) => f.advice !== undefined);
      if (advice.length > 0) print('\nWhat to do:');
      for (const f of advice) print(`  ${f.check}: ${f.advice}${f.fix === undefined ? '' : ' (--fix does it)'}`);
      return undefined;
    });
}

async function examine(command: Command): Promise<Finding[]> {
  const findings: Finding[] = [runtime()];
  let found: Settings | undefined;
  try {
    found = settings(command);
    findings.push({
      check: 'configuration',
      state: 'ok',
      found: found.hasFile ? found.configFile : 'defaults (no file)',
    });
    consoleTls(found.loaded, found.configFile);
  } catch (error) {
    const hint = error instanceof NetSentinelError ? error.hint : undefined;
    findings.push({
      check: 'configuration',
      state: 'fail',
      found: describeError(error),
      ...(hint === undefined ? {} : { advice: hint }),
    });
  }
  findings.push(rights(), namespaces(), clock());
  if (found !== undefined) findings.push(...(await ports(found)), disk(found), data(found));
  findings.push(...tools(), consoleBuilt());
  return findings;
}

function runtime(): Finding {
  const major = Number(process.versions.node.split('.')[0]);
  const pinned = process.execPath.startsWith(HOME);
  if (major < 24)
    return {
      check: 'runtime',
      state: 'fail',
      found: `Node ${process.versions.node}`,
      advice: 'Start with `npm start` or ./netsentinel, which bring Node 24 along.',
    };
  return {
    check: 'runtime',
    state: pinned ? 'ok' : 'warn',
    found: `Node ${process.versions.node}${pinned ? ' (pinned)' : ' (of this system)'}`,
    ...(pinned ? {} : { advice: 'No Node is pinned for this system; keep yours at version 24.' }),
  };
}

function rights(): Finding {
  if (process.getuid?.() === 0) return { check: 'rights', state: 'ok', found: 'root: low ports, namespaces, firewall' };
  return {
    check: 'rights',
    state: 'warn',
    found: 'not root: no ports below 1024, no firewall',
    advice: 'Start as root to block attackers; every process gives up what it does not need.',
  };
}

function namespaces(): Finding {
  const report = probeSandbox();
  const what = {
    root: 'decoys: own root folder, user, process table, empty network',
    user: 'decoys: own root folder, process table, empty network (same user)',
    none: `none: ${report.reason ?? ''}`,
  }[report.level];
  return {
    check: 'namespace',
    state: report.level === 'none' ? 'warn' : 'ok',
    found: what,
    ...(report.level === 'none'
      ? {
          advice:
            'Decoys run with the permission model alone. Start as root, or allow user namespaces (sysctl kernel.unprivileged_userns_clone=1, or the AppArmor setting of your system).',
        }
      : {}),
  };
}

function clock(): Finding {
  const newest = statSync(join(HOME, 'package-lock.json')).mtimeMs;
  if (Date.now() < newest - 86_400_000)
    return {
      check: 'clock',
      state: 'fail',
      found: `${new Date().toISOString()} is before this program was installed`,
      advice: 'Set the clock; turn on time synchronisation (timedatectl set-ntp true).',
    };
  const synchronised =
    existsSync('/run/systemd/timesync/synchronized') || existsSync('/run/chrony') || existsSync('/var/lib/ntp');
  return {
    check: 'clock',
    state: 'ok',
    found: `${new Date().toISOString()}${synchronised ? ', synchronised' : ', synchronisation not seen'}`,
  };
}

async function ports({ loaded, configFile, folder }: Settings): Promise<Finding[]> {
  const { config } = loaded;
  const wanted = [
    {
      name: 'console',
      address: config.console.address,
      port: config.console.port,
      where: loaded.where(['console', 'port']),
    },
    ...planDecoys(loaded, configFile)
      .decoys.filter(({ transport, movable }) => transport === 'tcp' && !movable)
      .map(({ id, address, port, where }) => ({ name: id, address, port, where })),
  ];
  const running = isRunning(folder);
  return Promise.all(
    wanted.map(async ({ name, address, port, where }): Promise<Finding> => {
      const check = `port ${port}`;
      if (running) return { check, state: 'ok', found: `${name}: NetSentinel is running` };
      const server = createServer();
      try {
        server.listen({ host: address, port });
        await once(server, 'listening');
        return { check, state: 'ok', found: `${name}: free on ${address}` };
      } catch (error) {
        return {
          check,
          state: 'fail',
          found: `${name}: ${(error as NodeJS.ErrnoException).code === 'EADDRINUSE' ? 'in use by another program' : (error as Error).message}`,
          advice: `Choose another at ${where}, or stop what listens there (ss -ltnp).`,
        };
      } finally {
        server.close();
      }
    }),
  );
}

function disk({ folder }: Settings): Finding {
  let at = folder.root;
  while (!existsSync(at)) at = join(at, '..');
  const stat = statfsSync(at);
  const free = stat.bavail * stat.bsize;
  const text = `${(free / 1024 ** 3).toFixed(1)} GiB free for ${folder.root}`;
  return free < MIN_FREE_BYTES
    ? { check: 'disk', state: 'warn', found: text, advice: 'Make room, or shorten store.retention.' }
    : { check: 'disk', state: 'ok', found: text };
}

function data({ folder }: Settings): Finding {
  if (!existsSync(folder.root))
    return {
      check: 'data folder',
      state: 'warn',
      found: `${folder.root} is not there yet`,
      advice: 'It is made at the first start.',
      fix: () => void mkdirSync(folder.root, { recursive: true }),
    };
  const lock = join(folder.root, 'LOCK');
  if (existsSync(lock) && !isRunning(folder))
    return {
      check: 'data folder',
      state: 'warn',
      found: 'a lock of a process that is gone',
      advice: 'Remove the lock; the next start does so too.',
      fix: () => rmSync(lock, { force: true }),
    };
  return {
    check: 'data folder',
    state: 'ok',
    found: isRunning(folder) ? 'in use: NetSentinel is running' : folder.root,
  };
}

function tools(): Finding[] {
  const wanted: readonly (readonly [string, string, string])[] = [
    ['unshare', 'util-linux', 'decoys cannot be shut in'],
    ['setpriv', 'util-linux', 'rights cannot be taken away'],
    ['nft', 'nftables', 'nothing can be blocked here'],
    ['ip', 'iproute2', 'own addresses and gateways cannot be read, so blocks are refused'],
  ];
  return wanted.map(([tool, pack, without]) => {
    const path = findTool(tool);
    return path === undefined
      ? { check: tool, state: 'warn' as const, found: `not found: ${without}`, advice: `Install the package ${pack}.` }
      : { check: tool, state: 'ok' as const, found: path };
  });
}

function consoleBuilt(): Finding {
  const built = existsSync(join(HOME, 'surface', 'console', 'out', 'index.html'));
  return built
    ? { check: 'console', state: 'ok', found: 'built' }
    : {
        check: 'console',
        state: 'warn',
        found: 'not built',
        advice: '`npm run setup` builds it; `npm start` does so by itself.',
      };
}
