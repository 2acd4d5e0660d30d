/** Small files that nobody else may read: replaced as a whole, on disk once written, and checked when they are read. */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import type { z } from 'zod';

export function writePrivate(path: string, content: object): void {
  const part = `${path}.new`;
  rmSync(part, { force: true });
  writeFileSync(part, `${JSON.stringify(content, undefined, 1)}\n`, { mode: 0o600, flag: 'wx', flush: true });
  renameSync(part, path);
}

/** Undefined where there is none. Throws `POINTS_STATE` where it cannot be read or is not what it should be. */
export function readPrivate<T>(path: string, schema: z.ZodType<T>): T | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw damaged(path, error);
  }
  try {
    return schema.parse(JSON.parse(text));
  } catch (error) {
    throw damaged(path, error);
  }
}

function damaged(path: string, cause: unknown): NetSentinelError {
  return new NetSentinelError('POINTS_STATE', 'operational', `${path} cannot be read`, {
    cause,
    hint: 'Mend its rights, or restore it from a backup.',
  });
}
