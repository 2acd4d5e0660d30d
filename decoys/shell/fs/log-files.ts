/** `/var/log` as it stood when the decoy started: logins of the persona's own people, scans as every open server has them, packages installed. */
import { urlPathOf, webRootPlaces } from '../../honeytoken/web-root.ts';
import type { Persona } from '../../persona/persona.types.ts';
import type { InstallationData } from '../../persona/installation-data.ts';
import { SeededRandom } from '../../persona/seeded-random.ts';
import { packagesOf } from '../../persona/installed-packages.ts';
import { kernelBuiltBy } from './system-facts.ts';
import type { GeneratedFile } from './generated-file.ts';
import { sshdPid } from './system-processes.ts';

const GUESSED = ['admin', 'test', 'user', 'oracle', 'postgres', 'ubuntu', 'git', 'pi', 'ftpuser', 'support'];
const HOUR_MS = 3_600_000;
/** Addresses that nobody owns (RFC 5737), so that no log names a real machine. */
const SCANNERS = ['192.0.2.', '198.51.100.', '203.0.113.'];

export function logFiles(persona: Persona, data: InstallationData, now: number): GeneratedFile[] {
  const random = new SeededRandom(persona.derive('logs', 16), 'logs');
  const seconds = Math.floor(now / 1000);
  const files: GeneratedFile[] = [];
  const add = (path: string, text: string, gid = 4, mode = 0o640, mtime = seconds): void => {
    files.push({ path: `/var/log/${path}`, text: new TextEncoder().encode(text), mode: 0o100000 | mode, gid, mtime });
  };
  const people = persona.users.filter((user) => user.login);
  const isRedHat = data.facts.packageManager === 'dnf';
  let auth = '';
  let sys = '';
  let pid = sshdPid(persona) + 400;
  for (let at = now - 70 * HOUR_MS; at < now; at += random.between(4, 40) * 60_000) {
    const stamp = `${isoTime(at + random.between(0, 999))} ${persona.hostname}`;
    pid += random.between(2, 60);
    if (random.between(0, 3) > 0) {
      const from = `${random.pick(SCANNERS)}${random.between(1, 254)} port ${random.between(32_000, 61_000)}`;
      const name = random.pick(GUESSED);
      auth += `${stamp} sshd[${pid}]: Invalid user ${name} from ${from}\n${stamp} sshd[${pid}]: Connection closed by invalid user ${name} ${from} [preauth]\n`;
    } else {
      auth += `${stamp} CRON[${pid}]: pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)\n${stamp} CRON[${pid}]: pam_unix(cron:session): session closed for user root\n`;
      sys += `${stamp} CRON[${pid}]: (root) CMD (   cd / && run-parts --report /etc/cron.hourly)\n`;
    }
    if (random.between(0, 30) === 0) {
      const who = random.pick(people).name;
      auth += `${stamp} sshd[${pid}]: Accepted publickey for ${who} from ${persona.network.gateway} port ${random.between(40_000, 60_000)} ssh2\n${stamp} sshd[${pid}]: pam_unix(sshd:session): session opened for user ${who} by (uid=0)\n`;
    }
    if (random.between(0, 9) === 0)
      sys += isRedHat
        ? `${stamp} systemd[1]: Starting dnf makecache...\n${stamp} systemd[1]: dnf-makecache.service: Deactivated successfully.\n`
        : `${stamp} systemd[1]: Starting apt-daily.service - Daily apt download activities...\n${stamp} systemd[1]: apt-daily.service: Deactivated successfully.\n`;
  }
  // RHEL has them by other names, and for root alone.
  const name = (debian: string, redHat: string): string => (isRedHat ? redHat : debian);
  const group = isRedHat ? 0 : 4;
  const mode = isRedHat ? 0o600 : 0o640;
  add(name('auth.log', 'secure'), auth, group, mode);
  add(name('syslog', 'messages'), sys, group, mode);
  add(
    name('cron.log', 'cron'),
    sys
      .split('\n')
      .filter((line) => line.includes('CRON'))
      .map((line) => `${line}\n`)
      .join(''),
  );
  const booted = persona.bootedAt(now);
  add(
    name('kern.log', 'dmesg'),
    kernelLines(persona, booted)
      .map((line) => `${isoTime(booted)} ${persona.hostname} kernel: ${line}\n`)
      .join(''),
    4,
    0o640,
    Math.floor(booted / 1000),
  );
  if (!isRedHat)
    add(
      'dpkg.log',
      packagesOf(persona)
        .map(
          (item, at) =>
            `${logTime(persona.installedAt + at * 1700)} status installed ${item.name}:${item.architecture} ${item.version}\n`,
        )
        .join(''),
      0,
      0o644,
      Math.floor(persona.installedAt / 1000) + 900,
    );
  const web =
    persona.software.nginx === undefined
      ? persona.software.apache === undefined
        ? undefined
        : name('apache2', 'httpd')
      : 'nginx';
  if (web !== undefined) {
    add(`${web}/${web === 'httpd' ? 'access_log' : 'access.log'}`, accessLog(random, now, persona), group, mode);
    add(`${web}/${web === 'httpd' ? 'error_log' : 'error.log'}`, '', group, mode);
  }
  for (const name of ['wtmp', 'btmp', 'lastlog']) add(name, '', 43, name === 'btmp' ? 0o660 : 0o664);
  return files;
}

