/**
 * The files under `/etc`, `/root` and `/home` that differ from machine to machine, and those that every Debian has with its facts filled in. The
 * password hashes are random bytes in the right form: nobody can crack what is not a hash.
 */
import type { Persona } from '../../persona/persona.types.ts';
import type { InstallationData } from '../../persona/installation-data.ts';
import { SeededRandom } from '../../persona/seeded-random.ts';
import { distributionFiles } from './distribution-files.ts';
import type { GeneratedFile } from './generated-file.ts';

const DAY_MS = 86_400_000;
const SALT = './ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

export function etcFiles(persona: Persona, data: InstallationData): GeneratedFile[] {
  const random = new SeededRandom(persona.derive('etc', 16), 'etc');
  const people = persona.users.filter((user) => user.uid >= 1000 && user.uid < 60_000);
  const isRedHat = data.facts.packageManager === 'dnf';
  const { version, prettyName } = persona.os;
  const texts = [...data.texts]
    .filter(([path]) => path !== '/etc/motd')
    .map(([path, text]): [string, string] => [
      path,
      text.replaceAll('{version}', version).replaceAll('{prettyName}', prettyName),
    ]);
  const files: GeneratedFile[] = texts.map(([path, text]) => ({ path, text }));
  const add = (path: string, text: string, mode = 0o644, gid = 0): void => {
    files.push({ path, text, mode: 0o100000 | mode, gid });
  };
  const uuid = (): string => `${random.hex(8)}-${random.hex(4)}-4${random.hex(3)}-a${random.hex(3)}-${random.hex(12)}`;
  const { hostname, network } = persona;
  const root = uuid();
  const swap = uuid();
  const passwd = persona.users
    .map((user) => `${user.name}:x:${user.uid}:${user.gid}:${user.gecos}:${user.home}:${user.shell}\n`)
    .join('');
  add('/etc/passwd', passwd);
  add('/etc/passwd-', passwd);
  const shadow = persona.users
    .map(
      (user) =>
        `${user.name}:${user.login ? hash(random) : '*'}:${Math.floor(persona.installedAt / DAY_MS)}:0:99999:7:::\n`,
    )
    .join('');
  add('/etc/shadow', shadow, 0o640, 42);
  add('/etc/shadow-', shadow, 0o640, 42);
  const group =
    (data.texts.get('/etc/group') ?? '').replace(
      isRedHat ? /^(wheel):x:(\d+):$/gm : /^(sudo|adm|cdrom|plugdev|netdev|users|lxd):x:(\d+):$/gm,
      (_, name, gid) => `${name}:x:${gid}:${people[0]?.name ?? ''}`,
    ) + people.map((user) => `${user.name}:x:${user.gid}:\n`).join('');
  add('/etc/group', group);
  add('/etc/group-', group);
  add('/etc/gshadow', group.replace(/^([^:]+):x:\d+:(.*)$/gm, '$1:*::$2'), 0o640, 42);
  add('/etc/subuid', people.map((user, at) => `${user.name}:${100_000 + at * 65_536}:65536\n`).join(''));
  add('/etc/subgid', people.map((user, at) => `${user.name}:${100_000 + at * 65_536}:65536\n`).join(''));
  add('/etc/hostname', `${hostname}\n`);
  if (!isRedHat) add('/etc/mailname', `${hostname}\n`);
  add(
    '/etc/hosts',
    `127.0.0.1\tlocalhost\n127.0.1.1\t${hostname}\n\n# The following lines are desirable for IPv6 capable hosts\n::1     localhost ip6-localhost ip6-loopback\nff02::1 ip6-allnodes\nff02::2 ip6-allrouters\n`,
  );
  add('/etc/machine-id', `${random.hex(32)}\n`, 0o444);
  add('/etc/resolv.conf', network.dns.map((server) => `nameserver ${server}\n`).join(''));
  if (!isRedHat) add('/etc/timezone', `${persona.timeZone}\n`);
  add(
    '/etc/fstab',
    `# /etc/fstab: static file system information.\n#\n# <file system> <mount point>   <type>  <options>       <dump>  <pass>\nUUID=${root} /               ext4    errors=remount-ro 0       1\nUUID=${swap} none            swap    sw              0       0\n`,
  );
  for (const [path, text] of distributionFiles(persona, data)) add(path, text);
  add(
    '/etc/ssh/sshd_config',
    (data.texts.get('/etc/ssh/sshd_config') ?? '').replace('#PermitRootLogin prohibit-password', 'PermitRootLogin yes'),
  );
  add('/etc/sudoers', data.texts.get('/etc/sudoers') ?? '', 0o440);
  add('/var/lib/dbus/machine-id', '');
  const homes = [
    { name: 'root', home: '/root', uid: 0, gid: 0 },
    ...people,
    { name: 'skel', home: '/etc/skel', uid: 0, gid: 0 },
  ];
  for (const { home, uid, gid, name } of homes) {
    const own = (path: string, text: string, mode = 0o644): void => {
      files.push({ path: `${home}/${path}`, text, mode: 0o100000 | mode, uid, gid });
    };
    own('.bashrc', uid === 0 && name === 'root' ? ROOT_BASHRC : USER_BASHRC);
    own('.profile', PROFILE);
    if (name !== 'root') own('.bash_logout', BASH_LOGOUT);
  }
  return files;
}

function hash(random: SeededRandom): string {
  return `$y$j9T$${random.letters(22, SALT)}$${random.letters(43, SALT)}`;
}

const PROFILE = `# ~/.profile: executed by the login shell.\n\nif [ "$BASH" ]; then\n  if [ -f ~/.bashrc ]; then\n    . ~/.bashrc\n  fi\nfi\n\nmesg n 2> /dev/null || true\n`;
const ROOT_BASHRC = `# ~/.bashrc: executed by bash(1) for non-login shells.\n\n# export LS_OPTIONS='--color=auto'\n# alias ls='ls $LS_OPTIONS'\n# alias ll='ls $LS_OPTIONS -l'\n#\n# alias rm='rm -i'\n# alias cp='cp -i'\n# alias mv='mv -i'\n`;
const USER_BASHRC = `# ~/.bashrc: executed by bash(1) for non-login shells.\n\ncase $- in\n    *i*) ;;\n      *) return;;\nesac\n\nHISTCONTROL=ignoreboth\nHISTSIZE=1000\nHISTFILESIZE=2000\n\nalias ls='ls --color=auto'\n\nif [ -f ~/.bash_aliases ]; then\n    . ~/.bash_aliases\nfi\n`;
const BASH_LOGOUT = `# ~/.bash_logout: executed by bash(1) when login shell exits.\n\nif [ "$SHLVL" = 1 ]; then\n    [ -x /usr/bin/clear_console ] && /usr/bin/clear_console -q\nfi\n`;
