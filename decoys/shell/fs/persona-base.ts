/**
 * A persona's installed file system: the profile's tree with this machine's own files, users, devices and processes in it, and the maker of their
 * contents. Built once for each persona, shared by all its attackers.
 */
import { foreignPaths, serviceFiles } from './service-files.ts';
import { webRootFiles } from './web-root-files.ts';
import { honeytokenFiles } from '../../honeytoken/honeytoken-files.ts';
import type { Persona } from '../../persona/persona.types.ts';
import { loadInstallation, type InstallationData } from '../../persona/installation-data.ts';
import {
  BaseTree,
  TYPE_BLOCK,
  TYPE_CHAR,
  TYPE_FOLDER,
  TYPE_LINK,
  addEntry,
  removeEntry,
  parseTree,
  type SeedEntry,
} from './base-tree.ts';
import { installedContent } from './binary-content.ts';
import { busyboxFiles, busyboxTree } from './busybox-tree.ts';
import { etcFiles } from './etc-files.ts';
import type { GeneratedFile } from './generated-file.ts';
import { homeFiles } from './home-files.ts';
import { logFiles } from './log-files.ts';
import { packageStatus } from './package-status.ts';
import { procFiles, rootDisk, selfPid } from './proc-files.ts';
import { systemProcesses } from './system-processes.ts';

export interface PersonaBase {
  readonly tree: BaseTree;
  content(entry: number, now: number): Uint8Array;
}

const built = new WeakMap<Persona, PersonaBase>();

export function personaBase(persona: Persona, now: number): PersonaBase {
  let base = built.get(persona);
  if (base === undefined) {
    base = build(persona, now);
    built.set(persona, base);
  }
  return base;
}

function build(persona: Persona, now: number): PersonaBase {
  const generators = new Map<string, GeneratedFile['text']>();
  const tree = new BaseTree(seedTree(persona, now, generators));
  return {
    tree,
    content(entry, at) {
      const path = tree.pathOf(entry);
      const text = generators.get(path);
      if (text === undefined) return installedContent(path, tree.modes[entry]!, tree.sizes[entry]!, persona.os.machine);
      if (typeof text === 'string') return new TextEncoder().encode(text);
      return typeof text === 'function' ? new TextEncoder().encode(text(at)) : text;
    },
  };
}

/** The tree as it is put together: ten times what it becomes, so nothing that stays may hold it. Fills in what makes the contents. */
function seedTree(persona: Persona, now: number, generators: Map<string, GeneratedFile['text']>): SeedEntry {
  const data = loadInstallation(
    persona.files === 'none' || persona.files === 'busybox' ? 'debian-12-server' : persona.files,
  );
  const installed = Math.floor(persona.installedAt / 1000);
  const booted = Math.floor(persona.bootedAt(now) / 1000);
  if (persona.files === 'busybox') return applianceTree(persona, booted, generators);
  const root = parseTree(data.tree(), installed);
  for (const path of data.removed) removeEntry(root, path);
  const folder = (path: string, mode = 0o755, fields: { uid?: number; gid?: number; mtime?: number } = {}): void => {
    addEntry(root, path, TYPE_FOLDER | mode, { mtime: installed, ...fields });
  };
  const link = (path: string, target: string, mtime = installed): void => {
    addEntry(root, path, TYPE_LINK | 0o777, { target, mtime });
  };
  for (const path of ['/lost+found', '/var/www', '/media/cdrom', '/var/spool/cron/crontabs', '/var/lib/dhcp'])
    folder(path);
  folder('/root/.ssh', 0o700);
  folder('/lost+found', 0o700);
  folder('/var/spool/cron/crontabs', 0o1730, { gid: 101 });
  if (data.facts.packageManager === 'apt') {
    const folder = persona.os.id === 'ubuntu' ? '/boot' : '';
    const place = folder === '' ? 'boot/' : '';
    link(`${folder}/vmlinuz`, `${place}vmlinuz-${persona.os.kernelRelease}`);
    link(`${folder}/initrd.img`, `${place}initrd.img-${persona.os.kernelRelease}`);
  } else {
    for (const name of ['dnf', 'yum', 'rpm', 'dnf-3']) addEntry(root, `/usr/bin/${name}`, 0o100755, { size: 20_480 });
    for (const name of ['redhat-release', 'system-release']) link(`/etc/${name}`, 'rocky-release');
  }
  addKernels(root, persona, data, installed);
  addDevices(root, persona, booted);
  addRuntime(root, persona, booted);
  addFiles(root, generators, booted, installed, data.texts, [
    ...etcFiles(persona, data),
    ...homeFiles(persona, data),
    ...packageStatus(persona, data),
    ...logFiles(persona, data, now),
    ...procFiles(persona),
    ...serviceFiles(persona, data.facts.packageManager === 'dnf'),
    ...webRootFiles(persona),
    ...honeytokenFiles(persona),
  ]);
  for (const path of foreignPaths(persona)) removeEntry(root, path);
  for (const user of persona.users) {
    if (user.uid < 1000 || user.uid > 60_000) continue;
    folder(user.home, 0o700, { uid: user.uid, gid: user.gid, mtime: installed + 3600 });
  }
  addEntry(root, '/etc/mtab', TYPE_LINK | 0o777, { target: '../proc/self/mounts' });
  addEntry(root, '/etc/localtime', TYPE_LINK | 0o777, { target: `/usr/share/zoneinfo/${persona.timeZone}` });
  return root;
}

