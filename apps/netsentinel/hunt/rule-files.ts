/** Rule files behind a command's arguments: named files, and every `.yml` and `.yaml` below named folders. */
import { readFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { NetSentinelError } from '@netsentinel/kernel/errors';

export interface RuleFile {
  readonly path: string;
  readonly text: string;
}

/** A rule's cases stand beside it in `NAME.cases.yml`: they are no rules. */
const ruleName = /(?<!\.cases)\.ya?ml$/i;
/** No rule of anybody is nearly as long; what is, is not read into memory. */
const maxBytes = 4 * 1024 * 1024;
const atOnce = 64;

/** Every rule file with its text, sorted by path within each argument; a folder without any is an error, unless they may be empty. */
export async function readRuleFiles(paths: readonly string[], { mayBeEmpty = false } = {}): Promise<RuleFile[]> {
  const found = (await Promise.all(paths.map((path) => rulePaths(path, mayBeEmpty)))).flat();
  const files: RuleFile[] = [];
  for (let from = 0; from < found.length; from += atOnce) {
    files.push(...(await Promise.all(found.slice(from, from + atOnce).map(readRuleFile))));
  }
  return files;
}

/** Whether it is a rule file by its name, or a folder with one in it. What is not there is neither. */
export async function holdsRules(path: string): Promise<boolean> {
  if (ruleName.test(path)) return true;
  return rulePaths(path).then(
    (found) => found.some((name) => ruleName.test(name)),
    () => false,
  );
}

async function rulePaths(path: string, mayBeEmpty = false): Promise<string[]> {
  const info = await stat(path).catch((cause: unknown) => {
    throw new NetSentinelError('RULES_NOT_FOUND', 'user', `cannot read ${path}`, {
      cause,
      hint: 'Name a rule file, or a folder with rules in it.',
    });
  });
  if (!info.isDirectory()) return [path];
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const below = entries
    .filter((entry) => entry.isFile() && ruleName.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
  if (below.length > 0 || mayBeEmpty) return below;
  throw new NetSentinelError('RULES_NOT_FOUND', 'user', `no rules in ${path}`, {
    hint: 'Rules are files that end in .yml or .yaml.',
  });
}

async function readRuleFile(path: string): Promise<RuleFile> {
  const { size } = await stat(path);
  if (size > maxBytes) {
    throw new NetSentinelError('RULES_TOO_LARGE', 'user', `${path} is no rule file: it has ${size} bytes`, {
      hint: `A rule file has at most ${maxBytes} bytes.`,
    });
  }
  return { path, text: await readFile(path, 'utf8') };
}
