/** What a login on Debian shows and sets: the message of the day, the last login, and the environment that sshd and PAM give. */
import { ashGreeting } from './ash-greeting.ts';
import { importEnvironment } from './run/programs.ts';
import type { ShellState } from './run/shell-state.ts';
import type { LateVariables, Variables } from './run/variables.ts';
import type { Machine, MachineUser, ShellOptions } from './shell.types.ts';

const ROOT = { uid: 0, gid: 0, groups: [0] };
const logins = new WeakMap<object, Map<string, { at: number; from: string; tty: string }>>();

/** `tty` as `ps` names it. */
export function loginEnvironment(user: MachineUser, options: ShellOptions, tty: string): Map<string, string> {
  if (options.by === 'telnet') return consoleEnvironment(user, options);
  const { client, server } = options;
  const env = new Map<string, string>();
  env.set('SHELL', user.shell);
  env.set('LANG', 'C.UTF-8');
  env.set('PWD', user.home);
  env.set('LOGNAME', user.name);
  env.set('HOME', user.home);
  env.set('SSH_CONNECTION', `${client.ip} ${client.port} ${server.ip} ${server.port}`);
  if (options.terminal !== undefined) env.set('TERM', terminalName(options));
  env.set('USER', user.name);
  env.set('SHLVL', '0');
  env.set('SSH_CLIENT', `${client.ip} ${client.port} ${server.port}`);
  env.set(
    'PATH',
    user.uid === 0 && options.command === undefined
      ? '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
      : user.uid === 0
        ? '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
        : '/usr/local/bin:/usr/bin:/bin:/usr/games',
  );
  env.set('MAIL', `/var/mail/${user.name}`);
  if (options.terminal !== undefined) env.set('SSH_TTY', `/dev/${tty}`);
  let size = 0;
  for (const [name, value] of Object.entries(options.environment)) {
    size += name.length + value.length;
    if (size > 16_384 || !/^(?:LANG|LC_\w{1,32}|TERM|COLORTERM)$/.test(name)) continue;
    env.set(name, value.slice(0, 1024));
  }
  return env;
}

/** As `login -p -h CLIENT` leaves it. */
function consoleEnvironment(user: MachineUser, options: ShellOptions): Map<string, string> {
  const display = options.environment['DISPLAY'];
  return new Map([
    ['SHELL', user.shell],
    ['PWD', user.home],
    ['LOGNAME', user.name],
    ['MOTD_SHOWN', 'pam'],
    ['HOME', user.home],
    ['TERM', terminalName(options)],
    ['USER', user.name],
    ...(display === undefined ? [] : [['DISPLAY', display.slice(0, 256)] as const]),
    ['SHLVL', '0'],
    ['HUSHLOGIN', 'FALSE'],
    [
      'PATH',
      user.uid === 0
        ? '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
        : '/usr/local/bin:/usr/bin:/bin:/usr/local/games:/usr/games',
    ],
    ['MAIL', `/var/mail/${user.name}`],
    ['REMOTEHOST', plainAddress(options.client.ip)],
  ]);
}

function terminalName({ terminal }: ShellOptions): string {
  return terminal?.type.slice(0, 64).replace(/[^\w.+-]/g, '') || 'dumb';
}

/** IPv4 addresses in IPv6's clothes as what they are. */
function plainAddress(ip: string): string {
  return ip.replace(/^::ffff:(?=\d+\.)/i, '');
}

/** The greeting of a terminal login; remembers this login for the next. */
export function greeting(machine: Machine, user: MachineUser, options: ShellOptions, tty: string, now: number): string {
  if (machine.persona.software.busybox?.banner !== undefined) return ashGreeting(machine.persona);
  const from = plainAddress(options.client.ip);
  const known = logins.get(machine) ?? new Map<string, { at: number; from: string; tty: string }>();
  logins.set(machine, known);
  const { persona } = machine;
  const bytes = persona.derive(`last login ${user.name}`, 4);
  const last = known.get(user.name) ?? {
    at: persona.bootedAt(now) + (now - persona.bootedAt(now)) * (0.5 + bytes[0]! / 600),
    from: persona.network.gateway,
    tty: 'pts/0',
  };
  if (known.size < 64) known.set(user.name, { at: now, from, tty });
  if (machine.fs.stat(`${user.home}/.hushlogin`, ROOT).ok) return '';
  const motd = machine.fs.read('/etc/motd', ROOT, 0, 16_384);
  const { os } = persona;
  // A script of Debian's prints it; no other system's does.
  const uname =
    os.id !== 'debian' ? '' : `Linux ${persona.hostname} ${os.kernelRelease} ${os.kernelVersion} ${os.machine}\n`;
  const when = loginTime(last.at);
  // By sshd's own words, or pam_lastlog's.
  const before =
    options.by === 'telnet'
      ? `${when.slice(0, -4)}UTC ${when.slice(-4)} from ${last.from} on ${last.tty}`
      : `${when} from ${last.from}`;
  return `${uname}${motd.ok ? new TextDecoder().decode(motd.value) : ''}Last login: ${before}\n`;
}

function loginTime(at: number): string {
  const text = new Date(at).toUTCString();
  return `${text.slice(0, 3)} ${text.slice(8, 11)} ${text.slice(5, 7).replace(/^0/, ' ')} ${text.slice(17, 25)} ${text.slice(12, 16)}`;
}

/** The variables of a login at a terminal, while it is at its first prompt. */
export class LoginVariables implements LateVariables {
  readonly #shell: ShellState;
  readonly #options: ShellOptions;
  readonly #tty: string;

  constructor(shell: ShellState, options: ShellOptions, tty: string) {
    this.#shell = shell;
    this.#options = options;
    this.#tty = tty;
  }

  knows(name: string): boolean {
    return name === 'PS1' || name === 'PROMPT_COMMAND' || name === 'HOME';
  }

  text(name: string): string | undefined {
    const { user, kind } = this.#shell;
    if (name === 'HOME') return user.home;
    return name === 'PS1' ? firstPrompt(user, kind) : undefined;
  }

  setAll(vars: Variables): void {
    const { user, kind, session } = this.#shell;
    importEnvironment(this.#shell, loginEnvironment(user, this.#options, this.#tty));
    setTerminalVariables(vars, user, kind, session.terminal!);
  }
}

function firstPrompt(user: MachineUser, kind: 'bash' | 'dash'): string {
  if (kind === 'bash') return '\\u@\\h:\\w\\$ ';
  return user.uid === 0 ? '# ' : '$ ';
}

/** What an interactive shell finds set beside its environment. */
function setTerminalVariables(
  vars: Variables,
  user: MachineUser,
  kind: 'bash' | 'dash',
  terminal: { readonly columns: number; readonly rows: number },
): void {
  vars.set('PS1', firstPrompt(user, kind));
  vars.set('PS2', '> ');
  vars.set('HISTFILE', `${user.home}/.bash_history`);
  vars.set('HISTSIZE', user.uid === 0 ? '500' : '1000');
  vars.set('HISTFILESIZE', user.uid === 0 ? '500' : '2000');
  vars.set('COLUMNS', String(terminal.columns));
  vars.set('LINES', String(terminal.rows));
}
