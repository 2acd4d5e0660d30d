/** The checks of every protocol: a line each. */
import type { ProtocolChecks } from '../verify.types.ts';
import { bannerChecks } from './banner.check.ts';
import { ftpChecks } from './ftp.check.ts';
import { httpChecks } from './http.check.ts';
import { mysqlChecks } from './mysql.check.ts';
import { postgresChecks } from './postgres.check.ts';
import { rdpChecks } from './rdp.check.ts';
import { redisChecks } from './redis.check.ts';
import { scriptedChecks, scriptedUdpChecks } from './scripted.check.ts';
import { shellChecks } from './shell.check.ts';
import { smbChecks } from './smb.check.ts';
import { sshChecks } from './ssh.check.ts';
import { sshLoginChecks } from './ssh-login.check.ts';
import { telnetChecks } from './telnet.check.ts';
import { tlsChecks } from './tls.check.ts';

export const protocolChecks: readonly ProtocolChecks[] = [
  bannerChecks,
  sshChecks,
  sshLoginChecks,
  telnetChecks,
  shellChecks,
  ftpChecks,
  httpChecks,
  tlsChecks,
  mysqlChecks,
  postgresChecks,
  redisChecks,
  smbChecks,
  rdpChecks,
  scriptedChecks,
  scriptedUdpChecks,
];
