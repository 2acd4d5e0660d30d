/** How calls of the file system answer: a value, or an error of Linux. */
import type { FsErrorCode } from '../shell.types.ts';

export const done: { readonly ok: true; readonly value: undefined } = { ok: true, value: undefined };

export function good<T>(value: T): { readonly ok: true; readonly value: T } {
  return { ok: true, value };
}

export function bad(error: FsErrorCode): { readonly ok: false; readonly error: FsErrorCode } {
  return { ok: false, error };
}
