/**
 * What the programs share to read and complain like GNU's: error texts, quoting of names, operands as bytes, lines. Text that is worked
 * on is "binary" (one character is one byte), so that any file survives every filter unchanged.
 */
import { errorText } from '../fs/error-text.ts';
import type { CommandContext, CommandInput, CommandOutput } from '../command.types.ts';
import type { FsErrorCode, FsUser } from '../shell.types.ts';

export { errorText };

/** Bytes of one file or stream that a program takes in. */
const MAX_INPUT_BYTES = 1024 * 1024;

/** For what a set-uid program or the kernel reads for anyone. */
export const ROOT: FsUser = { uid: 0, gid: 0, groups: [0] };

/** `NAME: message` on stderr, under the name it was called by. Answers status 1. */
export function complain(ctx: CommandContext, message: string): number {
  ctx.stderr.write(`${ctx.argv[0] ?? ''}: ${message}\n`);
  return 1;
}

const PLAIN_NAME = /^[\w%+,./:@\u0080-\uffff-][\w%+,./:@=^{}[\]~#\u0080-\uffff-]*$/;

/** A name as coreutils quotes it inside a sentence: always quoted. */
export function quoted(name: string): string {
  if (/[\x00-\x1f\x7f]/.test(name)) return shellEscaped(name);
  if (name.includes("'")) return /["$`\\!]/.test(name) ? `'${name.replaceAll("'", String.raw`'\''`)}'` : `"${name}"`;
  return `'${name}'`;
}

/** A name as coreutils prefixes it to a message, and as `ls` shows it on a terminal: quoted where a shell would need it. */
export function quotedIfNeeded(name: string): string {
  return PLAIN_NAME.test(name) ? name : quoted(name);
}

function shellEscaped(name: string): string {
  const letters: Readonly<Record<string, string>> = {
    '\n': 'n',
    '\t': 't',
    '\r': 'r',
    '\x07': 'a',
    '\b': 'b',
    '\f': 'f',
    '\v': 'v',
  };
  const parts = name.split(/([\x00-\x1f\x7f]+)/).map((part, index) => {
    if (index % 2 === 0) return part === '' && index > 0 ? '' : `'${part.replaceAll("'", String.raw`'\''`)}'`;
    const escapes = Array.from(part).map(
      (char) => `\\${letters[char] ?? char.charCodeAt(0).toString(8).padStart(3, '0')}`,
    );
    return `$'${escapes.join('')}'`;
  });
  return parts.join('');
}

/** UTF-8 text as binary text. */
export function toBinary(text: string): string {
  return /^[\x00-\x7f]*$/.test(text) ? text : Buffer.from(text, 'utf8').toString('latin1');
}

export function bytesToBinary(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

export function writeBinary(out: CommandOutput, text: string): void {
  if (text !== '') out.write(Buffer.from(text, 'latin1'));
}

/** Reads a file of this machine up to the bound, as the caller's user. */
export function readFile(
  ctx: CommandContext,
  path: string,
  user: FsUser = ctx.user,
): { readonly ok: true; readonly bytes: Uint8Array } | { readonly ok: false; readonly error: FsErrorCode } {
  const chunks: Uint8Array[] = [];
  let total = 0;
  const absolute = ctx.resolve(path);
  while (total < MAX_INPUT_BYTES) {
    if (total > 0) ctx.step();
    const chunk = ctx.fs.read(absolute, user, total, MAX_INPUT_BYTES - total);
    if (!chunk.ok) return { ok: false, error: chunk.error };
    if (chunk.value.length === 0) break;
    chunks.push(chunk.value);
    total += chunk.value.length;
  }
  return { ok: true, bytes: chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks) };
}

/** An operand's content as binary text; `-` is stdin. */
export async function readOperand(
  ctx: CommandContext,
  name: string,
): Promise<{ readonly ok: true; readonly text: string } | { readonly ok: false; readonly error: FsErrorCode }> {
  if (name === '-') return { ok: true, text: bytesToBinary(await ctx.stdin.readAll()) };
  const file = readFile(ctx, name);
  return file.ok ? { ok: true, text: bytesToBinary(file.bytes) } : file;
}

/** All operands (stdin without any) as one text; complains of those that cannot be read. */
export async function readOperands(
  ctx: CommandContext,
  operands: readonly string[],
): Promise<{ text: string; status: number }> {
  let text = '';
  let status = 0;
  for (const name of operands.length === 0 ? ['-'] : operands) {
    const file = await readOperand(ctx, name);
    if (file.ok) text += file.text;
    else status = complain(ctx, `${quotedIfNeeded(name)}: ${errorText(file.error)}`);
  }
  return { text, status };
}

/** Lines without their newlines; a last line without one counts, an empty rest does not. */
export function splitLines(text: string, separator = '\n'): string[] {
  if (text === '') return [];
  const lines = text.split(separator);
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

/** Passes a stream on as it comes, so that a terminal sees its own lines. */
export async function pump(ctx: CommandContext, input: CommandInput, out: CommandOutput): Promise<void> {
  for (;;) {
    const chunk = await input.read();
    if (chunk === undefined) return;
    ctx.step();
    out.write(chunk);
  }
}

/** Writes a file that the attacker made and tells the platform of it. */
export function writeFile(
  ctx: CommandContext,
  path: string,
  bytes: Uint8Array,
  mode?: number,
): FsErrorCode | undefined {
  const absolute = ctx.resolve(path);
  const written = ctx.fs.write(absolute, bytes, ctx.user, mode === undefined ? {} : { mode });
  if (!written.ok) return written.error;
  ctx.observe({ kind: 'file', path: absolute, content: bytes.subarray(0, 16 * 1024), how: 'command' });
  return undefined;
}

export function baseName(path: string): string {
  const trimmed = path.replace(/\/+$/, '');
  return trimmed === '' ? (path === '' ? '' : '/') : trimmed.slice(trimmed.lastIndexOf('/') + 1);
}

/** Joins a folder and a name as typed paths are joined: no double slash. */
export function joinPath(folder: string, name: string): string {
  return folder.endsWith('/') ? folder + name : `${folder}/${name}`;
}
