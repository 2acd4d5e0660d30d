/** `crontab` of Debian's cron 3.0: what is planted is kept, reported, and never run. */
import type { CommandContext, CommandTable } from '../command.types.ts';
import { systemFile } from './machine-facts.ts';
import { complain, errorText, readFile, splitLines, bytesToBinary } from './text.ts';

async function crontab(ctx: CommandContext): Promise<number> {
  const args = ctx.argv.slice(1);
  let user = ctx.user.name;
  const usage = (message: string): number => {
    ctx.stderr.write(
      `${message}usage:\tcrontab [-u user] file\n\tcrontab [ -u user ] [ -i ] { -e | -l | -r }\n\t\t(default operation is replace, per 1003.2)\n\t-e\t(edit user's crontab)\n\t-l\t(list user's crontab)\n\t-r\t(delete user's crontab)\n\t-i\t(prompt before deleting user's crontab)\n`,
    );
    return 1;
  };
  if (args.includes('-u')) {
    user = args.splice(args.indexOf('-u'), 2)[1] ?? '';
    if (user !== ctx.user.name && ctx.user.uid !== 0) return complain(ctx, 'must be privileged to use -u');
    if (ctx.machine.user(user) === undefined) {
      ctx.stderr.write(`crontab:  user \`${user}' unknown\n`);
      return 1;
    }
  }
  const root = { uid: 0, gid: 0, groups: [0] };
  const path = `/var/spool/cron/crontabs/${user}`;
  const current = ctx.fs.read(path, root);
  const flag = args.find((arg) => /^-[a-z]+$/.test(arg));
  if (flag !== undefined && /l/.test(flag)) {
    if (!current.ok) {
      ctx.stderr.write(`no crontab for ${user}\n`);
      return 1;
    }
    ctx.stdout.write(current.value);
    return 0;
  }
  if (flag !== undefined && /r/.test(flag)) {
    if (!ctx.fs.unlink(path, root).ok) {
      ctx.stderr.write(`no crontab for ${user}\n`);
      return 1;
    }
    return 0;
  }
  if (flag === '-e') {
    ctx.stderr.write(current.ok ? '' : `no crontab for ${user} - using an empty one\n`);
    return 0;
  }
  if (flag !== undefined)
    return usage(`crontab: invalid option -- '${flag.slice(1, 2)}'\ncrontab: usage error: unrecognized option\n`);
  const name = args[0] ?? '-';
  const file = name === '-' ? { ok: true as const, bytes: await ctx.stdin.readAll() } : readFile(ctx, name);
  if (!file.ok) {
    ctx.stderr.write(`${name}: ${errorText(file.error)}\n`);
    return 1;
  }
  const lines = splitLines(bytesToBinary(file.bytes));
  const bad = lines.findIndex(
    (line) =>
      !/^\s*(#|$|@(reboot|hourly|daily|midnight|weekly|monthly|yearly|annually)\s|[\w"']+\s*=|([\d*,/a-z-]+\s+){5}\S)/i.test(
        line,
      ),
  );
  if (bad !== -1) {
    ctx.stderr.write(
      `"${name}":${bad + 1}: bad ${/^\s*\S+$/.test(lines[bad]!) ? 'minute' : 'command'}\nerrors in crontab file, can't install.\n`,
    );
    return 1;
  }
  for (const folder of ['/var/spool', '/var/spool/cron', '/var/spool/cron/crontabs']) ctx.fs.mkdir(folder, root, 0o755);
  const content = Buffer.from(file.bytes);
  ctx.fs.write(path, content, root, { mode: 0o600 });
  const account = ctx.machine.user(user);
  if (account !== undefined)
    ctx.fs.chown(
      path,
      account.uid,
      systemFile(ctx, '/etc/group')?.includes('crontab:') === true ? 101 : account.gid,
      root,
    );
  ctx.observe({ kind: 'file', path, content: content.subarray(0, 16 * 1024), how: 'command' });
  return 0;
}

export const cronCommands: CommandTable = {
  crontab: { path: '/usr/bin/crontab', run: crontab },
};