function applianceTree(persona: Persona, booted: number, generators: Map<string, GeneratedFile['text']>): SeedEntry {
  const root = busyboxTree(persona, booted);
  addFiles(root, generators, booted, root.mtime, new Map(), busyboxFiles(persona));
  return root;
}

/** Puts files into the tree, and what makes their contents into `generators`. `dated`: those whose date the tree has. */
function addFiles(
  root: SeedEntry,
  generators: Map<string, GeneratedFile['text']>,
  booted: number,
  installed: number,
  dated: ReadonlyMap<string, string>,
  files: readonly GeneratedFile[],
): void {
  for (const file of files) {
    const size =
      file.size ??
      (typeof file.text === 'string'
        ? Buffer.byteLength(file.text)
        : typeof file.text === 'function'
          ? 0
          : file.text.length);
    const mtime = file.mtime === 0 ? booted : (file.mtime ?? (dated.has(file.path) ? undefined : installed + 3600));
    addEntry(root, file.path, file.mode ?? 0o100644, {
      size,
      ...(file.uid === undefined ? {} : { uid: file.uid }),
      ...(file.gid === undefined ? {} : { gid: file.gid }),
      ...(mtime === undefined ? {} : { mtime }),
    });
    generators.set(file.path, file.text);
  }
}

/** The kernels of the tree, or that of the persona where the tree has none of its system's. */
function addKernels(root: SeedEntry, { os }: Persona, { facts }: InstallationData, installed: number): void {
  for (const kernel of facts.kernels) {
    addEntry(root, `/boot/initrd.img-${kernel.release}`, 0o100644, {
      size: 39_000_000 + (installed % 900_000),
      mtime: Math.floor(Date.parse(kernel.built) / 1000) + 200_000,
    });
  }
  if (facts.kernels.length > 0) return;
  const mtime = installed + 1800;
  const initrd =
    facts.packageManager === 'apt' ? `initrd.img-${os.kernelRelease}` : `initramfs-${os.kernelRelease}.img`;
  for (const [name, size, mode] of [
    [`vmlinuz-${os.kernelRelease}`, 11_600_000, 0o600],
    [initrd, 61_000_000 + (installed % 900_000), 0o600],
    [`System.map-${os.kernelRelease}`, 6_250_000, 0o600],
    [`config-${os.kernelRelease}`, 262_000, 0o644],
  ] as const)
    addEntry(root, `/boot/${name}`, 0o100000 | mode, { size, mtime });
  addEntry(root, '/boot/grub', TYPE_FOLDER | 0o755, { mtime });
  for (const name of ['kernel', 'kernel/drivers', 'kernel/fs', 'kernel/net'])
    addEntry(root, `/usr/lib/modules/${os.kernelRelease}/${name}`, TYPE_FOLDER | 0o755, { mtime });
  for (const name of ['modules.dep', 'modules.alias', 'modules.builtin'])
    addEntry(root, `/usr/lib/modules/${os.kernelRelease}/${name}`, 0o100644, { size: 240_000, mtime });
}

