/** `rules install` and its kin: sets of rules from elsewhere, rules that are off, and events that rules leave alone. */
import { userInfo } from 'node:os';
import type { Command } from 'commander';
import { isExceptionInForce } from '@netsentinel/contracts/exception-time';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import type { Exceptions } from '../rules/exceptions.ts';
import type { InstalledSets, InstallReport } from '../rules/installed-set.ts';
import { OWN_RULES } from '../rules/own-rule-files.ts';
import type { RuleSource } from '../rules/rule-source.ts';
import { paint, print, printJson, safe, table, when } from './output.ts';
import { shareRules } from '../launcher/data-folder.ts';
import { settings } from './settings.ts';
import { whoami } from './whoami.ts';
import { findRule, openLibrary, readLibrary } from './rule-library.ts';
import { readKeptWords } from './kept-words.ts';

export function addLibrary(rules: Command): void {
  addInstall(rules);
  addSets(rules);
  addDisable(rules);
  addExcept(rules);
  addExceptions(rules);
}

function addInstall(rules: Command): void {
  rules
    .command('install')
    .description('install or update a set of rules; what you changed in it stays as it is')
    .argument(
      '<path>',
      'a folder, or an archive (.zip, .tar, .tar.gz); or NAME@VERSION to go back to a version that was installed',
    )
    .option('--name <name>', 'what to call the set (default: from the path)')
    .option('--as <version>', 'what to call this version (default: from the path, else from its content)')
    .option('--json', 'print JSON')
    .action(async (path: string, options: { name?: string; as?: string; json?: boolean }, command: Command) => {
      const { sets } = await openLibrary(command);
      const { readRuleSource } = await import('../rules/rule-source.ts');
      const source = (await earlier(sets, path)) ?? (await readRuleSource(path));
      const name = options.name ?? source.name;
      if (!/^[a-z0-9][a-z0-9_-]{0,63}$/.test(name) || name === OWN_RULES) {
        throw new NetSentinelError('RULES_NAME_INVALID', 'user', `a set cannot be called ${safe(name)}`, {
          hint: `Use up to 64 small letters, digits, \`-\` and \`_\`, beginning with a letter or a digit; \`${OWN_RULES}\` are those that the API keeps.`,
        });
      }
      const report = await sets.install({ ...source, name, version: options.as ?? source.version }, Date.now());
      shareRules(settings(command).folder);
      if (options.json === true) printJson(report);
      else tellReport(report);
    });
}

/** `NAME@VERSION` of a set that is installed. */
async function earlier(sets: InstalledSets, text: string): Promise<RuleSource | undefined> {
  const at = text.lastIndexOf('@');
  const name = text.slice(0, Math.max(0, at));
  if (at < 1 || !(await sets.list()).some((set) => set.name === name)) return undefined;
  return sets.publication(name, text.slice(at + 1));
}

function tellReport({ name, version, before, added, updated, removed, kept, conflicts }: InstallReport): void {
  print(
    `${paint(safe(name, 80), 'bold')} ${safe(version, 80)}${before === undefined ? '' : ` (was ${safe(before, 80)})`}`,
  );
  print(`${added.length} added, ${updated.length} updated, ${removed.length} removed, ${kept.length} of yours kept`);
  for (const path of conflicts)
    print(`${paint('both changed', 'yellow')} ${safe(path, 400)}: yours counts, theirs is ${safe(path, 400)}.new`);
}

function addSets(rules: Command): void {
  rules
    .command('sets')
    .description('sets of rules that are installed, with their versions')
    .option('--remove <name>', 'remove one, your changes in it included')
    .option('--json', 'print JSON: one set a line')
    .action(async (options: { remove?: string; json?: boolean }, command: Command) => {
      const { sets } = await openLibrary(command);
      if (options.remove !== undefined) {
        await sets.remove(options.remove);
        shareRules(settings(command).folder);
      }
      const rows = await Promise.all(
        (await sets.list()).map(async ({ name, version, installedAt, files }) => ({
          name,
          version,
          installedAt,
          files: Object.keys(files).length,
          versions: await sets.versions(name),
        })),
      );
      if (options.json === true) return rows.forEach(printJson);
      return table(
        ['set', 'version', 'installed', 'files', 'can go back to'],
        rows.map(({ name, version, installedAt, files, versions }) => [
          safe(name, 64),
          safe(version, 64),
          when(Date.parse(installedAt)),
          String(files),
          safe(versions.filter((each) => each !== version).join(', ') || '-', 200),
        ]),
      );
    });
}

