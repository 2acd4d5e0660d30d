/** `enforcer`: enforcement points on other hosts: invited and removed at the centre, joined and run there. */
import { readFileSync } from 'node:fs';
import { Argument, type Command } from 'commander';
import type { ControlRequest, ControlResults } from '@netsentinel/enforcer/control';
import { strongestMode } from '@netsentinel/enforcer/strongest-mode';
import { systemClock } from '@netsentinel/kernel/clock';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { createLogger } from '@netsentinel/kernel/log';
import { forOption } from './duration.ts';
import { listenForEnd } from './listen-for-end.ts';
import { paint, print, printJson, safe, span, table, warn, when } from './output.ts';
import { HOME, settings, type Settings } from './settings.ts';
import { whoami } from './whoami.ts';

const MAX_INVITED_MS = 604_800_000;

export function addEnforcer(program: Command): void {
  const enforcer = program
    .command('enforcer')
    .description('enforcement points on other hosts: they carry the blocks that this one decides');
  const name = (): Argument => new Argument('<name>', 'a name of your own for the point').argParser(readName);
  enforcer
    .command('invite')
    .description('at the centre: make a token that lets one host join as a point, once; it is shown once')
    .addArgument(name())
    .addOption(forOption('how long the token can be used', { usual: '15m', maxMs: MAX_INVITED_MS }))
    .option('--json', 'print JSON')
    .action(async (called: string, options: { for: number; json?: boolean }, command: Command) => {
      const request = { command: 'invitePoint', name: called, validMs: options.for, by: whoami() } as const;
      const { token, expiresAt } = await ask(command, request);
      if (options.json === true) return printJson({ name: called, token, expiresAt });
      print(`On the other host, within ${span(options.for)}:\n\n  netsentinel enforcer join ${token}\n`);
      return warn('Whoever has this token first becomes the point.');
    });
  enforcer
    .command('join')
    .description('on another host: become a point of the centre that made the token, and run as one')
    .argument('<token>', 'what `enforcer invite` printed at the centre; - reads it from standard input')
    .option('--no-run', 'only join; `enforcer run` runs it')
    .action(async (token: string, options: { run: boolean }, command: Command) => {
      const here = settings(command);
      await join(token === '-' ? readFileSync(0, 'utf8').trim() : token, here);
      if (options.run) await run(here);
    });
  enforcer
    .command('run')
    .description('on another host: run as the point that it has joined as; ^C stops it, blocks stay until they end')
    .action(async (_: object, command: Command) => run(settings(command)));
  enforcer
    .command('points')
    .description('at the centre: the points there are')
    .option('--json', 'print JSON: one point a line')
    .action(async (options: { json?: boolean }, command: Command) => {
      const points = await ask(command, { command: 'points' });
      if (options.json === true) return points.forEach(printJson);
      if (points.length === 0) return print('no points yet: netsentinel enforcer invite NAME');
      return table(
        ['name', 'host', 'version', 'since', 'last seen', 'entries', 'state'],
        points.map((point) => [
          point.name,
          safe(point.host, 64),
          safe(point.version, 32),
          when(point.joinedAt),
          point.connected ? 'now' : `${span(Date.now() - point.lastSeenAt)} ago`,
          point.entries === undefined ? '' : String(point.entries),
          !point.connected
            ? paint('not connected', 'yellow')
            : point.trouble === undefined
              ? paint('enforces', 'green')
              : paint(`cannot block: ${safe(point.trouble, 200)}`, 'yellow'),
        ]),
      );
    });
  enforcer
    .command('remove')
    .description('at the centre: take back what a point holds, where it is connected, and refuse its certificate')
    .addArgument(name())
    .option('--json', 'print JSON')
    .action(async (called: string, options: { json?: boolean }, command: Command) => {
      const { removed } = await ask(command, { command: 'removePoint', name: called, by: whoami() });
      if (options.json === true) return printJson({ removed });
      return print(`${removed} is no point any more`);
    });
}

async function join(text: string, { folder }: Settings): Promise<void> {
  const [{ readToken }, { joinCentre }, { keepCredentials, needNoCredentials }] = await Promise.all([
    import('@netsentinel/enforcer/points/token'),
    import('@netsentinel/enforcer/points/join-centre'),
    import('@netsentinel/enforcer/points/credentials'),
  ]);
  const token = readToken(text);
  needNoCredentials(folder.enforcer);
  const credentials = await joinCentre(token, systemClock);
  keepCredentials(folder.enforcer, credentials);
  print(`this host is the point ${paint(credentials.name, 'bold')} of the centre at ${token.host}:${token.port}`);
}

async function run({ loaded, folder }: Settings): Promise<void> {
  const [{ readCredentials }, { launchPoint }] = await Promise.all([
    import('@netsentinel/enforcer/points/credentials'),
    import('../launcher/point.ts'),
  ]);
  const { name, host, port } = readCredentials(folder.enforcer);
  const { enforcer: config, logLevel } = loaded.config;
  const end = listenForEnd();
  try {
    const notice = (text: string): void => warn(`${paint('!', 'yellow', process.stderr)} ${safe(text, 400)}`);
    const log = createLogger('launcher', { level: logLevel });
    const point = await launchPoint({ home: HOME, folder, config, logLevel }, log, notice);
    const mode = strongestMode({ ...config, points: undefined });
    print(`running as the point ${paint(name, 'bold')} of ${host}:${port}, mode ${mode}`);
    if (mode !== 'enforce') notice('nothing is blocked here: enforcer.mode: enforce in netsentinel.yaml changes that');
    await end.asked;
    await point.stop();
  } finally {
    end.forget();
  }
}

async function ask<R extends ControlRequest>(command: Command, request: R): Promise<ControlResults[R['command']]> {
  const { callEnforcer } = await import('@netsentinel/enforcer/control');
  return callEnforcer(settings(command).folder.enforcerSocket, request);
}

function readName(text: string): string {
  if (/^[a-z0-9][a-z0-9-]{0,31}$/.test(text)) return text;
  throw new NetSentinelError('USAGE_POINT_NAME', 'user', 'a point’s name has lower-case letters, digits and hyphens', {
    hint: 'At most 32 of them, for example berlin-1.',
  });
}
