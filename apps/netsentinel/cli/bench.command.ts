/** `bench NAME` and `fault NAME`: measurements and torments, each from one command, with JSON for programs. */
import { Option, type Command } from 'commander';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { benches, faults, type Bench } from '../bench/index.ts';
import { print, printJson, table } from './output.ts';

export function addBench(program: Command): void {
  add(program.command('bench').description('measure one thing on this machine'), benches);
  add(program.command('fault').description('break things on purpose and check that nothing is lost'), faults);
}

function add(parent: Command, members: readonly Bench[]): void {
  for (const bench of members) {
    const command = parent.command(bench.name).description(bench.summary).option('--json', 'print JSON');
    for (const [name, option] of Object.entries(bench.options))
      command.addOption(new Option(`--${name} <n>`, option.summary).default(option.default));
    if (bench.flags !== undefined)
      for (const [flag, summary] of Object.entries(bench.flags)) command.option(`--${flag}`, summary);
    for (const [name, { summary, choices, optional }] of Object.entries(bench.texts ?? {})) {
      const option = new Option(`--${name} <${choices === undefined ? 'path' : 'choice'}>`, summary);
      command.addOption(
        choices === undefined
          ? option.makeOptionMandatory(optional !== true)
          : option.choices(choices).default(choices[0]),
      );
    }
    command.action(async (given: Record<string, string | number | boolean>) => {
      const numbers: Record<string, number> = {};
      for (const name of Object.keys(bench.options)) {
        const value = Number(given[name.replace(/-([a-z])/g, (_, c: string) => c.toUpperCase())]);
        if (!Number.isFinite(value) || value < 0)
          throw new NetSentinelError('USAGE_NUMBER', 'user', `--${name} takes a number`);
        numbers[name] = value;
      }
      const texts = Object.fromEntries(
        Object.keys(bench.texts ?? {}).flatMap((name) =>
          given[name] === undefined ? [] : [[name, String(given[name])]],
        ),
      );
      const flags = new Set(Object.keys(bench.flags ?? {}).filter((flag) => given[flag] === true));
      // What a bench has started ends with us, by its handlers of `exit`.
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
      const result = await bench.run(numbers, flags, texts);
      if (given['json'] === true) printJson(result);
      else if (Object.keys(result).length === 0) print('done');
      else printFigures(result);
      if (result['failed'] === true) process.exitCode = 1;
    });
  }
}

/** A list of results is a table of its own, a row each. */
function printFigures(result: Readonly<Record<string, unknown>>): void {
  const lists: (readonly object[])[] = [];
  const figures: [string, string][] = [];
  for (const [name, value] of Object.entries(result))
    if (Array.isArray(value) && value.every((item) => typeof item === 'object')) lists.push(value as object[]);
    else figures.push([name, shown(value)]);
  table(['figure', 'value'], figures);
  for (const items of lists) {
    const columns = Object.keys(items[0] ?? {});
    table(
      columns,
      items.map((item) => columns.map((column) => shown((item as Readonly<Record<string, unknown>>)[column]))),
    );
  }
}

function shown(value: unknown): string {
  if (typeof value === 'number') return String(Math.round(value * 100) / 100);
  if (typeof value === 'object') return JSON.stringify(value);
  return typeof value === 'string' || typeof value === 'boolean' ? String(value) : '';
}