interface Why {
  readonly reason: string;
  readonly until?: string;
}

function withReason(command: Command): Command {
  return command
    .requiredOption('--reason <text>', 'why: whoever comes later has nothing else to go by')
    .option('--until <date>', 'when it ends by itself, such as 2027-01-31 or 2027-01-31T12:00:00Z');
}

function addDisable(rules: Command): void {
  withReason(rules.command('disable').description('switch a rule off, without touching it'))
    .argument('<id>', 'its id, the beginning of it, or its name')
    .action(async (id: string, options: Why, command: Command) => {
      const { all } = await readLibrary(command);
      const rule = findRule(all, id);
      await change(command, ({ disabled, exceptions }) => ({
        disabled: [...disabled.filter((one) => one.rule !== rule.id), { rule: rule.id, ...signed(options) }],
        exceptions,
      }));
      print(`off: ${safe(rule.title, 200)}`);
    });
  rules
    .command('enable')
    .description('switch a rule on again')
    .argument('<id>', 'its id, the beginning of it, or its name')
    .action(async (id: string, _: unknown, command: Command) => {
      const { all } = await readLibrary(command);
      const rule = findRule(all, id);
      await enableKept(command, rule.id);
      await change(command, ({ disabled, exceptions }) => ({
        disabled: disabled.filter((one) => one.rule !== rule.id),
        exceptions,
      }));
      print(`on: ${safe(rule.title, 200)}`);
    });
}

function addExcept(rules: Command): void {
  withReason(rules.command('except').description('have a rule leave events alone, without touching it'))
    .argument('<id>', 'its id, the beginning of it, or its name')
    .requiredOption(
      '--where <field=value...>',
      "the events: all of the fields, any of a field's values; modifiers as in rules",
    )
    .addHelpText(
      'after',
      '\nExample: netsentinel rules except decoy_touched --where "source.ip|cidr=192.0.2.0/24" --reason "our scanner" --until 2027-01-31',
    )
    .action(async (id: string, options: Why & { where: string[] }, command: Command) => {
      const { newException, parseWhere } = await import('../rules/exceptions.ts');
      const { refusalOf } = await import('../rules/exception-check.ts');
      const { all } = await readLibrary(command);
      const rule = findRule(all, id);
      if (rule.kind === 'correlation') {
        throw new NetSentinelError('RULES_EXCEPTION_CORRELATION', 'user', 'a correlation sees matches, not events', {
          hint: `Except events from the rules that it rests on: ${rule.rules.map((one) => safe(one, 64)).join(', ')}.`,
        });
      }
      const exception = newException({ rules: [rule.id], where: parseWhere(options.where), ...signed(options) });
      const wrong = refusalOf(exception);
      if (wrong !== undefined)
        throw new NetSentinelError('RULES_WHERE_INVALID', 'user', wrong, {
          hint: 'Fields and modifiers are those of Sigma.',
        });
      await change(command, ({ disabled, exceptions }) => ({ disabled, exceptions: [...exceptions, exception] }));
      print(`${exception.id}: ${safe(rule.title, 200)} leaves alone ${safe(JSON.stringify(exception.where), 400)}`);
    });
}

