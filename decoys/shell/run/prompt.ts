/** Prompt strings with their backslash escapes. */
import type { ShellState } from './shell-state.ts';

export function expandPrompt(shell: ShellState, text: string): string {
  const { machine, clock } = shell.session;
  const now = new Date(clock.now());
  const home = shell.vars.text('HOME') ?? shell.user.home;
  const place =
    shell.cwd === home
      ? '~'
      : shell.cwd.startsWith(`${home}/`) && home !== '/'
        ? `~${shell.cwd.slice(home.length)}`
        : shell.cwd;
  return text.replace(/\\(?:([0-7]{3})|([\s\S]))/g, (whole, octal, letter) => {
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8) & 255);
    switch (letter) {
      case 'u':
        return shell.user.name;
      case 'h':
        return machine.persona.hostname.split('.')[0]!;
      case 'H':
        return machine.persona.hostname;
      case 'w':
        return place;
      case 'W':
        return place === '~' || place === '/' ? place : (place.split('/').at(-1) ?? place);
      case '$':
        return shell.user.uid === 0 ? '#' : '$';
      case 's':
        return shell.kind;
      case 'v':
        return '5.2';
      case 'V':
        return '5.2.15';
      case 'j':
        return String(shell.jobs?.list.length ?? 0);
      case '!':
      case '#':
        return String(shell.history.length + 1);
      case 't':
        return now.toISOString().slice(11, 19);
      case 'A':
        return now.toISOString().slice(11, 16);
      case 'd':
        return now.toUTCString().slice(0, 3) + now.toUTCString().slice(7, 11) + now.toUTCString().slice(4, 7);
      case 'n':
        return '\n';
      case 'r':
        return '\r';
      case 'a':
        return '\x07';
      case 'e':
        return '\x1b';
      case '[':
      case ']':
        return '';
      case '\\':
        return '\\';
      default:
        return whole;
    }
  });
}
