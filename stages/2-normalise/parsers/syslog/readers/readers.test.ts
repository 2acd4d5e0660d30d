/** What each reader finds in its program's messages, in lines that we wrote ourselves: who is blamed, who logs in, and nobody else. */
import type { EcsDocument } from '@netsentinel/contracts/parser';
import { expect, it } from 'vitest';
import { syslog } from '../syslog.parser.ts';

const A = '198.51.100.7';
const B = '203.0.113.66';

function read(...lines: readonly string[]): EcsDocument {
  const parser = syslog.create({ zone: 'UTC', referenceMs: Date.UTC(2026, 10, 21), trustedProxies: [] });
  const [last] = lines.map((line) => parser.line!(`Nov 21 09:30:00 www ${line}`)).slice(-1);
  return last as EcsDocument;
}

/** Outcome, address and user of the last line. */
function told(...lines: readonly string[]): string {
  const { event, source, user } = read(...lines);
  return [
    event.outcome ?? '-',
    source?.ip ?? source?.address ?? '-',
    (user as { name?: string } | undefined)?.name ?? '-',
  ].join(' ');
}

it.each([
  ['sshd[1]: Failed password for root from 198.51.100.7 port 4 ssh2', `failure ${A} root`],
  ['sshd[1]: Failed password for invalid user a b from 198.51.100.7 port 4 ssh2', `failure ${A} a b`],
  ['sshd[1]: Failed publickey for alice from 198.51.100.7 port 4 ssh2: ED25519 SHA256:abc', `unknown ${A} alice`],
  ['sshd[1]: Failed publickey for invalid user bob from 198.51.100.7 port 4 ssh2: RSA SHA256:abc', `failure ${A} bob`],
  ['sshd[1]: Accepted password for alice from 198.51.100.7 port 4 ssh2', `success ${A} alice`],
  [
    'sshd[1]: error: PAM: Authentication failure for illegal user bob from mail.example.net',
    'failure mail.example.net bob',
  ],
  ['sshd[1]: User bob from 198.51.100.7 not allowed because not listed in AllowUsers', `failure ${A} bob`],
  ['sshd[1]: ROOT LOGIN REFUSED FROM 198.51.100.7 port 4 [preauth]', `failure ${A} root`],
  [
    'sshd[1]: error: maximum authentication attempts exceeded for invalid user x from 198.51.100.7 port 4 ssh2 [preauth]',
    `failure ${A} x`,
  ],
  ['sshd[1]: refused connect from _x_@mail.example.net (198.51.100.7)', `failure ${A} -`],
  ['sshd[1]: Received disconnect from 198.51.100.7 port 4:11: Bye Bye [preauth]', `failure ${A} -`],
  ['sshd[1]: Received disconnect from 198.51.100.7 port 4:11: disconnected by user', `- ${A} -`],
  ['sshd[1]: Connection closed by 198.51.100.7 port 4', `- ${A} -`],
  [
    'sshd[1]: Timeout before authentication for connection from 198.51.100.7 to 203.0.113.9, pid = 12',
    `failure ${A} -`,
  ],
  ['sshd[1]: fatal: Timeout before authentication for 198.51.100.7 port 4', `failure ${A} -`],
  [
    'sshd[1]: Unable to negotiate with 198.51.100.7 port 4: no matching cipher found. Their offer: none [preauth]',
    `failure ${A} -`,
  ],
  ['sshd[1]: banner exchange: Connection from 198.51.100.7 port 4: invalid format', `failure ${A} -`],
  ['sshd[1]: message repeated 3 times: [ Failed password for root from 198.51.100.7 port 4 ssh2]', `failure ${A} root`],
  ['sshd[1]: subsystem request for sftp by user alice', '- - alice'],
  [
    'sshd[1]: pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=198.51.100.7  user=root',
    `unknown ${A} root`,
  ],
  [
    'login[1]: pam_unix(login:auth): authentication failure; logname= uid=0 euid=0 tty=tty1 ruser= rhost=',
    'failure - -',
  ],
  [
    'vsftpd: pam_unix(vsftpd:auth): authentication failure; logname= uid=0 euid=0 tty=ftp ruser=bob rhost=198.51.100.7',
    `failure ${A} bob`,
  ],
  [
    'pop(pam_unix)[4]: authentication failure; logname= uid=0 euid=0 tty= ruser= rhost=198.51.100.7  user=bob',
    `failure ${A} bob`,
  ],
  [
    'pure-ftpd: (pam_unix) authentication failure; logname= uid=0 euid=0 tty=pure-ftpd ruser=bob rhost=198.51.100.7',
    `failure ${A} bob`,
  ],
  ['passwd[1]: pam_unix(passwd:chauthtok): password changed for alice', 'success - alice'],
  ['sshd[1]: pam_tally2(sshd:auth): user bob (1001) tally 9, deny 5', 'failure - bob'],
  [
    'sudo:    bob : 3 incorrect password attempts ; TTY=pts/1 ; PWD=/ ; USER=root ; COMMAND=/bin/ls ; USER=eve',
    'failure - bob',
  ],
  ['su[1]: Successful su for root by alice', 'success - alice'],
  ['su[1]: - /dev/pts/1 bob:root', 'failure - bob'],
  [
    "login[1]: FAILED LOGIN (2) on '/dev/tty1' from '198.51.100.7' FOR 'bob', Authentication failure",
    `failure ${A} bob`,
  ],
  ['login[1]: LOGIN ON tty1 BY alice FROM 198.51.100.7', `success ${A} alice`],
  ['login: 3 LOGIN FAILURES FROM 198.51.100.7, bob', `failure ${A} bob`],
  ['systemd-logind[1]: Removed session 7.', '- - -'],
  ['cron[1]: (alice) REPLACE (alice)', '- - alice'],
  ["usermod[1]: change user 'bob' shell from '/bin/sh' to '/bin/bash'", 'success - bob'],
  ["useradd[1]: failed adding user 'bob', exit code: 4", 'failure - bob'],
  ['chage[1]: changed password expiry for bob', 'success - bob'],
  [
    'postfix/smtpd[1]: warning: unknown[198.51.100.7]: SASL LOGIN authentication failed: (reason unavailable), sasl_username=bob',
    `failure ${A} bob`,
  ],
  [
    'postfix/smtpd[1]: warning: unknown[198.51.100.7]: SASL LOGIN authentication failed: Connection lost to authentication server',
    `unknown ${A} -`,
  ],
  [
    'postfix/smtpd[1]: NOQUEUE: reject: RCPT from unknown[198.51.100.7]: 554 5.7.1 <x@example.org>: Relay access denied; from=<a> to=<b>',
    `failure ${A} -`,
  ],
  [
    'postfix/smtpd[1]: NOQUEUE: reject: RCPT from unknown[198.51.100.7]: 450 4.2.0 <x@example.org>: Recipient address rejected: Greylisted',
    `unknown ${A} -`,
  ],
  ['postfix/postscreen[1]: PREGREET 14 after 0.08 from [198.51.100.7]:59415: EHLO x', `failure ${A} -`],
  ['postfix/smtpd[1]: lost connection after CONNECT from unknown[198.51.100.7]', `failure ${A} -`],
  ['postfix/smtpd[1]: lost connection after DATA from unknown[198.51.100.7]', `- ${A} -`],
  ['postfix/smtpd[1]: disconnect from unknown[198.51.100.7] ehlo=1 auth=0/1 quit=1 commands=2/3', `failure ${A} -`],
  ['postfix/smtpd[1]: connect from unknown[198.51.100.7]', `- ${A} -`],
  [
    'postfix/smtpd[1]: 4F1A2B3C4D: client=unknown[198.51.100.7], sasl_method=PLAIN, sasl_username=alice',
    `success ${A} alice`,
  ],
  [
    'dovecot: imap-login: Disconnected (auth failed, 2 attempts): user=<bob>, method=PLAIN, rip=198.51.100.7, lip=203.0.113.9, TLS',
    `failure ${A} bob`,
  ],
  [
    'dovecot: imap-login: Login: user=<alice>, method=PLAIN, rip=198.51.100.7, lip=203.0.113.9, mpid=4, TLS',
    `success ${A} alice`,
  ],
  [
    'dovecot: imap-login: Disconnected (no auth attempts in 3 secs): user=<>, rip=198.51.100.7, lip=203.0.113.9',
    `- ${A} -`,
  ],
  ['dovecot: auth-worker(7): sql(bob,198.51.100.7,<AbC>): Password mismatch', `failure ${A} bob`],
  ['auth(bob@example.org,198.51.100.7,sasl:login)<AbC>: Info: sql: Password mismatch', `failure ${A} bob@example.org`],
  [
    'exim[1]: plain authenticator failed for (User) [198.51.100.7]:41: 535 Incorrect authentication data (set_id=bob)',
    `failure ${A} bob`,
  ],
  [
    'exim[1]: SMTP call from mail.example.net [198.51.100.7] dropped: too many syntax or protocol errors (last command was "X")',
    `failure ${A} -`,
  ],
  ['exim[1]: no MAIL in SMTP connection from [198.51.100.7] D=0s', `failure ${A} -`],
  [
    'sm-mta[1]: s1P819mk027713: ruleset=check_rcpt, arg1=<x@example.org>, relay=mail.example.net [198.51.100.7] (may be forged), reject=550 5.7.1 no',
    `failure ${A} -`,
  ],
  [
    'sendmail[1]: s1P819mk027713: AUTH failure (LOGIN): authentication failure (-13) SASL(-13): checkpass failed, user=bob, relay=[198.51.100.7]',
    `failure ${A} bob`,
  ],
  [
    'sm-mta[1]: s1P819mk027713: mail.example.net [198.51.100.7]: possible SMTP attack: command=AUTH, count=5',
    `failure ${A} -`,
  ],
  ['imapd: LOGIN FAILED, user=bob, ip=[::ffff:198.51.100.7]', `failure ${A} bob`],
  ['courieresmtpd: error,relay=::ffff:198.51.100.7,msg="535 Authentication failed.",cmd: AUTH', `failure ${A} -`],
  ['imapd[1]: Login failed user=bob auth=bob host=mail.example.net [198.51.100.7]', `failure ${A} bob`],
  [
    'cyrus/imap[1]: badlogin: mail.example.net [198.51.100.7] plaintext bob SASL(-13): authentication failure: checkpass failed',
    `failure ${A} -`,
  ],
  [
    'perdition.imaps[1]: Auth: 198.51.100.7:22->203.0.113.9:993 authentication_id="bob" status="failed: no"',
    `failure ${A} bob`,
  ],
  ['solid-pop3d[1]: authentication failed: no such user: bob - 198.51.100.7', `failure ${A} -`],
  ['rblsmtpd: 198.51.100.7 pid 19 sbl.example.org: 451 listed', `failure ${A} -`],
  ["dropbear[1]: Bad password attempt for 'bob' from 198.51.100.7:40", `failure ${A} bob`],
  ['dropbear[1]: Exit before auth from <198.51.100.7:40>: Max auth tries reached', `failure ${A} -`],
  ["dropbear[1]: Password auth succeeded for 'alice' from 198.51.100.7:40", `success ${A} alice`],
  ['vsftpd[1]: [bob] FAIL LOGIN: Client "198.51.100.7"', `failure ${A} bob`],
  [
    'proftpd[1]: www (mail.example.net[198.51.100.7]) - USER bob (Login failed): Incorrect password',
    `failure ${A} bob`,
  ],
  ['proftpd[1]: www (mail.example.net[198.51.100.7]) - USER alice: Login successful.', `success ${A} alice`],
  ['proftpd[1]: www (mail.example.net[198.51.100.7]) - Maximum login attempts (3) exceeded', `failure ${A} -`],
  ['pure-ftpd: (?@198.51.100.7) [WARNING] Authentication failed for user [bob]', `failure ${A} bob`],
  ["pure-ftpd: (?@198.51.100.7) [WARNING] Erreur d'authentification pour l'utilisateur [bob]", `failure ${A} bob`],
  ['pure-ftpd: (?@198.51.100.7) [INFO] alice is now logged in', `success ${A} alice`],
  ['wu-ftpd[1]: failed login from mail.example.net [198.51.100.7]', `failure ${A} -`],
  [
    "named[1]: client @0x7f 198.51.100.7#4795 (example.org): query (cache) 'example.org/ANY/IN' denied",
    `failure ${A} -`,
  ],
  ['named[1]: client 198.51.100.7#4795 (example.org): query: example.org IN A +', `- ${A} -`],
  [
    "mysqld[1]: 2026-11-21  9:30:00 44 [Warning] Access denied for user 'bob'@'198.51.100.7' (using password: YES)",
    `failure ${A} bob`,
  ],
  [
    'postgres[1]: [3-1] bob@shop 198.51.100.7(50112) FATAL:  password authentication failed for user "bob"',
    `failure ${A} bob`,
  ],
  ['webmin[1]: Invalid login as bob from 198.51.100.7', `failure ${A} bob`],
  [
    'screensharingd[1]: Authentication: FAILED :: User Name: bob :: Viewer Address: 198.51.100.7 :: Type: DH',
    `failure ${A} bob`,
  ],
  ['xrdp-sesman[1]: AUTHFAIL: user=bob ip=::ffff:198.51.100.7 time=17', `failure ${A} bob`],
  ['xinetd[1]: FAIL: telnet address from=198.51.100.7', `failure ${A} -`],
  ['nrpe[1]: Host 198.51.100.7 is not allowed to talk to us!', `failure ${A} -`],
  ['exampled[1]: login failed for user bob, ip=198.51.100.7', `failure ${A} bob`],
  ['exampled[1]: Invalid credentials (client 198.51.100.7:4022)', `failure ${A} -`],
  ['exampled[1]: User alice successfully logged in from 198.51.100.7', `success ${A} alice`],
  ['exampled[1]: GET / from 198.51.100.7', '- - -'],
  ['systemd[1]: Started Authentication service.', '- - -'],
])('%s', (line, expected) => expect(told(line)).toBe(expected));

