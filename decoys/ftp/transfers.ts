/** What both servers do alike with addresses and uploads. */
import type { Endpoint } from '../service/service.types.ts';
import type { FtpFiles } from './ftp-files.ts';
import type { FtpSession } from './ftp-session.ts';

/** `1,2,3,4,5,6` (RFC 959); undefined where it is none. @param count how many numbers there may be at most */
export function parsePort(text: string, count: number): Endpoint | undefined {
  const numbers = text.split(',');
  if (numbers.length < 6 || numbers.length > count) return undefined;
  const six = numbers.slice(0, 6);
  if (!six.every((number) => /^\d{1,3}$/.test(number) && Number(number) < 256)) return undefined;
  return { ip: six.slice(0, 4).map(Number).join('.'), port: Number(six[4]) * 256 + Number(six[5]) };
}

/** Servers refuse to connect to ports of other services. */
export function isPrivatePort(port: number): boolean {
  return port < 1024;
}

/** Puts what was uploaded where it belongs, and keeps it; false where the machine has no room for it. */
export function storeUpload(
  ftp: FtpSession,
  path: string,
  content: Buffer,
  how: { readonly size: number; readonly put: { readonly append?: boolean; readonly offset?: number } },
): boolean {
  const { session, files } = ftp;
  const written = files.write(path, content, how.put);
  ftp.changed();
  const name = files.fullPath(path);
  void session.keep(content).then(
    (kept) => {
      session.report.upload({ path: name, kept, size: how.size });
      return undefined;
    },
    () => undefined,
  );
  return written.ok;
}

/** `name`, or with the first number that makes it new. */
export function uploadedName(files: FtpFiles, name: string, numbered: boolean): string {
  if (!numbered && !files.lstat(name).ok) return name;
  for (let i = 1; i < 1000; i++) if (!files.lstat(`${name}.${i}`).ok) return `${name}.${i}`;
  return name;
}
