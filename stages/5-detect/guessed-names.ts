/**
 * Names that guessers try on every machine: accounts of systems and products, of tests and of roles, that no person is called by. A mailbox that people
 * read (`info`, `sales`, `support`) is none: a mail program asks for it every few minutes.
 */
const NAMES: ReadonlySet<string> = new Set(
  `root toor admin administrator adm sysadmin superuser supervisor super user username guest anonymous test tester testing teste demo temp tmp default
  webmaster postmaster hostmaster webadmin www www-data web server operator monitor nagios zabbix backup scan scanner fax printer
  oracle postgres mysql mssql sa dba mongodb redis elastic hadoop spark kafka ftp ftpuser sftp git gitlab svn jenkins tomcat ansible deploy vagrant docker
  ubuntu debian centos fedora ec2-user opc pi raspberry ubnt odroid nvidia steam minecraft teamspeak ts3 asterisk sip cisco tech service
  wordpress wp joomla magento odoo`.split(/\s+/),
);
const NUMBER = /\d{1,6}$/;

/** Whether `user`, with a domain or a number or without, is one of them. */
export function isGuessedName(user: string): boolean {
  const name = user.slice(user.lastIndexOf('\\') + 1).toLowerCase();
  const end = name.indexOf('@');
  const local = end === -1 ? name : name.slice(0, end);
  return NAMES.has(local) || NAMES.has(local.replace(NUMBER, ''));
}