it.each([
  [
    'a user named after a failed login',
    `sshd[1]: Failed password for invalid user x from ${B} port 5 ssh2 from ${A} port 4 ssh2`,
  ],
  [
    'a user who seems to end the line',
    `sshd[1]: Failed password for invalid user x from ${B} port 5 ssh2: from ${A} port 4 ssh2`,
  ],
  ['an invalid user named `from`', `sshd[1]: Invalid user from ${B} from ${A} port 4`],
  [
    'a user before the address of a closed connection',
    `sshd[1]: Connection closed by invalid user x ${B} port 5 [preauth] ${A} port 4 [preauth]`,
  ],
  ['a banner', `sshd[1]: Bad protocol version identification 'x' from ${B} port 5' from ${A} port 4`],
  ['words of farewell', `sshd[1]: Received disconnect from ${A} port 4:11: from ${B} port 5:11: Bye [preauth]`],
  ['a PAM user', `sshd[1]: error: PAM: Authentication failure for illegal user x from ${B} via 192.0.2.1 from ${A}`],
  [
    'a remote user with an address',
    `vsftpd: pam_unix(vsftpd:auth): authentication failure; logname= uid=0 euid=0 tty=ftp ruser=rhost=${B}  user=x rhost=${A}`,
  ],
  [
    'a name at the FTP server',
    `proftpd[1]: www (h[${A}]) - USER www (x[${B}]): USER y: no such user found from h [${A}] to 203.0.113.9:21`,
  ],
  ['a name in brackets', `vsftpd[1]: [x] FAIL LOGIN: Client "${B}", ] FAIL LOGIN: Client "${A}"`],
  [
    'a mail user',
    `dovecot: imap-login: Disconnected (auth failed, 1 attempts): user=<x>, rip=${B}, lip=192.0.2.1>, method=PLAIN, rip=${A}, lip=203.0.113.9`,
  ],
  [
    'a greeting that is an address',
    `exim[1]: login authenticator failed for h.example.net ([${B}]) [${A}]: 535 Incorrect authentication data (set_id=x) [${B}]: 535)`,
  ],
  [
    'a command',
    `exim[1]: SMTP protocol error in "AUTH LOGIN" H=(x) [${B}]" H=(y) [${A}] AUTH command used when not advertised`,
  ],
  [
    'a recipient',
    `postfix/smtpd[1]: NOQUEUE: reject: RCPT from unknown[${A}]: 554 5.7.1 <x>: Relay access denied; from=<RCPT from h[${B}]: 554 > to=<x>`,
  ],
  [
    'a database user',
    `mysqld: 2026-11-21  9:30:00 44 [Warning] Access denied for user 'x'@'${B}' (using password: YES)'@'${A}' (using password: YES)`,
  ],
  ['an administrator', `webmin[1]: Invalid login as x from ${B} from ${A}`],
  ['a desktop user', `xrdp-sesman[1]: AUTHFAIL: user=x ip=${B} time=1 ip=${A} time=2`],
  ['a POP3 user', `imapd: LOGIN FAILED, user=x, ip=[${B}], ip=[${A}]`],
])('%s blames nobody else', (_, line) => {
  const { event, source } = read(line);
  expect([event.outcome, source?.ip]).toEqual(['failure', A]);
});

