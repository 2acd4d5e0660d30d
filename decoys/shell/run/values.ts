/** Reading and writing variables by name and index, the special ones included, with bash's complaints. */
import type { ShellState } from './shell-state.ts';
import { Variables } from './variables.ts';
import { type ArithmeticVariables, ArithmeticError, evaluateArithmetic } from './arithmetic.ts';

const MAX_INDEX = 2 ** 31;
export const BASH_VERSION = '5.2.15(1)-release';

/** The value, or undefined where it is unset. */
export function getElement(shell: ShellState, name: string, index: string | undefined): string | undefined {
  const special = specialValue(shell, name);
  if (special !== undefined) return special;
  const variable = shell.vars.get(name);
  if (index === undefined) return variable === undefined ? specialArray(shell, name)?.[0] : shell.vars.text(name);
  if (variable === undefined) {
    const list = specialArray(shell, name);
    return list === undefined ? undefined : list[Number(indexNumber(shell, index))];
  }
  if (variable.assoc !== undefined) return variable.assoc.get(index);
  let number = Number(indexNumber(shell, index));
  if (variable.array === undefined) return number === 0 || number === -1 ? variable.value : undefined;
  if (number < 0) number += (Variables.keys(variable).at(-1) ?? -1) + 1;
  return variable.array.get(number);
}

/** All values of an array in order; a plain variable is an array of one. */
export function allElements(shell: ShellState, name: string): readonly string[] {
  const list = specialArray(shell, name);
  if (list !== undefined) return list;
  const variable = shell.vars.get(name);
  if (variable?.array !== undefined) return Variables.keys(variable).map((key) => variable.array!.get(key)!);
  if (variable?.assoc !== undefined) return [...variable.assoc.values()];
  const value = shell.vars.text(name);
  return value === undefined ? [] : [value];
}

export function allKeys(shell: ShellState, name: string): readonly string[] {
  const variable = shell.vars.get(name);
  if (variable?.array !== undefined) return Variables.keys(variable).map(String);
  if (variable?.assoc !== undefined) return [...variable.assoc.keys()];
  return allElements(shell, name).map((_, at) => String(at));
}

/** Sets a variable or an element; answers bash's complaint where that is not allowed. */
export function setElement(
  shell: ShellState,
  name: string,
  index: string | undefined,
  value: string,
  append = false,
): string | undefined {
  const variable = shell.vars.declare(name);
  if (variable.readonly) return `${name}: readonly variable`;
  if (index !== undefined && variable.assoc !== undefined) {
    shell.vars.setKey(variable, index, append ? (variable.assoc.get(index) ?? '') + value : value);
    return undefined;
  }
  const convert = (old: string, text: string): string => {
    if (!variable.integer) return append ? old + text : text;
    const number = numberOf(shell, text);
    return String(append ? BigInt.asIntN(64, numberOf(shell, old) + number) : number);
  };
  if (index !== undefined) {
    let number = Number(indexNumber(shell, index));
    if (number < 0) number += (variable.array === undefined ? 0 : (Variables.keys(variable).at(-1) ?? -1)) + 1;
    if (number < 0 || number >= MAX_INDEX) return `${name}[${index}]: bad array subscript`;
    shell.vars.setElement(variable, number, convert(variable.array?.get(number) ?? '', value));
    return undefined;
  }
  shell.vars.set(name, convert(shell.vars.text(name) ?? '', value));
  if (name === 'RANDOM') shell.randomState = Number(value) || 0;
  if (name === 'OPTIND') shell.getoptsAt = 0;
  return undefined;
}

function numberOf(shell: ShellState, text: string): bigint {
  return evaluateArithmetic(text, plainVariables(shell));
}

export function indexNumber(shell: ShellState, index: string): bigint {
  if (/^\d{1,15}$/.test(index)) return BigInt(index);
  try {
    return evaluateArithmetic(index, plainVariables(shell));
  } catch (error) {
    if (error instanceof ArithmeticError) return 0n;
    throw error;
  }
}

