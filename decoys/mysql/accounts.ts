/** CREATE USER, GRANT and their like, over the attacker's own `mysql.global_priv` and `mysql.user`. */
import { createHash } from 'node:crypto';
import type { Table } from '../sql/relation.ts';
import type { Row, Value } from '../sql/values.ts';
import { fault } from './mysql-faults.ts';
import type { Account } from './mysql-server.ts';
import type { MysqlSession } from './mysql-session.ts';
import type { MysqlWorld } from './mysql-world.ts';
import { textOf } from './mysql-values.ts';

const ACCOUNT = String.raw`['"\`]?([\w.%$-]*)['"\`]?(?:\s*@\s*['"\`]?([\w.%:/-]*)['"\`]?)?`;
const ALL_BITS = '18446744073709551615';

/** As the tables of the attacker's copy have them. */
export function accountsOf(world: MysqlWorld): readonly Account[] {
  const table = world.store.table('mysql', 'user');
  if (table === undefined) return [];
  const at = (name: string): number => table.columns.findIndex((column) => column.name === name);
  const [host, user, hash] = [at('Host'), at('User'), at('authentication_string')];
  return world.store
    .rows(table)
    .map((row) => ({ user: textOf(row[user]!), host: textOf(row[host]!), hash: textOf(row[hash]!) }));
}

/** Whether the response proves that the client knows the password behind a stored hash. */
export function provesHash(scramble: Uint8Array, response: Uint8Array, hash: string): boolean {
  const stored = /^\*([0-9A-F]{40})$/.exec(hash);
  if (stored === null || response.length !== 20) return false;
  const stage2 = Buffer.from(stored[1]!, 'hex');
  const mask = createHash('sha1').update(scramble).update(stage2).digest();
  const stage1 = Buffer.from(response.map((byte, i) => byte ^ mask[i]!));
  return createHash('sha1').update(stage1).digest().equals(stage2);
}

export function hashOf(password: string): string {
  if (password === '') return '';
  const stage1 = createHash('sha1').update(password).digest();
  return `*${createHash('sha1').update(stage1).digest('hex').toUpperCase()}`;
}

export function createUsers(session: MysqlSession, statement: string): void {
  session.watch.move('account', statement);
  const optional = /if\s+not\s+exists/i.test(statement);
  const list = statement.replace(/^create\s+(?:or\s+replace\s+)?user\s+(?:if\s+not\s+exists\s+)?/i, '');
  for (const each of eachAccount(list)) {
    const known = accountsOf(session.world).some(({ user, host }) => user === each.user && host === each.host);
    if (known && !optional && !/or\s+replace/i.test(statement)) throw failed('CREATE USER', each);
    if (!known) addAccount(session, each);
  }
}

export function dropUsers(session: MysqlSession, names: readonly (readonly string[])[], optional: boolean): void {
  for (const [name = '', at = '@%'] of names) {
    const account = { user: name, host: at.replace(/^@/, '') };
    session.watch.move('privileges', `DROP USER ${name}@${account.host}`);
    if (!removeAccount(session, account) && !optional) throw failed('DROP USER', account);
  }
}

/** ALTER USER and SET PASSWORD. */
export function changePassword(session: MysqlSession, statement: string): void {
  session.watch.move('privileges', statement);
  const target = new RegExp(
    String.raw`^(?:alter\s+user\s+(?:if\s+exists\s+)?|set\s+password\s+for\s+)${ACCOUNT}`,
    'i',
  ).exec(statement);
  const account = {
    user: target?.[1] ?? session.user,
    host: target === null ? session.accountHost : (target[2] ?? '%'),
  };
  const hash = passwordIn(statement.replace(/^set\s+password\s+(?:for\s+\S+\s+)?=\s*/i, 'identified by '));
  if (!accountsOf(session.world).some(({ user, host }) => user === account.user && host === account.host)) {
    if (/^set/i.test(statement)) throw fault(1133, '28000', "Can't find any matching row in the user table");
    throw failed('ALTER USER', account);
  }
  if (hash !== undefined) setHash(session, account, hash);
}

