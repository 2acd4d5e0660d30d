/** A small file that is there whole, as it was or as it shall be, whatever happens meanwhile. */
import { renameSync, rmSync, writeFileSync } from 'node:fs';

/** Synced to the disk before it takes the old one's place. `mode`: of the file, `0o600` as a rule. Whoever else writes it at the same time is not looked out for. */
export function writeWhole(path: string, content: string | Uint8Array, mode: number): void {
  const half = `${path}.new`;
  rmSync(half, { force: true });
  writeFileSync(half, content, { flag: 'wx', mode, flush: true });
  renameSync(half, path);
}
