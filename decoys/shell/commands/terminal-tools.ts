/** What draws on the terminal: `clear`, `reset`, `tput`, `tty`, `stty`, `less`, `more`, `man`, `vi`, `nano`, `mesg`, `script`-less. */
import type { CommandContext, CommandTable } from '../command.types.ts';
import { complain, errorText, pump, readFile, writeFile } from './text.ts';

function clear(ctx: CommandContext): number {
  if (ctx.terminal === undefined && !ctx.env.has('TERM')) {
    ctx.stderr.write('TERM environment variable not set.\n');
    return 1;
  }
  ctx.stdout.write('\x1b[H\x1b[2J\x1b[3J');
  return 0;
}

function tty(ctx: CommandContext): number {
  const { tty: name } = ctx.processes.self;
  const silent = ctx.argv.slice(1).some((arg) => arg === '-s' || arg === '--silent' || arg === '--quiet');
  if (!ctx.stdin.isTerminal) {
    if (!silent) ctx.stdout.write('not a tty\n');
    return 1;
  }
  if (!silent) ctx.stdout.write(`/dev/${name}\n`);
  return 0;
}

function stty(ctx: CommandContext): number {
  const args = ctx.argv.slice(1);
  if (!ctx.stdin.isTerminal) {
    ctx.stderr.write("stty: 'standard input': Inappropriate ioctl for device\n");
    return 1;
  }
  const { columns = 80, rows = 24 } = ctx.terminal ?? {};
  if (args[0] === 'size') ctx.stdout.write(`${rows} ${columns}\n`);
  else if (args.includes('-echo')) ctx.stdin.setEcho(false);
  else if (args.includes('echo') || args.includes('sane')) ctx.stdin.setEcho(true);
  else if (args.includes('-a'))
    ctx.stdout.write(
      `speed 38400 baud; rows ${rows}; columns ${columns}; line = 0;\nintr = ^C; quit = ^\\; erase = ^?; kill = ^U; eof = ^D; eol = <undef>;\neol2 = <undef>; swtch = <undef>; start = ^Q; stop = ^S; susp = ^Z; rprnt = ^R;\nwerase = ^W; lnext = ^V; discard = ^O; min = 1; time = 0;\n-parenb -parodd -cmspar cs8 -hupcl -cstopb cread -clocal -crtscts\n-ignbrk -brkint -ignpar -parmrk -inpck -istrip -inlcr -igncr icrnl ixon -ixoff\n-iuclc -ixany -imaxbel iutf8\nopost -olcuc -ocrnl onlcr -onocr -onlret -ofill -ofdel nl0 cr0 tab0 bs0 vt0 ff0\nisig icanon iexten echo echoe echok -echonl -noflsh -xcase -tostop -echoprt\nechoctl echoke -flusho -extproc\n`,
    );
  else if (args.length === 0) ctx.stdout.write('speed 38400 baud; line = 0;\n-brkint -imaxbel iutf8\n');
  return 0;
}

function tput(ctx: CommandContext): number {
  const [what = '', value] = ctx.argv.slice(1).filter((arg) => !arg.startsWith('-T'));
  const { columns = 80, rows = 24 } = ctx.terminal ?? {};
  const texts: Readonly<Record<string, string>> = {
    cols: `${columns}\n`,
    lines: `${rows}\n`,
    colors: '256\n',
    clear: '\x1b[H\x1b[2J\x1b[3J',
    bold: '\x1b[1m',
    sgr0: '\x1b(B\x1b[m',
    setaf: `\x1b[3${value}m`,
    setab: `\x1b[4${value}m`,
    rev: '\x1b[7m',
    smul: '\x1b[4m',
    civis: '\x1b[?25l',
    cnorm: '\x1b[34h\x1b[?25h',
    el: '\x1b[K',
    reset: '\x1bc',
  };
  const text = texts[what];
  if (text === undefined) {
    ctx.stderr.write(
      what === '' ? 'usage: tput [-V] [-S] [-T term] capname\n' : `tput: unknown terminfo capability '${what}'\n`,
    );
    return what === '' ? 2 : 4;
  }
  ctx.stdout.write(text);
  return 0;
}