export function grant(session: MysqlSession, statement: string): void {
  session.watch.move('privileges', statement);
  const said = new RegExp(String.raw`^grant\s+(.+?)\s+on\s+(?:table\s+)?(\S+)\s+to\s+(.+)$`, 'is').exec(statement);
  if (said === null) return;
  const [, rights, place, list] = said;
  for (const each of eachAccount(list!)) {
    const known = accountsOf(session.world).find(({ user, host }) => user === each.user && host === each.host);
    if (known === undefined) {
      // With a password GRANT makes the account, but for the mode that forbids it.
      if (each.hash === '') throw fault(1133, '28000', "Can't find any matching row in the user table");
      addAccount(session, each);
    }
    const everything = place!.replaceAll('`', '') === '*.*' && /^all/i.test(rights!);
    if (everything) setPrivileges(session, each);
    const key = `${each.user}@${each.host}`;
    const option = /with\s+grant\s+option/i.test(list!) ? ' WITH GRANT OPTION' : '';
    const line = `GRANT ${shownRights(rights!)} ON ${shownPlace(place!, session)} TO \`${each.user}\`@\`${each.host}\`${option}`;
    session.world.setGrants(key, [...(session.world.grantsOf(key) ?? []).filter((other) => other !== line), line]);
  }
}

export function revoke(session: MysqlSession, statement: string): void {
  session.watch.move('privileges', statement);
  const said = /^revoke\s+(.+?)(?:\s+on\s+(?:table\s+)?(\S+))?\s+from\s+(.+)$/is.exec(statement);
  if (said === null) return;
  for (const { user, host } of eachAccount(said[3]!)) {
    const key = `${user}@${host}`;
    const lines = session.world.grantsOf(key);
    if (lines === undefined && said[2] !== undefined)
      throw fault(1141, '42000', `There is no such grant defined for user '${user}' on host '${host}'`);
    const place = said[2] === undefined ? undefined : ` ON ${shownPlace(said[2], session)} `;
    session.world.setGrants(
      key,
      (lines ?? []).filter((line) => place !== undefined && !line.includes(place)),
    );
  }
}

/** The lines of SHOW GRANTS; undefined where there is no such account. */
export function grantLines(session: MysqlSession, user: string, host: string): string[] | undefined {
  const account = accountsOf(session.world).find((known) => known.user === user && known.host === host);
  if (account === undefined) return undefined;
  const who = `\`${user}\`@\`${host}\``;
  const secret = session.server.isMaria && account.hash !== '' ? ` IDENTIFIED BY PASSWORD '${account.hash}'` : '';
  const own = session.world.grantsOf(`${user}@${host}`);
  const global = own?.find((line) => line.includes(' ON *.* '));
  if (user === 'root' || global !== undefined) {
    const all = global === undefined || global.startsWith('GRANT ALL');
    const lines = [
      `GRANT ${all ? 'ALL PRIVILEGES' : global.slice(6, global.indexOf(' ON '))} ON *.* TO ${who}${secret}${global === undefined || global.endsWith('OPTION') ? ' WITH GRANT OPTION' : ''}`,
      ...(own ?? []).filter((line) => line !== global),
    ];
    if (user === 'root' && host === 'localhost') lines.push(`GRANT PROXY ON \`\`@\`%\` TO ${who} WITH GRANT OPTION`);
    return lines;
  }
  const usage = `GRANT USAGE ON *.* TO ${who}${secret}`;
  if (own !== undefined || !session.server.accounts.some((known) => known.user === user))
    return [usage, ...(own ?? [])];
  const databases = [...session.store.schemas.keys()].filter((name) => name !== 'mysql');
  return [usage, ...databases.map((name) => `GRANT ALL PRIVILEGES ON \`${name}\`.* TO ${who}`)];
}

interface Named {
  readonly user: string;
  readonly host: string;
}

function failed(what: string, { user, host }: Named): Error {
  return fault(1396, 'HY000', `Operation ${what} failed for '${user}'@'${host}'`);
}

