/** Texts of which one must stand in whatever a pattern matches: what the pattern can be announced by. */
import { foldCase } from '../../case-folding.ts';
import { sizeOf } from './code-units.ts';
import type { RegexNode } from './parse-regex.ts';

/** Longer lists, and longer texts, announce nothing better. */
const maxLiterals = 64;
const maxLength = 64;
/** A class of more units than this is not looked into. */
const maxUnits = 4;

/**
 * One of these, in lower case, stands in the lower case of every text that the pattern matches; undefined when nothing can be said. Never the empty text.
 */
export function requiredLiterals(node: RegexNode): readonly string[] | undefined {
  const { exact, required } = look(node);
  return better(exact !== undefined && exact.every((text) => text !== '') ? exact : undefined, required);
}

interface Look {
  /** All that the node can match, in lower case. */
  readonly exact?: readonly string[];
  readonly required?: readonly string[] | undefined;
}

function look(node: RegexNode): Look {
  switch (node.kind) {
    case 'assert':
      return { exact: [''] };
    case 'unit': {
      const text = onlyUnit(node.set);
      return text === undefined ? {} : { exact: [text] };
    }
    case 'sequence':
      return lookAtSequence(node.of);
    case 'choice':
      return lookAtChoice(node.of);
    default:
      return lookAtRepeat(node.of, node.min, node.max);
  }
}

function lookAtSequence(parts: readonly RegexNode[]): Look {
  let exact: readonly string[] | undefined = [''];
  let run: readonly string[] = [''];
  let required: readonly string[] | undefined;
  const endRun = (): void => {
    if (run.every((text) => text !== '')) required = better(required, run);
    run = [''];
  };
  for (const part of parts) {
    const seen = look(part);
    if (seen.exact === undefined) {
      required = better(required, seen.required);
      endRun();
      exact = undefined;
      continue;
    }
    const longer = join(run, seen.exact);
    if (longer === undefined) {
      endRun();
      exact = undefined;
      run = seen.exact;
    } else run = longer;
    if (exact !== undefined) exact = join(exact, seen.exact);
  }
  endRun();
  return exact === undefined ? { required } : { exact, required };
}

function lookAtChoice(branches: readonly RegexNode[]): Look {
  const looks = branches.map(look);
  const exact = looks.flatMap((branch) => branch.exact ?? []);
  if (looks.every((branch) => branch.exact !== undefined) && exact.length <= maxLiterals)
    return { exact: [...new Set(exact)] };
  const required: string[] = [];
  for (const branch of looks) {
    const own = better(branch.exact?.every((text) => text !== '') === true ? branch.exact : undefined, branch.required);
    if (own === undefined) return {};
    required.push(...own);
  }
  return required.length <= maxLiterals ? { required } : {};
}

function lookAtRepeat(of: RegexNode, min: number, max: number): Look {
  if (min === 0) return {};
  const once = look(of);
  if (min === 1 && max === 1) return once;
  const required = better(once.exact?.every((text) => text !== '') === true ? once.exact : undefined, once.required);
  return { required };
}

/** Each of the one followed by each of the other; undefined when that is too much. */
function join(heads: readonly string[], tails: readonly string[]): readonly string[] | undefined {
  if (heads.length * tails.length > maxLiterals) return undefined;
  const joined = heads.flatMap((head) => tails.map((tail) => head + tail));
  return joined.some((text) => text.length > maxLength) ? undefined : joined;
}

function onlyUnit(set: readonly number[]): string | undefined {
  if (set.length === 0 || set.length > 2 * maxUnits || sizeOf(set) > maxUnits) return undefined;
  const texts = new Set<string>();
  for (let at = 0; at < set.length; at += 2) {
    for (let unit = set[at] ?? 0; unit <= (set[at + 1] ?? 0); unit++) texts.add(foldCase(String.fromCharCode(unit)));
  }
  const [text] = texts;
  return texts.size === 1 ? text : undefined;
}

/** The list whose shortest text is longer; of equals, the shorter list. */
function better(a: readonly string[] | undefined, b: readonly string[] | undefined): readonly string[] | undefined {
  if (a === undefined || a.length === 0) return b;
  if (b === undefined || b.length === 0) return a;
  return worth(b) > worth(a) ? b : a;
}

function worth(list: readonly string[]): number {
  return Math.min(...list.map((text) => Math.min(text.length, 12))) - Math.log2(list.length) / 2;
}
