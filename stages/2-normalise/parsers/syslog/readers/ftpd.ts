/** The ftpd of Washington University, of MIT's Kerberos, of BSD and of Linux: failed logins. */
import { addressIn } from '../peer.ts';
import { failedLogin, type Reading } from '../reading.ts';

const FAILED: readonly RegExp[] = [
  /^failed login from \S+ \[([^\]\s]+)\]\s*$/,
  /^repeated login failures from (\S+)(?: \([^)]*\))?\s*$/,
  /^FTP LOGIN FAILED FROM ([^\s,]+)(?:, |$)/,
  /^FTP LOGIN REFUSED \([^)]*\) FROM [^[]*\[([^\]\s]+)\]/,
  /^FTP LOGIN FAILED \([^)]*\) FROM [^[]*\[([^\]\s]+)\]/,
];

export function ftpd(message: string): Reading | undefined {
  for (const pattern of FAILED) {
    const source = addressIn(pattern.exec(message)?.[1] ?? '');
    if (source !== undefined) return failedLogin(source, undefined, 'ftp-login');
  }
  return undefined;
}