function eachAccount(list: string): (Named & { readonly hash: string })[] {
  const found = new RegExp(String.raw`^\s*${ACCOUNT}(?=\s|,|$)`, 'i');
  return list
    .slice(0, 10_000)
    .split(/,(?=\s*['"`\w]+\s*@)/)
    .flatMap((part) => {
      const match = found.exec(part);
      return match === null || match[1] === ''
        ? []
        : [{ user: match[1]!, host: match[2] ?? '%', hash: passwordIn(part) ?? '' }];
    });
}

function passwordIn(text: string): string | undefined {
  const said =
    /identified\s+(?:with\s+\w+\s+)?(?:by|as|via\s+\w+\s+using)\s+(password\s*\(?\s*)?['"]([^'"]*)['"]/i.exec(text);
  if (said === null) return undefined;
  return said[1] !== undefined && /^\*[0-9A-F]{40}$/i.test(said[2]!) ? said[2]!.toUpperCase() : hashOf(said[2]!);
}

function shownRights(rights: string): string {
  return /^all(\s+privileges)?$/i.test(rights.trim())
    ? 'ALL PRIVILEGES'
    : rights.toUpperCase().replace(/\s*,\s*/g, ', ');
}

function shownPlace(place: string, session: MysqlSession): string {
  const plain = place.replaceAll('`', '');
  const [schema, table] = plain.includes('.') ? plain.split('.') : [session.currentDatabase, plain];
  const quoted = (name: string): string => (name === '*' ? '*' : `\`${name}\``);
  return `${quoted(schema!)}.${quoted(table!)}`;
}

/** Both tables that know of accounts; `make` gives a row out of a column's name. */
function addAccount(session: MysqlSession, { user, host, hash }: Account): void {
  const put = (table: Table | undefined, make: (column: string) => Value): void => {
    if (table === undefined) return;
    const row: Row = table.columns.map(({ name }) => make(name));
    session.store.put('mysql', { ...table, rows: [...session.store.rows(table), row] }, [row], session.dialect.faults);
  };
  put(session.store.table('mysql', 'user'), (name) =>
    name === 'Host'
      ? host
      : name === 'User'
        ? user
        : name === 'Password' || name === 'authentication_string'
          ? hash
          : name === 'plugin'
            ? 'mysql_native_password'
            : name.startsWith('max_')
              ? 0
              : name.endsWith('_priv') || name === 'password_expired' || name === 'is_role'
                ? 'N'
                : '',
  );
  put(session.store.table('mysql', 'global_priv'), (name) =>
    name === 'Host' ? host : name === 'User' ? user : privText('0', hash, session.clock()),
  );
}

function privText(access: string, hash: string, now: number): string {
  return `{"access":${access},"plugin":"mysql_native_password","authentication_string":"${hash}","password_last_changed":${Math.floor(now / 1000)}}`;
}

function changeRows(
  session: MysqlSession,
  { user, host }: Named,
  change: (row: Row, table: Table) => Row | undefined,
): boolean {
  let found = false;
  for (const name of ['user', 'global_priv']) {
    const table = session.store.table('mysql', name);
    if (table === undefined) continue;
    const at = (column: string): number => table.columns.findIndex((own) => own.name === column);
    const [hostAt, userAt] = [at('Host'), at('User')];
    const rows = session.store.rows(table).flatMap((row) => {
      if (row[userAt] !== user || row[hostAt] !== host) return [row];
      found = true;
      const changed = change(row, table);
      return changed === undefined ? [] : [changed];
    });
    if (found) session.store.put('mysql', { ...table, rows }, [], session.dialect.faults);
  }
  return found;
}

function removeAccount(session: MysqlSession, account: Named): boolean {
  session.world.setGrants(`${account.user}@${account.host}`, undefined);
  return changeRows(session, account, () => undefined);
}

function setHash(session: MysqlSession, account: Named, hash: string): void {
  changeRows(session, account, (row, { columns }) =>
    row.map((value, i) => {
      const { name } = columns[i]!;
      if (name === 'Password' || name === 'authentication_string') return hash;
      return name === 'Priv' ? textOf(value).replace(/("authentication_string":")[^"]*/, `$1${hash}`) : value;
    }),
  );
}

function setPrivileges(session: MysqlSession, account: Named): void {
  changeRows(session, account, (row, { columns }) =>
    row.map((value, i) => {
      const { name } = columns[i]!;
      if (name.endsWith('_priv')) return 'Y';
      return name === 'Priv' ? textOf(value).replace(/"access":\d+/, `"access":${ALL_BITS}`) : value;
    }),
  );
}
