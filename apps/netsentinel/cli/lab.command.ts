/**
 * `lab`: another machine to attack one's own install from, without having one: a network namespace joined to this machine by a veth pair.
 * Its addresses are of 198.18.0.0/15, which RFC 2544 sets apart for tests of networks, so that nobody else's can be meant. Decoys on
 * 0.0.0.0 answer at this end of the pair, and a block holds the other end off as it would any stranger.
 */
import { spawn, spawnSync } from 'node:child_process';
import { constants } from 'node:os';
import type { Command } from 'commander';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { findTool } from '../launcher/sandbox.ts';
import { planDecoys } from '../config/decoy-plan.ts';
import { labLinks, labState, shellOf, type LabLinks } from './lab-network.ts';
import { paint, print, printJson, warn } from './output.ts';
import { settings } from './settings.ts';

const IP_TIMEOUT_MS = 10_000;

export function addLab(program: Command): void {
  const lab = program
    .command('lab')
    .description('attack your own install from “another machine”: a network namespace (root, Linux)');
  lab
    .command('up')
    .description('make the attacker’s machine; prints its address and the decoys’')
    .option('--json', 'print JSON')
    .action((options: { json?: boolean }, command: Command) => up(command, options.json === true));
  lab
    .command('run')
    .description('run a program on the attacker’s machine: lab run -- ssh -p 2222 root@198.18.0.1')
    .argument('<program...>', 'the program and its arguments, after --')
    .action((words: string[]) => runInside(words));
  lab
    .command('shell')
    .description('a shell on the attacker’s machine')
    .action(() => runInside(shellOf(process.env)));
  lab
    .command('down')
    .description('remove it all')
    .option('--json', 'print JSON')
    .action((options: { json?: boolean }) => down(options.json === true));
}

function up(command: Command, json: boolean): void {
  const links = labLinks();
  const { loaded, configFile } = settings(command);
  const ip = needIp();
  const made = !isUp(ip, links);
  if (made) {
    // What a crash may have left half made.
    remove(ip, links);
    try {
      for (const args of links.make) call(ip, args);
    } catch (error) {
      remove(ip, links);
      throw error;
    }
  }
  const decoys = planDecoys(loaded, configFile)
    .decoys.filter(({ address }) => ['0.0.0.0', '::', links.decoyAddress].includes(address))
    .map(({ id, type, port }) => ({ id, type, address: links.decoyAddress, port }));
  if (json) return printJson({ attacker: links.attackerAddress, decoy: links.decoyAddress, decoys, made });
  print(`attacker  ${links.attackerAddress}${made ? '' : paint('  (was up already)', 'dim')}`);
  print(`decoys    ${links.decoyAddress}`);
  if (decoys.length === 0)
    warn(`No decoy listens on all addresses, so none answers at ${links.decoyAddress}; set its address to 0.0.0.0.`);
  const [first] = decoys;
  if (first !== undefined) print(`\nTry  netsentinel lab run -- ssh -p ${first.port} root@${links.decoyAddress}`);
  return undefined;
}

function down(json: boolean): void {
  const links = labLinks();
  const ip = needIp();
  const there = isUp(ip, links);
  remove(ip, links);
  if (json) return printJson({ removed: there });
  return print(there ? 'removed' : 'there was nothing to remove');
}

/** Runs a program inside with our own terminal, and ends as it does. */
function runInside(words: readonly string[]): Promise<void> {
  const links = labLinks();
  const ip = needIp();
  if (!isUp(ip, links))
    throw new NetSentinelError('LAB_NOT_UP', 'user', 'there is no attacker’s machine', {
      hint: 'Make it with `netsentinel lab up`.',
    });
  const child = spawn(ip, ['netns', 'exec', links.namespace, ...words], { stdio: 'inherit' });
  // ^C is the program's: it gets the terminal's signals itself, and we wait for its end.
  for (const signal of ['SIGINT', 'SIGQUIT'] as const) process.on(signal, () => {});
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      process.exitCode = code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
      resolve();
    });
  });
}

function isUp(ip: string, links: LabLinks): boolean {
  const address = spawnSync(ip, ['-json', 'address', 'show', 'dev', links.link], {
    encoding: 'utf8',
    timeout: IP_TIMEOUT_MS,
  });
  const namespaces = call(ip, ['netns', 'list']);
  return labState(links, address.status === 0 ? address.stdout : '', namespaces);
}

/** Removes what is there; nothing there is as good. */
function remove(ip: string, links: LabLinks): void {
  for (const args of links.remove) spawnSync(ip, args, { stdio: 'ignore', timeout: IP_TIMEOUT_MS });
}

function call(ip: string, args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(ip, args, { encoding: 'utf8', timeout: IP_TIMEOUT_MS });
  if (status === 0) return stdout;
  throw new NetSentinelError('LAB_FAILED', 'operational', `ip ${args.join(' ')}: ${error?.message ?? stderr.trim()}`, {
    hint: 'A container may forbid network namespaces; try it on the machine itself.',
  });
}

/** The program `ip`, or why there can be no lab here. */
function needIp(): string {
  if (process.platform !== 'linux')
    throw new NetSentinelError('LAB_UNAVAILABLE', 'user', `network namespaces need Linux, this is ${process.platform}`);
  const ip = findTool('ip');
  if (ip === undefined)
    throw new NetSentinelError('LAB_UNAVAILABLE', 'user', 'the program `ip` was not found', {
      hint: 'Install the package iproute2.',
    });
  if (process.getuid?.() !== 0)
    throw new NetSentinelError('LAB_UNAVAILABLE', 'user', 'a lab needs root, to make a network namespace', {
      hint: 'Run it with sudo: `sudo ./netsentinel lab up`.',
    });
  return ip;
}
