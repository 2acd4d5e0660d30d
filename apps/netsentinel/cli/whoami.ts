/** Who types, for the audit. */
import { userInfo } from 'node:os';

/** `cli:alice`; with sudo, who called it: `cli:alice as root`. */
export function whoami(): string {
  const sudo = process.env['SUDO_USER'];
  const { username } = userInfo();
  return sudo === undefined || sudo === username ? `cli:${username}` : `cli:${sudo} as ${username}`.slice(0, 128);
}