/** The kernel's first words after boot, for `dmesg` and `kern.log`. */
export function kernelLines(persona: Persona, booted: number): string[] {
  const { os, hardware, network } = persona;
  return [
    `[    0.000000] Linux version ${os.kernelRelease} ${kernelBuiltBy(persona)} ${os.kernelVersion}`,
    `[    0.000000] Command line: BOOT_IMAGE=/boot/vmlinuz-${os.kernelRelease} root=/dev/vda1 ro quiet`,
    '[    0.000000] BIOS-provided physical RAM map:',
    '[    0.000000] NX (Execute Disable) protection: active',
    `[    0.00${booted % 1000}] tsc: Detected processor`,
    `[    0.083312] Memory: ${hardware.memoryKb - 120_000}K/${hardware.memoryKb + 60_000}K available`,
    `[    0.143291] smpboot: CPU0: ${hardware.cpuModel}`,
    `[    0.151034] smp: Brought up 1 node, ${hardware.cpus} CPUs`,
    '[    1.402911] EXT4-fs (vda1): mounted filesystem with ordered data mode. Quota mode: none.',
    "[    1.981204] systemd[1]: Inserted module 'autofs4'",
    `[    4.220190] IPv6: ADDRCONF(NETDEV_CHANGE): ${network.interface}: link becomes ready`,
  ];
}

function accessLog(random: SeededRandom, now: number, persona: Persona): string {
  const served = new Set(['/', ...webRootPlaces(persona).environment.map(urlPathOf)]);
  const blog = persona.sites.find(({ application }) => application === 'wordpress');
  if (blog === undefined) served.add('/index.html');
  else for (const page of ['/wp-login.php', '/robots.txt']) served.add(page);
  let text = '';
  const pages = ['/', '/robots.txt', '/favicon.ico', '/.env', '/wp-login.php', '/index.html'];
  for (let at = now - 20 * HOUR_MS; at < now; at += random.between(3, 45) * 60_000) {
    const page = random.pick(pages);
    const time = new Date(at);
    const day = `${String(time.getUTCDate()).padStart(2, '0')}/${time.toUTCString().slice(8, 11)}/${time.getUTCFullYear()}:${time.toISOString().slice(11, 19)} +0000`;
    const [status, size] = served.has(page)
      ? [200, page === '/' && blog !== undefined ? 14_203 : 409 + page.length * 7]
      : [404, 153];
    text += `${random.pick(SCANNERS)}${random.between(1, 254)} - - [${day}] "GET ${page} HTTP/1.1" ${status} ${size} "-" "Mozilla/5.0"\n`;
  }
  return text;
}

function isoTime(at: number): string {
  return `${new Date(at).toISOString().slice(0, -1)}000+00:00`;
}

function logTime(at: number): string {
  return new Date(at).toISOString().slice(0, 19).replace('T', ' ');
}
