/** Starts everything as planned, says what listens where, and shows incidents as they happen until ^C. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { FromPlatform } from '@netsentinel/contracts/process';
import { strongestMode } from '@netsentinel/enforcer/strongest-mode';
import { describeError } from '@netsentinel/kernel/errors';
import { createLogger } from '@netsentinel/kernel/log';
import { consoleUrl } from '../config/console-url.ts';
import { ConfigurationHistory } from '../config/configuration-history.ts';
import { ConfigurationDesk, type WrittenChange } from '../launcher/configuration-desk.ts';
import { launch, type Launched } from '../launcher/launcher.ts';
import { incidentNews } from './incident-news.ts';
import { listenForEnd } from './listen-for-end.ts';
import { notBuiltLine } from './not-built.ts';
import { paint, print, printJson, safe, severityColour, span, warn, when } from './output.ts';
import type { UpPlan } from './up.plan.ts';

/** A change's answer is on its way then, through the platform that is about to be stopped. */
const ANSWERED_MS = 300;

/**
 * Resolves once all has stopped again.
 * @param argv the command line that the plan was made of; changes of the configuration are planned by it too
 */
export async function up(plan: UpPlan, argv: readonly string[] = process.argv.slice(2)): Promise<void> {
  const { config, json, folder, source } = plan;
  let signIn = '/';
  const isNews = incidentNews();
  const show = (message: FromPlatform): void => {
    if (json) printJson({ time: new Date().toISOString(), ...message });
    else if (message.t !== 'incident' || isNews(message)) showLine(message);
  };
  // From here on, or a signal that comes during the start would end us without ending what we started.
  const end = listenForEnd();
  const log = createLogger('launcher', { level: config.logLevel });
  const notice = (text: string): void => warn(`${paint('!', 'yellow', process.stderr)} ${safe(text, 400)}`);
  const desk = new ConfigurationDesk({
    history: new ConfigurationHistory(folder.configuration),
    historyFolder: folder.configuration,
    argv,
    file: source.file,
    now: Date.now,
    log,
  });
  const begin = async (which: UpPlan): Promise<Launched> => {
    const launched = await launch({
      plan: which,
      log,
      onMessage: (message) => {
        if (message.t === 'sign-in') signIn = message.path;
        else show(message);
      },
      onNotice: notice,
      onConfiguration: (order) => desk.answer(order),
    });
    desk.started(which.source.text);
    const url = `${consoleUrl(which.config, which.tls !== undefined)}${signIn}`;
    if (json)
      printJson({
        t: 'listening',
        listening: launched.listening,
        console: url,
        sandbox: launched.sandbox,
        watching: launched.watching,
        pids: launched.pids(),
      });
    else welcome(launched, url, which);
    return launched;
  };
  try {
    let launched = await begin(plan);
    let inForce = plan;
    for (let change = await next(); change !== undefined; change = await next()) {
      notice(`the configuration was changed: everything starts again with version ${change.version}`);
      await sleep(ANSWERED_MS);
      await launched.stop();
      try {
        launched = await begin(change.plan);
        inForce = change.plan;
        desk.settled(change.version, inForce.source.text);
      } catch (error) {
        notice(
          `it could not be started with version ${change.version}, and the one before is put back: ${describeError(error)}`,
        );
        desk.settled(change.version, inForce.source.text, error);
        launched = await begin(inForce);
      }
    }
    if (!json) print('\nstopping …');
    await launched.stop();
    if (!json) print('stopped; everything that was seen is kept');
  } finally {
    end.forget();
  }

  /** Undefined once it is to end. */
  async function next(): Promise<WrittenChange | undefined> {
    return (await Promise.race([end.asked, desk.next])) ?? undefined;
  }
}

