/**
 * Makes the data of the `debian-12-server` persona from a Debian 12 that `debootstrap` installed into a folder: paths, modes, owners,
 * sizes and dates of every entry, the package list, and the small configuration files that every Debian has. Run by hand when the
 * persona should follow a new point release:
 *
 *   debootstrap --variant=minbase --include="$(cat scripts/persona-data/debian-12-server.packages)" bookworm ROOT
 *   node scripts/persona-data/debian-12-server.ts ROOT KERNEL.deb [KERNEL.deb…]
 */
import { execFileSync } from 'node:child_process';
import { lstatSync, readFileSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';

interface Entry {
  readonly name: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  /** 0: made during the installation, so the persona's own date applies. */
  readonly mtime: number;
  readonly target: string;
  readonly children: Entry[];
}

/** What belongs to one run of debootstrap, not to a machine. */
const LEFT_OUT = [
  /^\/(?:proc|sys|dev|run|tmp)\/./,
  /^\/debootstrap/,
  /^\/\.dockerenv/,
  /^\/var\/cache\/apt\/(?:archives\/.+\.deb$|.*\.bin$)/,
  /^\/var\/lib\/apt\/lists\/./,
  /^\/var\/log\/bootstrap\.log$/,
  /^\/etc\/(?:machine-id|hostname|resolv\.conf|ssh\/ssh_host_.*)$/,
  /^\/usr\/bin\/policy-rc\.d$/,
];

/** Small files whose text is a fact of every Debian 12. */
const KEPT_TEXTS = [
  /^\/etc\/(?:debian_version|issue|issue\.net|shells|host\.conf|nsswitch\.conf|ld\.so\.conf|passwd|group|shadow|gshadow|networks|environment)$/,
  /^\/etc\/(?:rpc|protocols|services|crontab|subuid|subgid|timezone|hosts\.allow|hosts\.deny|adduser\.conf|pam\.conf|sudo\.conf|inputrc)$/,
  /^\/etc\/(?:ld\.so\.conf\.d|cron\.d|default|pam\.d|logrotate\.d|security|sudoers\.d|update-motd\.d|apt\/apt\.conf\.d)\/[^/]+$/,
  /^\/etc\/(?:sudoers|logrotate\.conf|rsyslog\.conf|nftables\.conf|locale\.gen|modules|fstab|profile|sysctl\.conf|ca-certificates\.conf)$/,
  /^\/etc\/ssh\/(?:sshd_config|ssh_config|moduli)$/,
  /^\/etc\/nginx\/(?:nginx\.conf|sites-available\/default|fastcgi_params|proxy_params)$/,
  /^\/usr\/lib\/os-release$/,
  /^\/usr\/lib\/systemd\/system\/(?:ssh|cron|rsyslog|nginx|dbus)\.service$/,
];
/** Whose comments we may ship. */
const WHOLE_TEXTS = [
  /^\/etc\/(?:ssh|nginx)\//,
  /^\/etc\/sudo/,
  /^\/usr\/lib\/systemd\/system\/nginx/,
  /^\/etc\/(?:services|protocols|rpc|networks|shells|locale\.gen|ca-certificates\.conf)$/,
];
const MAX_TEXT_BYTES = 3400;
/** Longer ones that are tables, not prose. */
const TABLES = new Set(['/etc/services', '/etc/ca-certificates.conf']);

const [root, ...kernels] = process.argv.slice(2);
if (root === undefined) throw new Error('usage: debian-12-server.ts ROOT [KERNEL.deb…]');
const rootFolder = root;
const out = join(import.meta.dirname, '../../content/personas/debian-12-server');
const installedSince = lstatSync(join(rootFolder, 'etc/passwd')).mtimeMs / 1000 - 3600;
const texts: Record<string, string> = {};

const tree = readEntry('', '');
const kernelFacts = kernels.map(addKernel);
writeFileSync(join(out, 'tree.tsv.br'), compress(flatten(tree)));
writeFileSync(join(out, 'texts.json.br'), compress(JSON.stringify(texts)));
writeFileSync(join(out, 'packages.tsv.br'), compress(packages()));
const version = readFileSync(join(rootFolder, 'etc/debian_version'), 'utf8').trim();
writeFileSync(
  join(out, 'installation.json'),
  `${JSON.stringify({ profile: 'debian-12-server', version, ssh: sshPackage(), kernels: kernelFacts }, null, 2)}\n`,
);

function readEntry(path: string, name: string): Entry {
  const real = join(rootFolder, path);
  const stat = lstatSync(real);
  const mtime = stat.mtimeMs / 1000 >= installedSince ? 0 : Math.floor(stat.mtimeMs / 1000);
  const entry: Entry = {
    name,
    mode: stat.mode,
    uid: stat.uid,
    gid: stat.gid,
    size: stat.isDirectory() ? Math.max(4096, stat.size) : stat.size,
    mtime,
    target: stat.isSymbolicLink() ? readlinkSync(real) : '',
    children: [],
  };
  if (stat.isDirectory()) {
    for (const child of readdirSync(real)) {
      const childPath = `${path}/${child}`;
      if (!LEFT_OUT.some((pattern) => pattern.test(childPath))) entry.children.push(readEntry(childPath, child));
    }
  } else if (
    stat.isFile() &&
    (stat.size <= MAX_TEXT_BYTES || TABLES.has(path)) &&
    KEPT_TEXTS.some((pattern) => pattern.test(path))
  ) {
    const bytes = readFileSync(real);
    if (!bytes.includes(0)) texts[path] = factsOnly(path, bytes.toString('utf8'));
  }
  return entry;
}

/**
 * Settings are facts and stay; comments are somebody's prose and stay only where their licence lets us ship them (OpenSSH, sudo and
 * nginx: BSD and ISC) or where they are a table themselves.
 */
function factsOnly(path: string, text: string): string {
  if (WHOLE_TEXTS.some((pattern) => pattern.test(path))) return text;
  return text
    .split('\n')
    .filter((line, at) => !line.startsWith('#') || (at === 0 && line.startsWith('#!')))
    .join('\n')
    .replace(/^\n+/, '')
    .replace(/\n{3,}/g, '\n\n');
}

/** Adds the paths of a kernel package; its build date is the date in `uname -v`. */
function addKernel(deb: string): { release: string; version: string; built: string } {
  const release = /linux-image-(.+?-amd64)/.exec(basename(deb))![1]!;
  const version = execFileSync('dpkg-deb', ['-f', deb, 'Version'], { encoding: 'utf8' }).trim();
  const listing = execFileSync('dpkg-deb', ['-c', deb], { encoding: 'utf8', maxBuffer: 64 << 20, env: { TZ: 'UTC' } });
  let built = '';
  for (const line of listing.split('\n')) {
    const match = /^(\S)(\S{9})\s+\S+\s+(\d+)\s+(\d{4}-\d\d-\d\d) (\d\d:\d\d)\s+\.(\/.*?)(?: -> (.*))?$/.exec(line);
    if (match === null) continue;
    const [, kind, , size, day, time, path] = match;
    built = day!;
    // Two kernels are installed at most; the modules of one are enough to be believed.
    if (kind === 'd' || (!path!.startsWith('/boot/') && kernels[0] !== deb)) continue;
    const mtime = Date.parse(`${day}T${time}:00Z`) / 1000;
    addFile(path!.replace(/^\/lib\//, '/usr/lib/'), Number(size), mtime);
  }
  return { release, version, built };
}

function addFile(path: string, size: number, mtime: number): void {
  const names = path.split('/').filter((name) => name !== '');
  let folder = tree;
  for (const name of names.slice(0, -1)) {
    let next = folder.children.find((child) => child.name === name);
    if (next === undefined) {
      next = { name, mode: 0o40755, uid: 0, gid: 0, size: 4096, mtime: 0, target: '', children: [] };
      folder.children.push(next);
    }
    folder = next;
  }
  const name = names.at(-1)!;
  if (folder.children.some((child) => child.name === name)) return;
  folder.children.push({ name, mode: 0o100644, uid: 0, gid: 0, size, mtime, target: '', children: [] });
}

/**
 * One line an entry, breadth first, so that the children of a folder follow each other: name, mode (octal), uid, gid, size (of a folder: number of
 * children), mtime (base 36), target of a link. A field equal to the line before is left empty.
 */
function flatten(top: Entry): string {
  const lines: string[] = [];
  const queue: Entry[] = [top];
  let last = ['', '', '', '', '', ''];
  for (let i = 0; i < queue.length; i++) {
    const entry = queue[i]!;
    entry.children.sort((a, b) => (a.name < b.name ? -1 : 1));
    queue.push(...entry.children);
    const isFolder = (entry.mode & 0o170000) === 0o040000;
    const fields = [
      entry.mode.toString(8),
      String(entry.uid),
      String(entry.gid),
      String(isFolder ? entry.children.length : entry.size),
      entry.mtime.toString(36),
      entry.target,
    ];
    lines.push([entry.name, ...fields.map((field, at) => (at < 5 && field === last[at] ? '' : field))].join('\t'));
    last = fields;
  }
  return lines.join('\n');
}

/** Name, version, architecture, section, installed size in KiB, synopsis. */
function packages(): string {
  const format =
    '${Package}\\t${Version}\\t${Architecture}\\t${Section}\\t${Installed-Size}\\t${Priority}\\t${binary:Synopsis}\\n';
  return execFileSync('dpkg-query', [`--admindir=${join(rootFolder, 'var/lib/dpkg')}`, '-W', `-f=${format}`], {
    encoding: 'utf8',
    maxBuffer: 16 << 20,
  });
}

function sshPackage(): string {
  return /^openssh-server\t(\S+)/m.exec(packages())![1]!;
}

function compress(text: string): Uint8Array {
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 22 };
  return brotliCompressSync(text, { params });
}
