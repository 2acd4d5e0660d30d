/**
 * The services of fail2ban's sample logs that we say we read, each with what reads it (a reader's file below `parsers/syslog/readers/`, or another parser). Left
 * out are what web servers and web applications log, which other formats and detections are about, and programs with formats of their own that nobody asked
 * for yet; `--all` measures those as well.
 */
export const LISTED: Readonly<Record<string, string>> = {
  'courier-auth': 'mail-logins, courier',
  'courier-smtp': 'courier',
  'cyrus-imap': 'mail-logins',
  dovecot: 'dovecot',
  dropbear: 'dropbear',
  exim: 'parser exim; exim where it writes to syslog',
  'exim-spam': 'parser exim',
  gssftpd: 'ftpd',
  'mysqld-auth': 'parser mysql-error; mysql where it writes to syslog',
  nagios: 'small-daemons',
  'named-refused': 'named',
  'pam-generic': 'pam',
  perdition: 'mail-logins',
  postfix: 'postfix',
  proftpd: 'proftpd',
  'pure-ftpd': 'pure-ftpd',
  qmail: 'small-daemons',
  scanlogd: 'small-daemons',
  screensharingd: 'small-daemons',
  'sendmail-auth': 'sendmail',
  'sendmail-reject': 'sendmail',
  sieve: 'mail-logins',
  'solid-pop3d': 'mail-logins',
  sshd: 'sshd',
  'uwimap-auth': 'mail-logins',
  vsftpd: 'parser vsftpd; vsftpd and pam where it writes to syslog',
  'webmin-auth': 'small-daemons',
  wuftpd: 'ftpd',
  'xinetd-fail': 'small-daemons',
};