function welcome(launched: Launched, url: string, plan: UpPlan): void {
  const { collectors, certificate } = plan;
  const mode = strongestMode(plan.config.enforcer);
  print(paint('NetSentinel is up', 'bold'));
  const width = Math.max(18, ...launched.listening.map(({ what }) => what.length));
  for (const one of launched.listening) print(`  ${one.what.padEnd(width)} ${one.address}:${one.port}`);
  for (const { boot, read } of collectors)
    if (read.length > 0) print(`  ${`${boot.type} ${boot.id}`.padEnd(width)} ${safe(read.join(', '), 400)}`);
  const { watching } = launched;
  if ('addresses' in watching)
    print(`  ${'scans'.padEnd(width)} watched at ${safe(watching.addresses.join(', '), 400)}`);
  print(
    `  ${'response'.padEnd(width)} ${mode}${mode === 'simulate' ? ' (nothing is blocked; enforcer.mode: enforce changes that)' : ''}`,
  );
  if (certificate !== undefined)
    print(
      `  ${'certificate'.padEnd(width)} made here; tell your browser of ${certificate.authorityFile}, or compare ${certificate.fingerprint}`,
    );
  print(`  ${'data'.padEnd(width)} ${plan.folder.root}`);
  if (!plan.hasFile)
    print(`  ${'configuration'.padEnd(width)} defaults (no netsentinel.yaml; \`netsentinel init\` writes one)`);
  const { notBuilt } = plan.decoys;
  if (notBuilt.length > 0) warn(`  ${paint('!', 'yellow', process.stderr)} ${safe(notBuiltLine(notBuilt), 400)}`);
  for (const line of limits(launched, mode)) warn(`  ${paint('!', 'yellow', process.stderr)} ${line}`);
  print(`\nOpen ${paint(url, 'cyan')}`);
  // One link to open: what comes next stands there.
  print(url.includes('/setup/') ? 'It makes your account, once, and shows you how to attack your own decoys.\n' : '');
}

/** What this system or these rights do not allow, and what to do about it. */
function limits(launched: Launched, mode: string): string[] {
  const lines: string[] = [];
  if ('reason' in launched.watching)
    lines.push(`port scans show only where they connect to a decoy: ${safe(launched.watching.reason, 300)}`);
  if (launched.sandbox.level === 'none')
    lines.push(`the decoys have no namespace of their own: ${safe(launched.sandbox.reason ?? 'unknown', 300)}`);
  if (process.getuid?.() !== 0) {
    lines.push('without root: no ports below 1024, and no firewall');
    if (mode === 'enforce') lines.push('enforcer.mode is enforce, but blocks will fail; start it with sudo');
  }
  return lines;
}

function showLine(message: FromPlatform): void {
  switch (message.t) {
    case 'incident':
      print(
        `${paint(when(Date.now()).slice(11), 'dim')}  ${paint(message.severity.padEnd(8), severityColour[message.severity])} ${String(message.score).padStart(3)}  ${safe(message.title, 200)}  ${paint(message.id, 'dim')}`,
      );
      return;
    case 'action':
      print(
        `${paint(when(Date.now()).slice(11), 'dim')}  ${paint(message.status.padEnd(8), message.status === 'refused' || message.status === 'failed' ? 'yellow' : 'green')}      ${(message.measure ?? 'block') === 'block' ? '' : `${message.measure} `}${message.target}${message.detail === undefined ? ` for ${span(message.expiresAt - Date.now())}` : `: ${safe(message.detail, 200)}`}`,
      );
      return;
    case 'source':
      print(`${paint(when(Date.now()).slice(11), 'dim')}  ${sourceNews(message)}`);
      return;
    default:
  }
}

/** One line of who fell silent or came back. */
export function sourceNews({ what, sensor, source, silentMs }: Extract<FromPlatform, { t: 'source' }>): string {
  const name = safe(source === '' ? sensor : `${sensor}: ${source}`, 200);
  if (what === 'silent') return `${paint('silent', 'yellow')}        ${name}, last heard ${span(silentMs)} ago`;
  return `${paint('back', 'green')}          ${name}, after ${span(silentMs)}`;
}
