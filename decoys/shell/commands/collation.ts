/** How names sort in the session's locale: by bytes in C, by letters first in a language, as glibc does. */
import type { CommandContext } from '../command.types.ts';

const collator = new Intl.Collator('en', { ignorePunctuation: false, caseFirst: 'lower' });
const stripped = (name: string): string => name.replaceAll(/[^\p{L}\p{N}]/gu, '');

export function isCLocale(ctx: Pick<CommandContext, 'env'>, category = 'LC_COLLATE'): boolean {
  const locale = ctx.env.get('LC_ALL') || ctx.env.get(category) || ctx.env.get('LANG') || 'C';
  return /^(C|POSIX)(\.|$)/.test(locale);
}

export function byBytes(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The order of `ls` and `sort` in this session. */
export function byName(ctx: Pick<CommandContext, 'env'>): (a: string, b: string) => number {
  if (isCLocale(ctx)) return byBytes;
  return (a, b) => collator.compare(stripped(a), stripped(b)) || collator.compare(a, b);
}