function addDevices(root: SeedEntry, persona: Persona, booted: number): void {
  const device = (name: string, mode: number, gid = 0): void => {
    addEntry(root, `/dev/${name}`, mode, { gid, mtime: booted });
  };
  for (const name of ['null', 'zero', 'full', 'random', 'urandom']) device(name, TYPE_CHAR | 0o666);
  for (const name of ['tty', 'ptmx']) device(name, TYPE_CHAR | 0o666, 5);
  device('console', TYPE_CHAR | 0o600, 5);
  for (let i = 0; i < 8; i++) device(`tty${i}`, TYPE_CHAR | 0o620, 5);
  for (const name of ['kmsg', 'rtc0', 'snapshot', 'cpu_dma_latency', 'hpet']) device(name, TYPE_CHAR | 0o600);
  device('mem', TYPE_CHAR | 0o640, 15);
  device('port', TYPE_CHAR | 0o640, 15);
  const disk = rootDisk(persona);
  for (const name of [disk, `${disk}1`, `${disk}2`]) device(name, TYPE_BLOCK | 0o660, 6);
  for (let i = 0; i < 4; i++) device(`loop${i}`, TYPE_BLOCK | 0o660, 6);
  for (const name of ['fd', 'stdin', 'stdout', 'stderr']) {
    const target = name === 'fd' ? '/proc/self/fd' : `/proc/self/fd/${['stdin', 'stdout', 'stderr'].indexOf(name)}`;
    addEntry(root, `/dev/${name}`, TYPE_LINK | 0o777, { target, mtime: booted });
  }
  addEntry(root, '/dev/shm', TYPE_FOLDER | 0o1777, { mtime: booted });
  addEntry(root, '/dev/pts', TYPE_FOLDER | 0o755, { mtime: booted });
  for (const name of ['pts/0', 'pts/ptmx']) device(name, TYPE_CHAR | 0o620, 5);
  for (const name of ['mqueue', 'net', 'input', 'disk', 'mapper', 'block', 'char'])
    addEntry(root, `/dev/${name}`, TYPE_FOLDER | 0o755, { mtime: booted });
}

function addRuntime(root: SeedEntry, persona: Persona, booted: number): void {
  for (const path of [
    '/run/lock',
    '/run/systemd',
    '/run/sshd',
    '/run/user/0',
    '/run/udev',
    '/run/dbus',
    '/run/log',
    '/run/network',
    '/run/sudo',
  ])
    addEntry(root, path, TYPE_FOLDER | (path === '/run/lock' ? 0o1777 : 0o755), { mtime: booted });
  for (const [name, text] of [
    ['sshd.pid', ''],
    ['crond.pid', ''],
    ...(persona.software.nginx === undefined ? [] : [['nginx.pid', ''] as const]),
    ['utmp', ''],
  ] as const)
    addEntry(root, `/run/${name}`, 0o100644, { size: text.length, mtime: booted });
  addEntry(root, '/run/initctl', TYPE_LINK | 0o777, { target: '/run/systemd/initctl/fifo', mtime: booted });
  addEntry(root, '/var/run', TYPE_LINK | 0o777, { target: '/run' });
  addEntry(root, '/var/lock', TYPE_LINK | 0o777, { target: '/run/lock' });
  addEntry(root, '/proc', TYPE_FOLDER | 0o555, { mtime: booted });
  addEntry(root, '/sys', TYPE_FOLDER | 0o555, { mtime: booted });
  addEntry(root, '/proc/self', TYPE_LINK | 0o777, { target: String(selfPid(persona)), mtime: booted });
  const processes = [...systemProcesses(persona), { pid: selfPid(persona), uid: 0, executable: '/usr/bin/bash' }];
  for (const process of processes) {
    const folder = `/proc/${process.pid}`;
    const owner = { uid: process.uid, gid: process.uid, mtime: booted };
    addEntry(root, folder, TYPE_FOLDER | 0o555, owner);
    addEntry(root, `${folder}/cwd`, TYPE_LINK | 0o777, { target: '/', ...owner });
    addEntry(root, `${folder}/root`, TYPE_LINK | 0o777, { target: '/', ...owner });
    addEntry(root, `${folder}/fd`, TYPE_FOLDER | 0o500, owner);
    if (process.executable === '') continue;
    addEntry(root, `${folder}/exe`, TYPE_LINK | 0o777, { target: process.executable, ...owner });
    for (const fd of ['0', '1', '2'])
      addEntry(root, `${folder}/fd/${fd}`, TYPE_LINK | 0o700, {
        target: process.executable.endsWith('bash') ? '/dev/pts/0' : '/dev/null',
        ...owner,
      });
  }
}
