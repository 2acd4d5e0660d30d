/** Thin first form of a shell session: runs simple commands, one a line. The interpreter replaces it. */
import type { Clock } from '@netsentinel/contracts/clock';
import type { OverlayFileSystem } from './fs/overlay-fs.ts';
import type { Machine, ShellOptions, ShellSession } from './shell.types.ts';

export function openShell(
  machine: Machine,
  _fs: OverlayFileSystem,
  _clock: Clock,
  options: ShellOptions,
): ShellSession {
  const encoder = new TextEncoder();
  let ended = false;
  let text = '';
  const end = (code: number): void => {
    if (ended) return;
    ended = true;
    options.exit({ code });
  };
  const run = (line: string): number => {
    options.observe({ kind: 'input', line });
    const argv = line.trim().split(/\s+/);
    if (argv[0] === '' || argv[0] === undefined) return 0;
    if (argv[0] === 'echo') options.output(encoder.encode(`${argv.slice(1).join(' ')}\n`), 'stdout');
    else if (argv[0] === 'exit') end(Number(argv[1] ?? 0));
    else options.output(encoder.encode(`-bash: ${argv[0]}: command not found\n`), 'stderr');
    return argv[0] === 'echo' ? 0 : 127;
  };
  void machine;
  if (options.command !== undefined) {
    const command = options.command;
    queueMicrotask(() => end(run(command)));
  }
  return {
    input(chunk) {
      text = (text + new TextDecoder().decode(chunk)).slice(-65_536);
      let at = text.search(/[\r\n]/);
      for (; at >= 0 && !ended; at = text.search(/[\r\n]/)) {
        run(text.slice(0, at));
        text = text.slice(at + 1);
      }
    },
    end: () => end(0),
    resize: () => undefined,
    signal: () => undefined,
    resume: () => undefined,
    destroy() {
      ended = true;
    },
  };
}
