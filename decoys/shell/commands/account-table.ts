/** Changing /etc/passwd, /etc/group and /etc/shadow of the pretended machine. */
import type { CommandContext } from '../command.types.ts';
import { accounts, groups, tableRows } from './accounts-data.ts';

export const deny = (ctx: CommandContext, what = 'Permission denied.'): number => {
  ctx.stderr.write(`${ctx.argv[0]}: ${what}\n`);
  return 1;
};

export function writeTable(ctx: CommandContext, path: string, rows: readonly (readonly string[])[]): void {
  const bytes = Buffer.from(rows.map((row) => `${row.join(':')}\n`).join(''), 'latin1');
  const root = { uid: 0, gid: 0, groups: [0] };
  const stat = ctx.fs.stat(path, root);
  ctx.fs.write(path, bytes, root, stat.ok ? {} : { mode: path.includes('shadow') ? 0o640 : 0o644 });
  ctx.observe({ kind: 'file', path, content: bytes.subarray(0, 16 * 1024), how: 'command' });
}

/** Sets the hash of an account; a made-up yescrypt text, since the password itself is in the recording. */
export function setPassword(ctx: CommandContext, name: string, hash?: string): void {
  const seed = Buffer.from(ctx.machine.persona.derive(`shadow:${name}:${ctx.clock.now()}`, 48))
    .toString('base64')
    .replaceAll(/[+=]/g, '.');
  const rows = tableRows(ctx, '/etc/shadow');
  const days = String(Math.floor(ctx.clock.now() / 86_400_000));
  const made = hash ?? `$y$j9T$${seed.slice(0, 22)}$${seed.slice(22, 65)}`;
  const row = rows.find(([user]) => user === name);
  if (row === undefined) rows.push([name, made, days, '0', '99999', '7', '', '', '']);
  else [row[1], row[2]] = [made, days];
  writeTable(ctx, '/etc/shadow', rows);
}

export async function ask(ctx: CommandContext, prompt: string): Promise<string | undefined> {
  ctx.stderr.write(prompt);
  ctx.stdin.setEcho(false);
  const line = await ctx.stdin.readLine();
  ctx.stdin.setEcho(true);
  if (ctx.stdin.isTerminal) ctx.stderr.write('\n');
  if (line !== undefined) ctx.observe({ kind: 'input', line: line.slice(0, 1024) });
  return line;
}

export function nextId(used: readonly number[]): number {
  let id = 1000;
  while (used.includes(id)) id += 1;
  return id;
}

export function addAccount(
  ctx: CommandContext,
  name: string,
  given: { uid?: number; home?: string; shell?: string; gecos?: string; groups?: readonly string[]; gid?: string },
): { uid: number; gid: number; home: string } {
  const uid = given.uid ?? nextId(accounts(ctx).map((account) => account.uid));
  const all = tableRows(ctx, '/etc/group');
  const named = given.gid === undefined ? undefined : (all.find(([group]) => group === given.gid)?.[2] ?? given.gid);
  const gid = named === undefined ? nextId(groups(ctx).map((group) => group.gid)) : Number(named) || 0;
  const home = given.home ?? `/home/${name}`;
  writeTable(ctx, '/etc/passwd', [
    ...tableRows(ctx, '/etc/passwd'),
    [name, 'x', String(uid), String(gid), given.gecos ?? '', home, given.shell ?? '/bin/sh'],
  ]);
  const withMember = all.map((row) =>
    given.groups?.includes(row[0]!) === true
      ? [...row.slice(0, 3), [row[3] ?? '', name].filter((member) => member !== '').join(',')]
      : row,
  );
  writeTable(ctx, '/etc/group', named === undefined ? [...withMember, [name, 'x', String(gid), '']] : withMember);
  setPassword(ctx, name, '!');
  return { uid, gid, home };
}

export function createHome(ctx: CommandContext, made: { uid: number; gid: number; home: string }): void {
  const root = { uid: 0, gid: 0, groups: [0] };
  if (!ctx.fs.mkdir(made.home, root, 0o755).ok) return;
  for (const name of ['.bash_logout', '.bashrc', '.profile']) {
    const skeleton = ctx.fs.read(`/etc/skel/${name}`, root);
    if (!skeleton.ok) continue;
    ctx.fs.write(`${made.home}/${name}`, skeleton.value, root);
    ctx.fs.chown(`${made.home}/${name}`, made.uid, made.gid, root);
  }
  ctx.fs.chown(made.home, made.uid, made.gid, root);
}
