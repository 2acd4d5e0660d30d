/** Times and amounts as people read them. */
import * as text from '../text/index.ts';

const { ago } = text.parts;

export function clockTime(ms: number): string {
  return new Date(ms).toLocaleTimeString([], {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  });
}

export function exactTime(ms: number): string {
  return new Date(ms).toLocaleString([], { dateStyle: 'medium', timeStyle: 'medium', hourCycle: 'h23' });
}

/** `just now`, `5 min ago`, `3 h ago`, `2 d ago`, then the date. */
export function relativeTime(ms: number, now: number): string {
  const seconds = Math.max(0, Math.round((now - ms) / 1000));
  if (seconds < 10) return ago.now;
  if (seconds < 60) return ago.s(seconds);
  if (seconds < 3600) return ago.min(Math.floor(seconds / 60));
  if (seconds < 86_400) return ago.h(Math.floor(seconds / 3600));
  if (seconds < 30 * 86_400) return ago.d(Math.floor(seconds / 86_400));
  return new Date(ms).toLocaleDateString([], { dateStyle: 'medium' });
}

/** `2 h 5 min`: at most two units. */
export function duration(ms: number): string {
  const units = [
    [86_400, 'd'],
    [3600, 'h'],
    [60, 'min'],
    [1, 's'],
  ] as const;
  const parts: string[] = [];
  let rest = Math.max(0, Math.round(ms / 1000));
  for (const [size, name] of units) {
    if (rest < size || parts.length === 2) continue;
    parts.push(`${Math.floor(rest / size)} ${name}`);
    rest %= size;
  }
  return parts.join(' ') || (ms > 0 ? '< 1 s' : '0 s');
}

/** For `dateTime`; an attacker's clock may name no time at all, which must not take the page with it. */
export function isoTime(ms: number): string {
  return Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : '';
}

/** Invisible and rearranging characters (controls, formats such as bidirectional overrides, separators, lone surrogates), line ends apart. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** Invisible and rearranging characters made visible: attacker text must not rearrange what a person reads. */
export function visible(text: string): string {
  return text.replace(UNSEEN, escaped);
}

/** The same for text in a `pre`: lines stay lines. */
export function visibleLines(text: string): string {
  return text.replaceAll('\r\n', '\n').replace(UNSEEN, (c) => (c === '\n' || c === '\t' ? c : escaped(c)));
}

function escaped(character: string): string {
  return `\\u{${character.codePointAt(0)!.toString(16)}}`;
}

/** A word of ours to build a class name from. */
export function word(text: string): string {
  return text.replace(/[^a-z-]/g, '').slice(0, 16);
}

/** `1.4 MB` */
export function size(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB'];
  let unit = 0;
  let value = Math.max(0, bytes);
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}