it.each([
  ['two addresses in words that nobody listed', `exampled[1]: login failed for user from ${B} from ${A}`],
  ['an address in a quoted name', `exampled[1]: login failed for user "x from ${B}"`],
  [
    'two relays',
    `sm-mta[1]: s1P819mk027713: ruleset=check_rcpt, arg1=<"x, relay=[${B}], reject=1">, relay=[${A}], reject=550 no`,
  ],
  [
    'two addresses behind a key',
    `sshd[1]: Failed hostbased for x from ${A} port 4 ssh2: RSA aa, client user " from ${B} port 5 ssh2: RSA bb", client host "h"`,
  ],
])('%s: nobody is named', (_, line) => expect(read(line).source?.ip).toBeUndefined());

it('finds the client of a line without one in what the process said before', () => {
  const connection = `sshd[9]: Connection from ${A} port 4 on 203.0.113.9 port 22`;
  expect(told(connection, 'sshd[9]: error: kex_exchange_identification: Connection closed by remote host')).toBe(
    `failure ${A} -`,
  );
  expect(told(connection, 'sshd[9]: Disconnecting: Too many authentication failures [preauth]')).toBe(`failure ${A} -`);
  expect(told(connection, 'sshd[8]: fatal: Read from socket failed: Connection reset by peer [preauth]')).toBe('- - -');
  expect(told('sshd[9]: error: kex_exchange_identification: x', `sshd[9]: Connection closed by ${A} port 4`)).toBe(
    `failure ${A} -`,
  );
  expect(
    told(`sshd[9]: SSH: Server;Ltype: Kex;Remote: ${A}-4;Enc: x`, 'sshd[9]: fatal: Read from socket failed: x'),
  ).toBe(`failure ${A} -`);
  const postgres = `postgres[7]: [1-1] LOG:  connection received: host=${A} port=50112`;
  expect(told(postgres, 'postgres[7]: [2-1] FATAL:  password authentication failed for user "bob"')).toBe(
    `failure ${A} bob`,
  );
  const unknown = 'sendmail[5]: rA37ZTSC026254: <x@example.org>... User unknown';
  expect(told(unknown, `sendmail[5]: rA37ZTSC026254: from=<a@example.net>, nrcpts=0, relay=h.example.net [${A}]`)).toBe(
    `failure ${A} -`,
  );
});

