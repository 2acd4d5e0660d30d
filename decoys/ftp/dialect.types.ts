/** What makes one FTP server another: how it reads lines, what it says, in which order it does things. */
import type { LineRules } from './control-lines.ts';
import type { FtpSession } from './ftp-session.ts';

export interface Dialect {
  readonly lines: LineRules;
  /** Without commands for so long, it ends the session. */
  readonly idleMs: number;
  /** What it says then. */
  readonly idleReply: string;
  greeting(ftp: FtpSession): string;
  /** One line of the client, without its end. */
  line(ftp: FtpSession, line: string): void;
  tooLong(ftp: FtpSession): void;
  /** A command came while a transfer runs; true where it is dealt with, false where it waits for the end of that. */
  meanwhile(ftp: FtpSession, line: string): boolean;
}

/** A command of a client, `argument` as it came after the first space. */
export type Command = (ftp: FtpSession, argument: string) => void;
