/** Syslog lines that we wrote ourselves: addresses and names are the ones reserved for documentation. */
export const examples: readonly string[] = [
  '<38>Nov 21 09:30:00 www sshd[4242]: Failed password for invalid user admin from 198.51.100.7 port 40112 ssh2',
  'Nov 21 09:30:01 www sshd[4243]: Accepted publickey for alice from 203.0.113.20 port 50022 ssh2: ED25519 SHA256:ZXhhbXBsZWV4YW1wbGVleGFtcGxlZXhhbXBsZWV4YW0',
  '2026-11-21T09:30:02.125000+01:00 www sshd-session[4244]: Invalid user from 192.0.2.9 from 198.51.100.7 port 40113',
  '<86>1 2026-11-21T09:30:03.000Z www.example.org sshd 4245 - [meta sequenceId="29"] Connection closed by authenticating user root 198.51.100.7 port 40114 [preauth]',
  'Nov 21 09:30:04 www sudo:    alice : TTY=pts/0 ; PWD=/home/alice ; USER=root ; COMMAND=/usr/bin/apt-get update',
  'Nov 21 09:30:05 www su[4300]: FAILED SU (to root) mallory on pts/1',
  'Nov 21 09:30:06 www CRON[4301]: pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)',
  'Nov 21 09:30:07 www cron[4302]: (root) CMD (command -v debian-sa1 > /dev/null && debian-sa1 1 1)',
  "Nov 21 09:30:08 www login[4303]: FAILED LOGIN (1) on '/dev/tty1' FOR 'root', Authentication failure",
  'Nov 21 09:30:09 www systemd-logind[512]: New session 7 of user alice.',
  'Nov 21 09:30:10 www useradd[4304]: new user: name=backdoor, UID=1002, GID=1002, home=/home/backdoor, shell=/bin/bash',
  'Nov 21 09:30:11 www groupadd[4305]: new group: name=backdoor, GID=1002',
  'Nov 21 09:30:12 www vsftpd: pam_unix(vsftpd:auth): authentication failure; logname= uid=0 euid=0 tty=ftp ruser=bob rhost=198.51.100.7  user=bob',
  'Nov 21 09:30:13 www exampled[77]: Authentication failed for user bob from 198.51.100.7',
  'Nov 21 09:30:14 www systemd[1]: Started Daily apt download activities.',
];