function plainVariables(shell: ShellState): ArithmeticVariables {
  return {
    get: (name, index) => {
      shell.session.budget.step();
      return getElement(shell, name, index) ?? '';
    },
    set: (name, index, value) => {
      shell.session.budget.step();
      setElement(shell, name, index, value);
    },
  };
}

/** Parameters that are not variables. */
function specialValue(shell: ShellState, name: string): string | undefined {
  switch (name) {
    case '?':
      return String(shell.status);
    case '$':
      return String(shell.pid);
    case '!':
      return shell.lastBackground === 0 ? undefined : String(shell.lastBackground);
    case '#':
      return String(shell.positional.length);
    case '-':
      return flags(shell);
    case '0':
      return shell.name;
    case '_':
      return shell.lastArgument;
    case 'RANDOM':
      if (shell.kind === 'dash') return undefined;
      shell.randomState = (Math.imul(shell.randomState, 1_103_515_245) + 12_345) & 0x7fff_ffff;
      return String((shell.randomState >> 8) & 0x7fff);
    case 'SRANDOM':
      return String((Math.imul(shell.randomState++, 2_654_435_761) ^ shell.pid) >>> 0);
    case 'SECONDS':
      return String(Math.floor((shell.session.clock.monotonicMs() - shell.startedAt) / 1000));
    case 'EPOCHSECONDS':
      return String(Math.floor(shell.session.clock.now() / 1000));
    case 'EPOCHREALTIME':
      return `${(shell.session.clock.now() / 1000).toFixed(3)}000`;
    case 'LINENO':
      return String(shell.line);
    case 'BASHPID':
      return String(shell.ownPid);
    case 'BASH_SUBSHELL':
      return String(shell.subshellDepth);
    default:
      if (/^\d/.test(name)) return shell.positional[Number(name) - 1];
      return undefined;
  }
}

function specialArray(shell: ShellState, name: string): readonly string[] | undefined {
  if (name === 'FUNCNAME') {
    const names = shell.callStack.map((item) => (item.name.startsWith('source:') ? 'source' : item.name)).reverse();
    return names.length > 0 && shell.mode === 'script' ? [...names, 'main'] : names;
  }
  if (name === 'BASH_LINENO') return shell.callStack.map((item) => String(item.line)).reverse();
  if (name === 'BASH_SOURCE')
    return shell.mode === 'script'
      ? [...shell.callStack.map(() => shell.name), shell.name]
      : shell.callStack.map(() => 'environment');
  if (name === 'GROUPS') return shell.user.groups.map(String);
  if (name === 'DIRSTACK') return [shell.cwd, ...shell.dirStack];
  return undefined;
}

const FLAG_LETTERS: Readonly<Record<string, string>> = {
  allexport: 'a',
  braceexpand: 'B',
  emacs: '',
  errexit: 'e',
  errtrace: 'E',
  functrace: 'T',
  hashall: 'h',
  histexpand: 'H',
  history: '',
  keyword: 'k',
  monitor: 'm',
  noclobber: 'C',
  noexec: 'n',
  noglob: 'f',
  notify: 'b',
  nounset: 'u',
  onecmd: 't',
  physical: 'P',
  privileged: 'p',
  verbose: 'v',
  xtrace: 'x',
};

function flags(shell: ShellState): string {
  const letters = Object.entries(FLAG_LETTERS)
    .filter(([name, letter]) => letter !== '' && shell.options.has(name))
    .map(([, letter]) => letter);
  if (shell.mode === 'interactive') letters.push('i');
  const order = 'abefhikmnptuvxBCEHPT';
  letters.sort((a, b) => order.indexOf(a) - order.indexOf(b));
  if (shell.mode === 'command') letters.push('c');
  if (shell.mode === 'stdin' || shell.mode === 'interactive') letters.push('s');
  return letters.join('');
}

export { FLAG_LETTERS };
