/** File modes as programs print and take them: `drwxr-xr-x`, `u+x,go=r`. */
import type { FsStat } from '../shell.types.ts';

const TYPE_LETTERS: Readonly<Record<FsStat['type'], string>> = {
  file: '-',
  directory: 'd',
  symlink: 'l',
  char: 'c',
  block: 'b',
  fifo: 'p',
  socket: 's',
};

/** Names of `stat %F`. */
export const TYPE_NAMES: Readonly<Record<FsStat['type'], string>> = {
  file: 'regular file',
  directory: 'directory',
  symlink: 'symbolic link',
  char: 'character special file',
  block: 'block special file',
  fifo: 'fifo',
  socket: 'socket',
};

/** The type bits of `st_mode`. */
export const TYPE_BITS: Readonly<Record<FsStat['type'], number>> = {
  fifo: 0o010000,
  char: 0o020000,
  directory: 0o040000,
  block: 0o060000,
  file: 0o100000,
  symlink: 0o120000,
  socket: 0o140000,
};

export function modeText(type: FsStat['type'], mode: number): string {
  const triple = (shift: number, special: boolean, letter: string): string => {
    const bits = mode >> shift;
    const x = (bits & 1) !== 0;
    return `${bits & 4 ? 'r' : '-'}${bits & 2 ? 'w' : '-'}${special ? (x ? letter : letter.toUpperCase()) : x ? 'x' : '-'}`;
  };
  return `${TYPE_LETTERS[type]}${triple(6, (mode & 0o4000) !== 0, 's')}${triple(3, (mode & 0o2000) !== 0, 's')}${triple(0, (mode & 0o1000) !== 0, 't')}`;
}

/** A function from the old mode to the new one; undefined for what is no mode. */
export function parseMode(text: string, umask = 0o022): ((old: number, directory: boolean) => number) | undefined {
  if (/^[0-7]{1,5}$/.test(text)) {
    const wanted = Number.parseInt(text, 8);
    if (wanted > 0o7777) return undefined;
    return (old, directory) => (directory && text.length < 5 ? wanted | (old & 0o6000) : wanted);
  }
  const changes: ((old: number, directory: boolean) => number)[] = [];
  for (const clause of text.split(',')) {
    const parts = /^([ugoa]*)((?:[-+=](?:[ugo]|[rwxXst]*|[0-7]{1,4}))+)$/.exec(clause);
    if (parts === null) return undefined;
    const who = parts[1] === '' ? 'a' : parts[1]!;
    const masked = parts[1] === '' ? umask : 0;
    for (const [, operator, what] of parts[2]!.matchAll(/([-+=])([ugo](?![ugorwxXst])|[0-7]+|[rwxXst]*)/g))
      changes.push((old, directory) => changeMode(old, directory, who, masked, operator!, what!));
  }
  return (old, directory) => changes.reduce((mode, change) => change(mode, directory), old);
}

function changeMode(
  old: number,
  directory: boolean,
  who: string,
  masked: number,
  operator: string,
  what: string,
): number {
  const classes = { u: 6, g: 3, o: 0 } as const;
  let bits = 0;
  if (/^[ugo]$/.test(what)) bits = ((old >> classes[what as 'u']) & 7) * 0o111;
  else {
    if (what.includes('r')) bits |= 0o444;
    if (what.includes('w')) bits |= 0o222;
    if (what.includes('x') || (what.includes('X') && (directory || (old & 0o111) !== 0))) bits |= 0o111;
  }
  let reach = 0;
  for (const [letter, shift] of Object.entries(classes))
    if (who.includes(letter) || who.includes('a')) reach |= 7 << shift;
  let chosen = bits & reach & ~masked;
  if (what.includes('s')) chosen |= (/[ua]/.test(who) ? 0o4000 : 0) | (/[ga]/.test(who) ? 0o2000 : 0);
  if (what.includes('t')) chosen |= 0o1000;
  if (operator === '+') return old | chosen;
  if (operator === '-') return old & ~chosen;
  return (old & ~reach & ~(who.includes('u') || who.includes('a') ? (directory ? 0 : 0o6000) : 0)) | chosen;
}
