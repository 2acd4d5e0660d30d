/** Playbooks behind paths: ours, a user's files, and folders of them; read, checked and compiled. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Playbook } from '@netsentinel/contracts/playbook';
import { loadConfig } from '@netsentinel/kernel/config';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { compileWhen, type Matches } from './conditions.ts';

/** Ours. */
export const SHIPPED_PLAYBOOKS = join(import.meta.dirname, '../../../content/playbooks');

export interface ReadPlaybook {
  readonly path: string;
  readonly playbook: Playbook;
  readonly matches: Matches;
}

/** A playbook's cases stand beside it in `NAME.cases.yml`. */
const playbookName = /(?<!\.cases)\.ya?ml$/i;
const MAX_BYTES = 64 * 1024;
const MAX_PLAYBOOKS = 200;

/** @throws NetSentinelError `PLAYBOOK_NOT_FOUND`; `PLAYBOOK_INVALID` with every mistake in the file and its line */
export function readPlaybook(path: string): ReadPlaybook {
  if (!existsSync(path)) throw notFound(path);
  const { size } = statSync(path);
  if (size > MAX_BYTES)
    throw new NetSentinelError('PLAYBOOK_INVALID', 'user', `${path} has ${size} bytes`, {
      hint: `A playbook has at most ${MAX_BYTES}.`,
    });
  let where = path;
  try {
    const loaded = loadConfig(Playbook, { file: path, text: readFileSync(path, 'utf8') });
    where = loaded.where(['when']);
    const playbook = loaded.config;
    return { path, playbook, matches: compileWhen(playbook) };
  } catch (error) {
    if (!(error instanceof NetSentinelError)) throw error;
    const message = error.code === 'CONFIG_INVALID' ? error.message : `${where}: ${error.message}`;
    throw new NetSentinelError('PLAYBOOK_INVALID', 'user', message, {
      hint: 'Mend the lines above; docs/reference/playbooks.md explains every key.',
      cause: error,
    });
  }
}

/** The playbook files that the paths name, sorted within each folder. @throws NetSentinelError `PLAYBOOK_NOT_FOUND`, `PLAYBOOKS_TOO_MANY` */
export function playbookPaths(paths: readonly string[]): string[] {
  const found = paths.flatMap((path) => {
    if (!existsSync(path)) throw notFound(path);
    if (!statSync(path).isDirectory()) return [path];
    return readdirSync(path)
      .filter((name) => playbookName.test(name))
      .toSorted()
      .map((name) => join(path, name));
  });
  if (found.length > MAX_PLAYBOOKS)
    throw new NetSentinelError(
      'PLAYBOOKS_TOO_MANY',
      'user',
      `${found.length} playbooks are more than ${MAX_PLAYBOOKS}`,
    );
  return found;
}

/** @throws as the above, and `PLAYBOOK_INVALID` where two have one id */
export function readPlaybooks(paths: readonly string[]): ReadPlaybook[] {
  const all = playbookPaths(paths).map(readPlaybook);
  const first = new Map<string, string>();
  for (const { path, playbook } of all) {
    const other = first.get(playbook.id);
    if (other !== undefined)
      throw new NetSentinelError('PLAYBOOK_INVALID', 'user', `${path}: ${other} is called "${playbook.id}" too`);
    first.set(playbook.id, path);
  }
  return all;
}

function notFound(path: string): NetSentinelError {
  return new NetSentinelError('PLAYBOOK_NOT_FOUND', 'user', `there is no ${path}`, {
    hint: 'Name a playbook, or a folder with playbooks in it.',
  });
}
