/**
 * Account and password pairs that manufacturers shipped or everybody uses, and that are therefore on the lists of every bot. Only facts:
 * each of them is in many vendors' manuals and published lists.
 */
const PAIRS: Readonly<Record<string, string>> = {
  root: 'root admin toor password 123456 12345678 1234 12345 123456789 111111 666666 888888 54321 xc3511 vizxv xmhdipc juantech default pass user ikwb klv123 klv1234 anko Zte521 hi3518 jvbzd 7ujMko0vizxv 7ujMko0admin system dreambox realtek 00000000 GM8182 admin123 root123 qwerty changeme calvin alpine raspberry ubuntu centos debian oelinux123 P@ssw0rd 1q2w3e4r abc123 ',
  admin:
    'admin password 1234 12345 123456 1111 1111111 4321 admin1234 admin123 smcadmin meinsm pass 7ujMko0admin default administrator 54321 changeme qwerty ubnt ',
  administrator: 'administrator password 1234 admin',
  user: 'user password 1234 123456',
  pi: 'raspberry raspberryraspberry993311 pi',
  ubnt: 'ubnt',
  ubuntu: 'ubuntu 123456 password',
  debian: 'debian temppwd',
  centos: 'centos',
  test: 'test 123456 test123',
  guest: 'guest 12345 123456',
  support: 'support',
  service: 'service',
  supervisor: 'supervisor zyad1234',
  tech: 'tech',
  mother: 'fucker',
  '666666': '666666',
  '888888': '888888',
  oracle: 'oracle 123456',
  postgres: 'postgres 123456',
  mysql: 'mysql 123456',
  git: 'git 123456',
  ftp: 'ftp 123456',
  ftpuser: 'ftpuser 123456',
  nagios: 'nagios',
  tomcat: 'tomcat s3cret',
  jenkins: 'jenkins',
  hadoop: 'hadoop 123456',
  vagrant: 'vagrant',
  deploy: 'deploy 123456',
  odroid: 'odroid',
  osmc: 'osmc',
  cisco: 'cisco',
  telecomadmin: 'admintelecom nE7jA%5m',
  default: 'default OxhlwSG8 tlJwpbo6 S2fGqNFs',
};
// A trailing blank makes the empty password one of the list.
const PASSWORDS = new Map(Object.entries(PAIRS).map(([user, words]) => [user, new Set(words.split(' '))]));

export function isKnownPair(user: string, password: string | undefined): boolean {
  return password !== undefined && PASSWORDS.get(user.toLowerCase())?.has(password) === true;
}
