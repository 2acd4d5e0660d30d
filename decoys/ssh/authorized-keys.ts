/** Looks a key up in the authorized_keys files of the pretended machine, where attackers plant theirs. */
import type { Machine } from '../shell/shell.types.ts';

const FILES = ['.ssh/authorized_keys', '.ssh/authorized_keys2'];
const MAX_BYTES = 256 * 1024;
const ROOT = { uid: 0, gid: 0, groups: [0] };

/** `path:line` where the user's files name this key, or undefined. */
export function findAuthorizedKey(machine: Machine, user: string, blob: Uint8Array): string | undefined {
  const account = machine.user(user);
  if (account === undefined) return undefined;
  const wanted = Buffer.from(blob).toString('base64');
  for (const file of FILES) {
    const path = `${account.home}/${file}`;
    const content = machine.fs.read(path, ROOT, 0, MAX_BYTES);
    if (!content.ok) continue;
    const lines = Buffer.from(content.value).toString('latin1').split('\n');
    const at = lines.findIndex((line) => !line.trimStart().startsWith('#') && line.split(/\s+/).includes(wanted));
    if (at >= 0) return `${path}:${at + 1}`;
  }
  return undefined;
}