/** Pages on a terminal: a screenful, then one more for each line the reader sends, until `q`. */
async function pager(ctx: CommandContext): Promise<number> {
  const name = (ctx.argv[0] ?? '').replace(/^.*\//, '');
  const names = ctx.argv.slice(1).filter((arg) => !/^[-+]/.test(arg));
  if (names.length === 0 && ctx.stdin.isTerminal) {
    ctx.stderr.write(
      name === 'more'
        ? "more: bad usage\nTry 'more --help' for more information.\n"
        : 'Missing filename ("less --help" for help)\n',
    );
    return 1;
  }
  if (!ctx.stdout.isTerminal && names.length === 0) {
    await pump(ctx, ctx.stdin, ctx.stdout);
    return 0;
  }
  let status = 0;
  for (const file of names.length === 0 ? [undefined] : names) {
    const content = file === undefined ? { ok: true as const, bytes: await ctx.stdin.readAll() } : readFile(ctx, file);
    if (!content.ok) {
      status = 1;
      ctx.stderr.write(
        content.error === 'EISDIR'
          ? name === 'more'
            ? `\n*** ${file}: directory ***\n\n`
            : `${file} is a directory\n`
          : name === 'more'
            ? `more: cannot open ${file}: ${errorText(content.error)}\n`
            : `${file}: ${errorText(content.error)}\n`,
      );
      continue;
    }
    const rows = (ctx.terminal?.rows ?? 24) - 1;
    const lines = Buffer.from(content.bytes)
      .toString('latin1')
      .split(/(?<=\n)/);
    if (!ctx.stdout.isTerminal || names.length === 0 || lines.length <= rows) {
      ctx.stdout.write(content.bytes);
      continue;
    }
    for (let at = 0; at < lines.length; at += rows) {
      ctx.stdout.write(Buffer.from(lines.slice(at, at + rows).join(''), 'latin1'));
      if (at + rows >= lines.length) break;
      ctx.stdout.write(
        name === 'more' ? `\x1b[7m--More--(${Math.floor(((at + rows) / lines.length) * 100)}%)\x1b[27m` : ':',
      );
      const answer = await ctx.stdin.readLine();
      if (answer === undefined || answer.trim() === 'q') break;
    }
  }
  return status;
}

function man(ctx: CommandContext): number {
  const name = ctx.argv.slice(1).find((arg) => !arg.startsWith('-') && !/^\d$/.test(arg));
  if (name === undefined) {
    ctx.stderr.write("What manual page do you want?\nFor example, try 'man man'.\n");
    return 1;
  }
  ctx.stderr.write(`No manual entry for ${name}\n`);
  return 16;
}

/** An editor without a screen to draw on refuses as the real one does; on a terminal lines are taken until `:wq`, `:q` or ^X. */
async function editor(ctx: CommandContext): Promise<number> {
  const vi = !(ctx.argv[0] ?? '').endsWith('nano') && !(ctx.argv[0] ?? '').endsWith('editor');
  const name = ctx.argv.slice(1).find((arg) => !/^[-+]/.test(arg));
  if (ctx.argv.includes('--version')) {
    ctx.stdout.write(
      vi
        ? 'VIM - Vi IMproved 9.0 (2022 Jun 28, compiled May 04 2023 10:24:44)\nIncluded patches: 1-1378\n'
        : ' GNU nano, version 7.2\n',
    );
    return 0;
  }
  if (!ctx.stdin.isTerminal || !ctx.stdout.isTerminal) {
    ctx.stderr.write(
      vi
        ? `${ctx.stdout.isTerminal ? '' : 'Vim: Warning: Output is not to a terminal\n'}${ctx.stdin.isTerminal ? '' : 'Vim: Warning: Input is not from a terminal\n'}Vim: Error reading input, exiting...\nVim: Finished.\n`
        : 'Standard input is not a terminal\n',
    );
    return 1;
  }
  const rows = ctx.terminal?.rows ?? 24;
  const columns = ctx.terminal?.columns ?? 80;
  const file = name === undefined ? undefined : readFile(ctx, name);
  const text = file?.ok === true ? Buffer.from(file.bytes).toString('utf8') : '';
  const shown = text.split('\n').slice(0, rows - 3);
  if (vi)
    ctx.stdout.write(
      `\x1b[?1049h\x1b[H\x1b[2J${shown.join('\r\n')}${'\r\n~'.repeat(Math.max(0, rows - 1 - shown.length))}\r\n"${name ?? '[No Name]'}" ${file?.ok === true ? `${text.split('\n').length - 1}L, ${text.length}B` : '[New]'}\x1b[H`,
    );
  else
    ctx.stdout.write(
      `\x1b[?1049h\x1b[H\x1b[2J\x1b[7m${'  GNU nano 7.2'.padEnd(Math.floor(columns / 2 - 8))}${(name ?? 'New Buffer').padEnd(Math.ceil(columns / 2 + 8))}\x1b[27m\r\n${shown.join('\r\n')}\x1b[${rows - 1};1H\x1b[7m^G\x1b[27m Help      \x1b[7m^O\x1b[27m Write Out \x1b[7m^W\x1b[27m Where Is  \x1b[7m^K\x1b[27m Cut\r\n\x1b[7m^X\x1b[27m Exit      \x1b[7m^R\x1b[27m Read File \x1b[7m^\\\x1b[27m Replace   \x1b[7m^U\x1b[27m Paste\x1b[2;1H`,
    );
  const added: string[] = [];
  let save = false;
  for (;;) {
    const line = await ctx.stdin.readLine();
    if (line === undefined) break;
    ctx.observe({ kind: 'input', line: line.slice(0, 1024) });
    if (vi && /(^|\x1b):(w|wq|x|wq!|x!)\s*$/.test(line)) save = true;
    if (vi ? /(^|\x1b):(q|q!|wq|x|wq!|x!|qa!?)\s*$/.test(line) || line.endsWith('ZZ') : /\x18/.test(line)) {
      if (!vi) save = true;
      break;
    }
    added.push(
      vi ? line.replace(/^[aioAIO]/, '').replaceAll('\x1b', '') : line.replaceAll(/[\x00-\x08\x0b-\x1f]/g, ''),
    );
    if (added.length > 2000) break;
  }
  ctx.stdout.write('\x1b[?1049l');
  if (save && name !== undefined && added.length > 0) {
    const failed = writeFile(ctx, name, Buffer.from(`${added.join('\n')}\n${text}`));
    if (failed !== undefined) return complain(ctx, `${name}: ${errorText(failed)}`);
  }
  return 0;
}

export const terminalCommands: CommandTable = {
  clear: { path: '/usr/bin/clear', run: clear },
  reset: { path: '/usr/bin/reset', run: (ctx) => (ctx.stdout.write('\x1bc\x1b[!p\x1b[?3;4l\x1b[4l\x1b>'), 0) },
  tput: { path: '/usr/bin/tput', run: tput },
  tty: { path: '/usr/bin/tty', run: tty },
  stty: { path: '/usr/bin/stty', run: stty },
  less: { path: '/usr/bin/less', run: pager },
  more: { path: '/usr/bin/more', run: pager },
  pager: { path: '/usr/bin/pager', run: pager },
  man: { path: '/usr/bin/man', run: man },
  vi: { path: '/usr/bin/vi', run: editor },
  vim: { path: '/usr/bin/vim', run: editor },
  nano: { path: '/usr/bin/nano', run: editor },
  editor: { path: '/usr/bin/editor', run: editor },
  mesg: { path: '/usr/bin/mesg', run: (ctx) => (ctx.stdout.write('is y\n'), 0) },
};
