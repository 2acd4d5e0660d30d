/** A file of the user's, replaced. */
import { chmodSync, chownSync, statSync } from 'node:fs';
import { writeWhole } from '@netsentinel/kernel/write-whole';

/** Whole, and of the same owner and for the same readers as `model`; for ourselves alone where that is not there. */
export function writeLike(path: string, text: string, model: string): void {
  const of = statSync(model, { throwIfNoEntry: false });
  writeWhole(path, text, 0o600);
  if (of === undefined) return;
  if (process.getuid?.() === 0) chownSync(path, of.uid, of.gid);
  chmodSync(path, of.mode & 0o777);
}
