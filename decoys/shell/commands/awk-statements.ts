/** Runs the statements of an awk program on its machine; every turn of a loop counts against the session's bounds. */
import { Jump } from './awk-control.ts';
import type { AwkMachine } from './awk-machine.ts';
import type { AwkStatement } from './awk-syntax.ts';
import { fromInput, toText, truth, UNSET } from './awk-values.ts';
import type { AwkValue } from './awk-values.ts';
import { formatPrintf } from './printf-format.ts';

export async function runStatement(machine: AwkMachine, statement: AwkStatement): Promise<void> {
  switch (statement.kind) {
    case 'nothing':
      return;
    case 'block':
      for (const inner of statement.body) await runStatement(machine, inner);
      return;
    case 'expr':
      await machine.eval(statement.expr);
      return;
    case 'print':
    case 'printf':
      await print(machine, statement);
      return;
    case 'if':
      if (truth(await machine.eval(statement.test))) await runStatement(machine, statement.yes);
      else if (statement.no !== undefined) await runStatement(machine, statement.no);
      return;
    case 'while':
      if (statement.doFirst && !(await turn(machine, statement.body))) return;
      while (truth(await machine.eval(statement.test))) if (!(await turn(machine, statement.body))) return;
      return;
    case 'for':
      if (statement.init !== undefined) await runStatement(machine, statement.init);
      while (statement.test === undefined || truth(await machine.eval(statement.test))) {
        if (!(await turn(machine, statement.body))) return;
        if (statement.step !== undefined) await runStatement(machine, statement.step);
      }
      return;
    case 'for-in':
      for (const key of Array.from(machine.array(statement.array).keys())) {
        await machine.assign({ kind: 'variable', name: statement.name }, fromInput(key));
        if (!(await turn(machine, statement.body))) return;
      }
      return;
    case 'delete':
      if (statement.keys === undefined) machine.array(statement.array).clear();
      else machine.array(statement.array).delete(await machine.key(statement.keys));
      return;
    case 'exit':
    case 'return':
      throw new Jump(statement.kind, statement.value === undefined ? UNSET : await machine.eval(statement.value));
    case 'next':
    case 'break':
    case 'continue':
      throw new Jump(statement.kind);
  }
}

/** One turn of a loop; false when it broke out. */
async function turn(machine: AwkMachine, body: AwkStatement): Promise<boolean> {
  machine.ctx.step();
  try {
    await runStatement(machine, body);
  } catch (jump) {
    if (!(jump instanceof Jump) || (jump.kind !== 'break' && jump.kind !== 'continue')) throw jump;
    return jump.kind === 'continue';
  }
  return true;
}

async function print(machine: AwkMachine, statement: AwkStatement & { kind: 'print' | 'printf' }): Promise<void> {
  const values: AwkValue[] = [];
  for (const arg of statement.args) values.push(await machine.eval(arg));
  const texts = values.map((value) => toText(value, machine.text('OFMT')));
  const text =
    statement.kind === 'printf'
      ? formatValues(values)
      : (texts.length === 0 ? machine.record.text : texts.join(machine.text('OFS'))) + machine.text('ORS');
  if (statement.to === undefined) machine.streams.write(text);
  else machine.streams.writeTo(toText(await machine.eval(statement.to)), statement.redirect, text);
}

/** What `printf` and `sprintf` make of their arguments. */
export function formatValues(values: readonly AwkValue[]): string {
  const [format = UNSET, ...args] = values;
  const texts = args.map((value) =>
    value.number !== undefined && value.text === undefined && !Number.isInteger(value.number)
      ? String(value.number)
      : toText(value),
  );
  // awk's printf uses its format once; unlike the program it reads numbers by their leading part.
  return formatPrintf(toText(format), texts.slice(0, conversions(toText(format)))).text;
}

function conversions(format: string): number {
  return Math.max(
    1,
    [...format.matchAll(/%(?!%)[^a-zA-Z%]*[a-zA-Z]/g)].reduce(
      (sum, match) => sum + 1 + (match[0].match(/\*/g)?.length ?? 0),
      0,
    ),
  );
}