it('blames once where two lines tell of one act', () => {
  const over = `sshd[9]: error: maximum authentication attempts exceeded for root from ${A} port 4 ssh2 [preauth]`;
  expect(
    told(
      over,
      `sshd[9]: Disconnecting authenticating user root ${A} port 4: Too many authentication failures [preauth]`,
    ),
  ).toBe(`unknown ${A} -`);
});

it('keeps the memory of processes bounded', () => {
  const lines = Array.from({ length: 6000 }, (_, i) => `sshd[${i + 10}]: Connection from ${A} port 4`);
  expect(told(...lines, 'sshd[10]: fatal: Read from socket failed: x')).toBe('- - -');
  expect(told(...lines, 'sshd[6009]: fatal: Read from socket failed: x')).toBe(`failure ${A} -`);
});

it('does not take a process for the one that had its number before', () => {
  const parser = syslog.create({ zone: 'UTC', referenceMs: Date.UTC(2026, 10, 21), trustedProxies: [] });
  const say = (line: string): EcsDocument => parser.line!(line) as EcsDocument;
  say(`Nov 21 09:30:00 www sshd[9]: Connection from ${A} port 4`);
  expect(say('Nov 21 09:40:00 www sshd[9]: error: kex_exchange_identification: x').source).toBeUndefined();
  say(`Nov 21 09:50:00 www sshd[9]: Connection from ${A} port 4`);
  say(`Nov 21 09:50:01 www sshd[9]: Connection closed by ${A} port 4`);
  expect(say('Nov 21 09:50:02 www sshd[9]: error: kex_exchange_identification: x').source).toBeUndefined();
});
