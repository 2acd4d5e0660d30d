/** Users and what they may do, as `ACL SETUSER` rules say. Passwords are kept as their SHA-256, as redis does. */
import { createHash } from 'node:crypto';
import { CommandFailure } from './command-failure.ts';
import type { CommandSpec, CommandTable } from './command-table.ts';
import { globTest } from './glob.ts';

const MAX_USERS = 100;
const MAX_RULES = 200;

export interface AclUser {
  readonly name: string;
  enabled: boolean;
  noPassword: boolean;
  /** `sanitize-payload`, its contrary, or nothing where nobody said. */
  payload: string;
  readonly passwords: Set<string>;
  /** `+@all`, `-debug`, … in the order in which they came. */
  commands: string[];
  keys: string[];
  channels: string[];
}

export class AclUsers {
  readonly #table: CommandTable;
  readonly #users = new Map<string, AclUser>();

  constructor(table: CommandTable, password: string) {
    this.#table = table;
    const user = blankUser('default');
    this.#users.set('default', user);
    for (const rule of ['on', 'allkeys', 'allchannels', '+@all', password === '' ? 'nopass' : `>${password}`])
      this.apply(user, rule);
  }

  get default(): AclUser {
    return this.#users.get('default')!;
  }

  get names(): string[] {
    return [...this.#users.keys()].toSorted();
  }

  get(name: string): AclUser | undefined {
    return this.#users.get(name);
  }

  delete(name: string): boolean {
    return this.#users.delete(name);
  }

  /** Rules are applied all or none. */
  set(name: string, rules: readonly string[]): void {
    const known = this.#users.get(name);
    if (known === undefined && this.#users.size >= MAX_USERS)
      throw new CommandFailure("OOM command not allowed when used memory > 'maxmemory'.");
    const user =
      known === undefined
        ? blankUser(name)
        : {
            ...known,
            passwords: new Set(known.passwords),
            commands: [...known.commands],
            keys: [...known.keys],
            channels: [...known.channels],
          };
    for (const rule of rules) this.apply(user, rule);
    this.#users.set(name, user);
  }

  apply(user: AclUser, rule: string): void {
    const bad = (why: string): CommandFailure =>
      new CommandFailure(`ERR Error in ACL SETUSER modifier '${rule}': ${why}`);
    if (user.commands.length + user.keys.length + user.passwords.size > MAX_RULES) throw bad('Syntax error');
    const low = rule.toLowerCase();
    if (low === 'on' || low === 'off') user.enabled = low === 'on';
    else if (low === 'nopass') {
      user.noPassword = true;
      user.passwords.clear();
    } else if (low === 'resetpass') {
      user.noPassword = false;
      user.passwords.clear();
    } else if (low === 'allkeys' || rule === '~*') user.keys = ['~*'];
    else if (low === 'resetkeys') user.keys = [];
    else if (low === 'allchannels' || rule === '&*') user.channels = ['&*'];
    else if (low === 'resetchannels') user.channels = [];
    else if (low === 'allcommands' || low === '+@all') user.commands = ['+@all'];
    else if (low === 'nocommands' || low === '-@all') user.commands = ['-@all'];
    else if (low === 'reset')
      Object.assign(
        user,
        { ...blankUser(user.name), passwords: user.passwords },
        { passwords: new Set(), payload: 'sanitize-payload' },
      );
    else if (low === 'clearselectors') return;
    else if (low === 'sanitize-payload' || low === 'skip-sanitize-payload') user.payload = low;
    else if (rule[0] === '>' || rule[0] === '#') {
      if (rule[0] === '#' && !/^#[0-9a-f]{64}$/.test(rule))
        throw bad('The password hash must be exactly 64 characters and contain only lowercase hexadecimal characters');
      user.passwords.add(rule[0] === '>' ? hash(rule.slice(1)) : rule.slice(1));
      user.noPassword = false;
    } else if (rule[0] === '<' || rule[0] === '!') {
      if (!user.passwords.delete(rule[0] === '<' ? hash(rule.slice(1)) : rule.slice(1)))
        throw bad('The password you are trying to remove from the user does not exist');
    } else if (rule[0] === '~' || /^%(?:R|W|RW|WR)~/i.test(rule)) user.keys.push(rule);
    else if (rule[0] === '&') user.channels.push(rule);
    else if (/^[+-]@/.test(rule)) {
      if (!this.#table.categories.has(low.slice(2))) throw bad('Unknown command or category name in ACL');
      user.commands.push(low);
    } else if (/^[+-]./.test(rule)) {
      const [name, sub] = low.slice(1).split('|');
      const spec = this.#table.commands.get(name!);
      if (spec === undefined || (sub !== undefined && !spec.subcommands.has(sub)))
        throw bad('Unknown command or category name in ACL');
      user.commands.push(low);
    } else throw bad('Syntax error');
  }

  /** In whose place this name and password put a client. */
  authenticate(name: string, password: string): AclUser | undefined {
    const user = this.#users.get(name);
    if (user?.enabled !== true) return undefined;
    return user.noPassword || user.passwords.has(hash(password)) ? user : undefined;
  }
}

export function mayRun(user: AclUser, spec: CommandSpec): boolean {
  let may = false;
  if (user.commands.length === 1 && user.commands[0] === '+@all') return true;
  const container = spec.name.split('|')[0]!;
  for (const rule of user.commands) {
    const name = rule.slice(1);
    if (name === '@all' || name === container || name === spec.name || (name[0] === '@' && spec.categories.has(name)))
      may = rule[0] === '+';
  }
  return may;
}

export function mayUse(user: AclUser, key: string): boolean {
  return user.keys.some((rule) => rule === '~*' || globTest(rule.replace(/^(?:%[RWrw]+)?~/, ''))(key));
}

export function describeUser(user: AclUser): string {
  const parts = [`user ${user.name}`, user.enabled ? 'on' : 'off'];
  if (user.noPassword) parts.push('nopass');
  if (user.payload !== '') parts.push(user.payload);
  for (const password of user.passwords) parts.push(`#${password}`);
  parts.push(...user.keys, ...(user.channels.length === 0 ? ['resetchannels'] : user.channels), commandRules(user));
  return parts.join(' ');
}

export function commandRules(user: AclUser): string {
  const [first] = user.commands;
  const rules = first === '+@all' || first === '-@all' ? user.commands : ['-@all', ...user.commands];
  return rules.join(' ');
}

function blankUser(name: string): AclUser {
  return {
    name,
    enabled: false,
    noPassword: false,
    payload: '',
    passwords: new Set(),
    commands: ['-@all'],
    keys: [],
    channels: [],
  };
}

function hash(password: string): string {
  return createHash('sha256').update(Buffer.from(password, 'latin1')).digest('hex');
}