function addExceptions(rules: Command): void {
  rules
    .command('exceptions')
    .description('what is off and what is excepted, why, and until when')
    .option('--remove <id>', 'end an exception')
    .option('--json', 'print JSON: one a line')
    .action(async (options: { remove?: string; json?: boolean }, command: Command) => {
      const { offByNewestWord, readExceptions } = await import('../rules/exceptions.ts');
      const { exceptionsPath } = await openLibrary(command);
      const { remove } = options;
      if (remove !== undefined) {
        await removeException(command, remove);
      }
      const { disabled, exceptions } = await readExceptions(exceptionsPath);
      const kept = await readKeptWords(command);
      const rows = [
        ...offByNewestWord(disabled, kept.rules).map((one) => ({
          kind: 'off',
          id: '-',
          rules: [one.rule],
          where: undefined,
          ended: undefined,
          ...one,
        })),
        ...exceptions.map((one) => ({ kind: 'exception', ...one })),
        ...kept.exceptions.map((one) => ({ kind: one.incident === undefined ? 'exception' : 'no attack', ...one })),
      ];
      if (options.json === true) return rows.forEach(printJson);
      return table(
        ['what', 'id', 'rule', 'events', 'until', 'by', 'why'],
        rows.map(({ kind, id, rules, where, until, by, reason, ended }) => [
          kind,
          id.slice(0, 8),
          safe(rules.length > 3 ? `${rules.slice(0, 2).join(', ')} +${rules.length - 2}` : rules.join(', '), 100),
          where === undefined ? 'all' : safe(JSON.stringify(where), 120),
          untilText(until, ended?.at),
          safe(by, 40),
          safe(reason, 200),
        ]),
      );
    });
}

function untilText(until: string | undefined, endedAt: string | undefined): string {
  const end = endedAt ?? until;
  if (end === undefined) return '-';
  return `${end.slice(0, 16)}${Date.parse(end) <= Date.now() ? paint(' (over)', 'dim') : ''}`;
}

/** One that stands in the file, or one that the state keeps: that one the running NetSentinel ends. */
async function removeException(command: Command, begin: string): Promise<void> {
  const { readExceptions } = await import('../rules/exceptions.ts');
  const { exceptionsPath } = await openLibrary(command);
  const begins = ({ id }: { id: string }): boolean => id.startsWith(begin);
  const written = (await readExceptions(exceptionsPath)).exceptions.filter(begins);
  const kept = (await readKeptWords(command)).exceptions.filter(
    (one) => begins(one) && isExceptionInForce(one, Date.now()),
  );
  const [only, ...others] = [...written, ...kept];
  if (only === undefined || others.length > 0)
    throw new NetSentinelError('RULES_EXCEPTION_NOT_FOUND', 'user', `no single exception begins with ${safe(begin)}`, {
      hint: '`netsentinel rules exceptions` names them all.',
    });
  if (written.length > 0)
    return change(command, ({ disabled, exceptions }) => ({
      disabled,
      exceptions: exceptions.filter(({ id }) => id !== only.id),
    }));
  const { askPlatform } = await import('../platform/control.ts');
  await askPlatform(settings(command).folder.platformSocket, { ask: 'end-exception', id: only.id, by: whoami() });
}

/** Against a word by the API, which the running NetSentinel alone writes. */
async function enableKept(command: Command, rule: string): Promise<void> {
  const { isOff } = await import('../rules/kept-words.ts');
  const word = (await readKeptWords(command)).rules.find((one) => one.rule === rule);
  if (!isOff(word, Date.now())) return;
  const { askPlatform } = await import('../platform/control.ts');
  await askPlatform(settings(command).folder.platformSocket, { ask: 'enable-rule', rule, by: whoami() });
}

async function change(command: Command, edit: (exceptions: Exceptions) => Exceptions): Promise<void> {
  const { readExceptions, writeExceptions } = await import('../rules/exceptions.ts');
  const { exceptionsPath } = await openLibrary(command);
  await writeExceptions(exceptionsPath, edit(await readExceptions(exceptionsPath)));
  shareRules(settings(command).folder);
}

function signed({ reason, until }: Why): { reason: string; until?: string; by: string; at: string } {
  const end = until === undefined ? undefined : new Date(until);
  if (end !== undefined && Number.isNaN(end.getTime())) {
    throw new NetSentinelError('RULES_UNTIL_INVALID', 'user', `${safe(until ?? '')} is no date`, {
      hint: 'Write it like 2027-01-31.',
    });
  }
  return {
    reason,
    ...(end === undefined ? {} : { until: end.toISOString() }),
    by: userInfo().username,
    at: new Date().toISOString(),
  };
}
