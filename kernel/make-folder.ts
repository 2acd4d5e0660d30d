/** Folders of our own, for nobody else to read. */
import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

const OURS_ALONE = 0o700;

/**
 * Makes the folder, and those above it, where they are missing. Not Node's own way (`recursive`): that never comes back where a folder above was removed
 * while it is still mounted, as the state of a confined process may be (nothing can be made in it, and yet it is there).
 * @throws what `mkdir` throws: ENOENT in that case, ENOTDIR or EEXIST where a file is in the way, EACCES, ENOSPC
 */
export function makeFolder(path: string): void {
  try {
    mkdirSync(path, { mode: OURS_ALONE });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' && statSync(path).isDirectory()) return;
    const above = dirname(path);
    if (code !== 'ENOENT' || above === path) throw error;
    makeFolder(above);
    makeLast(path);
  }
}

/** Somebody else may have been faster; what is missing now stays missing. */
function makeLast(path: string): void {
  try {
    mkdirSync(path, { mode: OURS_ALONE });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || !statSync(path).isDirectory()) throw error;
  }
}
