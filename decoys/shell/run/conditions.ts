/** `[[ … ]]` and the tests it shares with `test` and `[`. */
import { compilePattern } from '../commands/linear-regex.ts';
import type { Condition } from '../lang/ast.types.ts';
import { AbandonLine } from './control-flow.ts';
import { arithmetic, expandPattern, expandRegex, expandText } from './expansion.ts';
import { compileGlob } from './glob.ts';
import { type FdTable, complain } from './redirection.ts';
import type { ShellState } from './shell-state.ts';
import { getElement } from './values.ts';

export async function evaluateCondition(shell: ShellState, fds: FdTable, test: Condition): Promise<number> {
  shell.session.budget.step();
  switch (test.kind) {
    case 'not': {
      const status = await evaluateCondition(shell, fds, test.test);
      return status === 0 ? 1 : status === 1 ? 0 : status;
    }
    case 'and': {
      const status = await evaluateCondition(shell, fds, test.left);
      return status === 0 ? evaluateCondition(shell, fds, test.right) : status;
    }
    case 'or': {
      const status = await evaluateCondition(shell, fds, test.left);
      return status === 0 ? 0 : evaluateCondition(shell, fds, test.right);
    }
    case 'word':
      return (await expandText(shell, fds, test.word)) === '' ? 1 : 0;
    case 'unary':
      return unaryTest(shell, test.op, await expandText(shell, fds, test.operand), fds) ? 0 : 1;
    default:
      return binary(shell, fds, test);
  }
}

async function binary(shell: ShellState, fds: FdTable, test: Extract<Condition, { kind: 'binary' }>): Promise<number> {
  const left = await expandText(shell, fds, test.left);
  if (test.op === '=~') return matchRegex(shell, left, await expandRegex(shell, fds, test.right));
  if (test.op === '=' || test.op === '==' || test.op === '!=') {
    const pattern = await expandPattern(shell, fds, test.right);
    shell.session.budget.bytes(left.length * 8);
    const same = compileGlob(pattern, { ignoreCase: shell.shopts.has('nocasematch'), extglob: true }).matches(left);
    return same === (test.op !== '!=') ? 0 : 1;
  }
  const right = await expandText(shell, fds, test.right);
  if (/^-(?:eq|ne|lt|le|gt|ge)$/.test(test.op)) {
    const [a, b] = [arithmetic(shell, fds, left, '[[: '), arithmetic(shell, fds, right, '[[: ')];
    return compare(test.op, a, b) ? 0 : 1;
  }
  return stringOrFileTest(shell, left, test.op, right) ? 0 : 1;
}

function matchRegex(shell: ShellState, text: string, source: string): number {
  shell.session.budget.step(1 + ((text.length * (1 + source.length)) >> 12));
  const compiled = compilePattern(source, 'extended', { ignoreCase: shell.shopts.has('nocasematch') });
  if (!compiled.ok) return 2;
  const match = compiled.regex.match(text);
  const groups = new Map<number, string>();
  if (match !== undefined) {
    for (let i = 0; i * 2 + 1 < match.slots.length; i++) {
      const [from, to] = [match.slots[i * 2]!, match.slots[i * 2 + 1]!];
      groups.set(i, from < 0 ? '' : text.slice(from, to));
    }
  }
  const variable = shell.vars.declare('BASH_REMATCH');
  variable.array = new Map();
  for (const [at, value] of groups) shell.vars.setElement(variable, at, value);
  return match === undefined ? 1 : 0;
}

export function compare(op: string, left: bigint, right: bigint): boolean {
  switch (op) {
    case '-eq':
      return left === right;
    case '-ne':
      return left !== right;
    case '-lt':
      return left < right;
    case '-le':
      return left <= right;
    case '-gt':
      return left > right;
    default:
      return left >= right;
  }
}

export function stringOrFileTest(shell: ShellState, left: string, op: string, right: string): boolean {
  if (op === '<') return left < right;
  if (op === '>') return left > right;
  const { fs } = shell.session;
  const [a, b] = [fs.stat(shell.resolve(left), shell.user), fs.stat(shell.resolve(right), shell.user)];
  if (op === '-nt') return a.ok && (!b.ok || a.value.mtime > b.value.mtime);
  if (op === '-ot') return b.ok && (!a.ok || a.value.mtime < b.value.mtime);
  return a.ok && b.ok && a.value.inode === b.value.inode;
}

export function unaryTest(shell: ShellState, op: string, operand: string, fds: FdTable): boolean {
  const letter = op[1]!;
  if (letter === 'z') return operand === '';
  if (letter === 'n') return operand !== '';
  if (letter === 'v') {
    const match = /^(\w+)(?:\[(.*)\])?$/.exec(operand);
    return match !== null && getElement(shell, match[1]!, match[2]) !== undefined;
  }
  if (letter === 'R') return shell.vars.raw(operand)?.nameref === true;
  if (letter === 'o') return shell.options.has(operand);
  if (letter === 't') {
    const file = fds.get(Number(operand));
    return file?.output?.isTerminal === true || file?.input?.isTerminal === true;
  }
  if (operand === '') return false;
  const { fs } = shell.session;
  const path = shell.resolve(operand);
  const stat = letter === 'L' || letter === 'h' ? fs.lstat(path, shell.user) : fs.stat(path, shell.user);
  if (!stat.ok) return false;
  const { type, mode, size, uid, gid, mtime, atime } = stat.value;
  switch (letter) {
    case 'f':
      return type === 'file';
    case 'd':
      return type === 'directory';
    case 'L':
    case 'h':
      return type === 'symlink';
    case 'b':
      return type === 'block';
    case 'c':
      return type === 'char';
    case 'p':
      return type === 'fifo';
    case 'S':
      return type === 'socket';
    case 's':
      return size > 0;
    case 'r':
      return fs.access(path, 4, shell.user);
    case 'w':
      return fs.access(path, 2, shell.user);
    case 'x':
      return fs.access(path, 1, shell.user);
    case 'u':
      return (mode & 0o4000) !== 0;
    case 'g':
      return (mode & 0o2000) !== 0;
    case 'k':
      return (mode & 0o1000) !== 0;
    case 'O':
      return uid === shell.user.uid;
    case 'G':
      return gid === shell.user.gid;
    case 'N':
      return mtime > atime;
    default:
      return true;
  }
}

export { AbandonLine, complain };
