/** What people left on the machine: their history, the hosts that they have been to, root's mail and its crontab. All of it fits what runs there. */
import type { InstallationData } from '../../persona/installation-data.ts';
import type { Persona, SoftwareName } from '../../persona/persona.types.ts';
import { SeededRandom } from '../../persona/seeded-random.ts';
import type { GeneratedFile } from './generated-file.ts';

const DAY_MS = 86_400_000;

/** Commands of whoever looks after this software, by distribution family. */
const CARE: Partial<Readonly<Record<SoftwareName, (isRedHat: boolean) => readonly string[]>>> = {
  nginx: () => [
    'systemctl status nginx',
    'nano /etc/nginx/sites-available/default',
    'nginx -t',
    'systemctl reload nginx',
    'tail -f /var/log/nginx/error.log',
  ],
  apache: (isRedHat) =>
    isRedHat
      ? [
          'systemctl status httpd',
          'vi /etc/httpd/conf/httpd.conf',
          'apachectl configtest',
          'systemctl restart httpd',
          'tail -50 /var/log/httpd/error_log',
        ]
      : [
          'systemctl status apache2',
          'nano /etc/apache2/sites-available/000-default.conf',
          'apache2ctl configtest',
          'a2enmod rewrite',
          'systemctl restart apache2',
          'tail -f /var/log/apache2/error.log',
        ],
  mysql: () => ['mysql -u root -p', 'mysqldump --all-databases > /root/all.sql', 'systemctl restart mysql'],
  mariadb: () => [
    'mysql -u root',
    'mariadb-dump --all-databases > /root/all.sql',
    'systemctl status mariadb',
    'mysqladmin status',
  ],
  postgresql: (isRedHat) => [
    'su - postgres',
    'sudo -u postgres psql',
    isRedHat ? 'vi /var/lib/pgsql/data/pg_hba.conf' : 'nano /etc/postgresql/15/main/pg_hba.conf',
    'systemctl restart postgresql',
  ],
  redis: () => ['redis-cli info memory', 'nano /etc/redis/redis.conf', 'systemctl restart redis-server'],
  samba: () => ['smbstatus', 'testparm -s', 'systemctl restart smbd', 'pdbedit -L'],
  vsftpd: () => ['nano /etc/vsftpd.conf', 'systemctl restart vsftpd', 'tail /var/log/vsftpd.log'],
  kubernetes: () => [
    'kubectl get nodes -o wide',
    'kubectl get pods -A',
    'journalctl -u kubelet -n 100',
    'crictl ps',
    'kubeadm token create --print-join-command',
  ],
};

export function homeFiles(persona: Persona, data: InstallationData): GeneratedFile[] {
  const random = new SeededRandom(persona.derive('home files', 16), 'home files');
  const people = persona.users.filter((user) => user.login && user.uid >= 1000 && user.uid < 60_000);
  const homes = [{ home: '/root', uid: 0, gid: 0 }, ...people];
  const files: GeneratedFile[] = [];
  for (const { home, uid, gid } of homes) {
    files.push({
      path: `${home}/.bash_history`,
      text: history(random, persona, data, people[0]?.name),
      mode: 0o100600,
      uid,
      gid,
    });
    const known = persona.neighbours.filter(({ role }) => role === 'server');
    if (known.length === 0) continue;
    files.push({
      path: `${home}/.ssh/known_hosts`,
      text: knownHosts(
        persona,
        known.map(({ address }) => address),
      ),
      mode: 0o100600,
      uid,
      gid,
    });
  }
  const crontab = rootCrontab(random, persona);
  if (crontab !== '')
    files.push({
      path: `/var/spool/cron/${data.facts.packageManager === 'dnf' ? 'root' : 'crontabs/root'}`,
      text: crontab,
      mode: 0o100600,
      uid: 0,
      gid: 101,
    });
  files.push({ path: '/var/mail/root', text: rootMail(random, persona), mode: 0o100660, uid: 0, gid: 8 });
  return files;
}

function history(random: SeededRandom, persona: Persona, data: InstallationData, person: string | undefined): string {
  const isRedHat = data.facts.packageManager === 'dnf';
  const pool = [
    ...(isRedHat
      ? ['dnf -y update', 'dnf check-update', 'firewall-cmd --list-all', 'getenforce', 'vi /etc/ssh/sshd_config']
      : ['apt update', 'apt upgrade -y', 'apt autoremove', 'nano /etc/ssh/sshd_config']),
    ...(Object.keys(persona.software) as SoftwareName[]).flatMap((name) => CARE[name]?.(isRedHat) ?? []),
    ...persona.neighbours.flatMap(({ role, address }) =>
      role === 'server' ? [`ssh ${address}`, `ping -c 3 ${address}`] : [],
    ),
    'df -h',
    'htop',
    'free -m',
    'ls -la',
    `journalctl -u ${isRedHat ? 'sshd' : 'ssh'} -n 50`,
    'ss -tlnp',
    'crontab -l',
    'uptime',
    'last',
    'ip a',
    'du -sh /var/*',
    'exit',
    `su - ${person ?? 'root'}`,
    'reboot',
    'cat /etc/os-release',
    'ls',
    'w',
  ];
  let text = '';
  for (let i = random.between(14, 40); i > 0; i--) text += `${random.pick(pool)}\n`;
  return text;
}

/** Ed25519 keys of machines that do not exist: 32 bytes each. */
function knownHosts(persona: Persona, addresses: readonly string[]): string {
  return addresses
    .map((address) => {
      const key = Buffer.concat([
        Buffer.from('0000000b7373682d6564323535313900000020', 'hex'),
        persona.derive(`host key of ${address}`, 32),
      ]);
      return `${address} ssh-ed25519 ${key.toString('base64')}\n`;
    })
    .join('');
}

function rootCrontab(random: SeededRandom, { software, hostname }: Persona): string {
  const at = `${random.between(0, 59)} ${random.between(1, 5)} * * *`;
  if (software.mariadb !== undefined || software.mysql !== undefined)
    return `MAILTO=root\n${at} /usr/bin/mysqldump --all-databases | gzip > /var/backups/${hostname}-$(date +\\%u).sql.gz\n`;
  if (software.postgresql !== undefined)
    return `${at} su - postgres -c "pg_dumpall | gzip > /var/backups/${hostname}-$(date +\\%u).sql.gz"\n`;
  if (software.samba !== undefined) return `${at} rsync -a --delete /srv/ /backup/srv/\n`;
  return '';
}

/** What cron wrote to root, some days apart. */
function rootMail(random: SeededRandom, { hostname, domain, installedAt }: Persona): string {
  let text = '';
  let at = installedAt + random.between(5, 40) * DAY_MS;
  for (let i = random.between(1, 3); i > 0; i--, at += random.between(3, 60) * DAY_MS) {
    const day = new Date(at).toUTCString();
    const from = `root@${hostname}.${domain}`;
    text += `From ${from} ${day.replace(/^(\w+), (\d+) (\w+) (\d+) (\S+) GMT$/, '$1 $3 $2 $5 $4')}\nReturn-path: <${from}>\nTo: root@${hostname}.${domain}\nFrom: root@${hostname}.${domain} (Cron Daemon)\nSubject: Cron <root@${hostname}> test -x /usr/sbin/anacron || ( cd / && run-parts --report /etc/cron.daily )\nDate: ${day.replace('GMT', '+0000')}\n\n/etc/cron.daily/logrotate:\nerror: skipping "/var/log/btmp": parent directory has insecure permissions\n\n`;
  }
  return text;
}
