/**
 * A lab's defender with files of its own: in a mount namespace beside its network namespace, some folders are empty and some are
 * copies of this machine's, so that a firewall's own programs find and change their state there and nowhere else.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NetworkLab } from './netns.ts';

export interface PrivateFiles {
  /** Leading words that run a program among these files, in the defender's network namespace. */
  readonly enter: readonly string[];
  /** Removes the copies; the namespace itself ends with the lab. */
  remove(): void;
}

/** Arguments: the folder for copies, how many folders are to be empty, these, then those to be copied. */
const SCRIPT = `set -e
mount --make-rprivate /
copies=$1 empty=$2
shift 2
i=0
for path in "$@"; do
  i=$((i + 1))
  if [ "$i" -le "$empty" ]; then
    mount -t tmpfs tmpfs "$path"
  else
    cp -a "$path" "$copies/$i"
    mount --bind "$copies/$i" "$path"
  fi
done
echo ready
exec cat >/dev/null`;

export async function privateFiles(
  lab: NetworkLab,
  paths: { readonly empty: readonly string[]; readonly copied: readonly string[] },
): Promise<PrivateFiles> {
  const copies = mkdtempSync(join(tmpdir(), 'private-files-'));
  const { empty, copied } = paths;
  const inside = ['unshare', '--mount', 'sh', '-c', SCRIPT, 'sh'];
  const child = lab.start('defender', [...inside, copies, String(empty.length), ...empty, ...copied]);
  const { stdout, pid } = child;
  if (stdout === null || pid === undefined) throw new Error('the namespace could not be made');
  await new Promise<void>((resolve, reject) => {
    child.once('close', (code) => reject(new Error(`the namespace ended with ${code}`)));
    createInterface({ input: stdout }).once('line', () => resolve());
  });
  return {
    enter: ['nsenter', '--target', String(pid), '--mount', '--net'],
    remove: () => rmSync(copies, { recursive: true, force: true }),
  };
}
