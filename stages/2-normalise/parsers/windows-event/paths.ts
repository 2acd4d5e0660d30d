/** Paths, command lines and identifiers as Windows writes them. */
import type { EcsGroup } from '@netsentinel/contracts/parser';

/** Undefined for nothing and for `-`, which Windows writes for nothing. */
export function said(text: string | undefined): string | undefined {
  return text === undefined || text === '' || text === '-' ? undefined : text;
}

export function baseName(path: string | undefined): string | undefined {
  return path?.slice(path.lastIndexOf('\\') + 1);
}

export function fileOf(path: string | undefined): EcsGroup | undefined {
  if (path === undefined) return undefined;
  const name = baseName(path)!;
  const dot = name.lastIndexOf('.');
  const slash = path.lastIndexOf('\\');
  return {
    path,
    name,
    directory: slash === -1 ? undefined : path.slice(0, slash),
    extension: dot === -1 ? undefined : name.slice(dot + 1),
  };
}

const MAX_ARGUMENTS = 1024;

/** At blanks outside of double quotes; the quotes stay, as attackers hide in them. */
export function argumentsOf(commandLine: string | undefined): string[] | undefined {
  return commandLine?.match(/(?:"[^"]*"?|[^\s"])+/g)?.slice(0, MAX_ARGUMENTS);
}

export function commandOf(commandLine: string | undefined): EcsGroup {
  const args = argumentsOf(commandLine);
  return { command_line: commandLine, args, args_count: args?.length };
}

/** Decimal, or hexadecimal with `0x`. */
export function processId(text: string | undefined): number | undefined {
  if (text === undefined || !/^(0x[\da-f]{1,8}|\d{1,10})$/i.test(text)) return undefined;
  return Number(text);
}

export interface Account {
  readonly domain: string | undefined;
  readonly name: string | undefined;
}

/** `DOMAIN\\name`. */
export function accountOf(text: string | undefined): Account {
  const slash = text?.indexOf('\\') ?? -1;
  if (text === undefined || slash === -1) return { domain: undefined, name: said(text) };
  return { domain: text.slice(0, slash), name: text.slice(slash + 1) };
}

/** `MD5=…,SHA256=…,IMPHASH=…`. */
export function hashesOf(text: string | undefined): Record<string, string> {
  const hashes: Record<string, string> = {};
  for (const pair of said(text)?.split(',').slice(0, 8) ?? []) {
    const equals = pair.indexOf('=');
    const name = pair.slice(0, equals).toLowerCase();
    if (/^(md5|sha1|sha256|sha512|imphash)$/.test(name)) hashes[name] = pair.slice(equals + 1).toLowerCase();
  }
  return hashes;
}
