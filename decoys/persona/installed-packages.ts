/** The packages of a persona's machine: those of its installation, and those of the software that it runs, in the versions that it claims. */
import { loadInstallation, type InstalledPackage } from './installation-data.ts';
import type { Persona, SoftwareName } from './persona.types.ts';

/** What software is packaged as: by apt, by dnf. The first name carries the version of the persona's software. */
const PACKAGE_NAMES: Partial<Readonly<Record<SoftwareName, readonly [readonly string[], readonly string[]]>>> = {
  openssh: [
    ['openssh-server', 'openssh-client', 'openssh-sftp-server'],
    ['openssh-server', 'openssh', 'openssh-clients'],
  ],
  apache: [
    ['apache2', 'apache2-bin', 'apache2-data', 'apache2-utils'],
    ['httpd', 'httpd-core', 'httpd-tools', 'mod_ssl'],
  ],
  nginx: [
    ['nginx', 'nginx-common'],
    ['nginx', 'nginx-core'],
  ],
  php: [
    ['libapache2-mod-php8.1', 'php8.1-cli', 'php8.1-common', 'php8.1-mysql'],
    ['php-fpm', 'php-cli', 'php-common'],
  ],
  openssl: [
    ['openssl', 'libssl3'],
    ['openssl', 'openssl-libs'],
  ],
  mysql: [
    ['mysql-server-8.0', 'mysql-client-8.0', 'mysql-common'],
    ['mysql-server', 'mysql'],
  ],
  mariadb: [
    ['mariadb-server', 'mariadb-client', 'mariadb-common'],
    ['mariadb-server', 'mariadb'],
  ],
  postgresql: [
    ['postgresql-15', 'postgresql-client-15', 'libpq5'],
    ['postgresql-server', 'postgresql'],
  ],
  redis: [['redis-server', 'redis-tools'], ['redis']],
  samba: [
    ['samba', 'samba-common', 'samba-libs', 'smbclient'],
    ['samba', 'samba-common'],
  ],
  vsftpd: [['vsftpd'], ['vsftpd']],
  proftpd: [['proftpd-core', 'proftpd-basic'], ['proftpd']],
  kubernetes: [
    ['kubelet', 'kubeadm', 'kubectl'],
    ['kubelet', 'kubeadm', 'kubectl'],
  ],
};
const SERVERS = new Set<SoftwareName>([
  'apache',
  'nginx',
  'mysql',
  'mariadb',
  'postgresql',
  'redis',
  'samba',
  'vsftpd',
  'proftpd',
]);

const known = new WeakMap<Persona, readonly InstalledPackage[]>();

/** In the order of their names. */
export function packagesOf(persona: Persona): readonly InstalledPackage[] {
  const list = known.get(persona) ?? make(persona);
  known.set(persona, list);
  return list;
}

function make({ files, software }: Persona): InstalledPackage[] {
  if (files === 'busybox' || files === 'none') return [];
  const { facts, packages } = loadInstallation(files);
  const isApt = facts.packageManager === 'apt';
  const all = new Map(packages.map((item) => [item.name, item]));
  // What the tree brings along of a server that this machine does not run.
  for (const [name, [apt]] of Object.entries(PACKAGE_NAMES))
    if (SERVERS.has(name as SoftwareName) && software[name as SoftwareName] === undefined)
      for (const one of [...apt, 'nginx-light']) if (name === 'nginx' || one !== 'nginx-light') all.delete(one);
  for (const [name, { package: version }] of Object.entries(software)) {
    const names = PACKAGE_NAMES[name as SoftwareName]?.[isApt ? 0 : 1];
    if (version === undefined || names === undefined) continue;
    for (const one of names) {
      const before = all.get(one);
      all.set(one, {
        name: one,
        architecture: isApt ? 'amd64' : 'x86_64',
        section: 'net',
        installedKb: 900 + one.length * 131,
        priority: 'optional',
        synopsis: `${software[name as SoftwareName]!.product} (${one.replace(/^.*-/, '')})`,
        ...before,
        version,
      });
    }
  }
  return [...all.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
