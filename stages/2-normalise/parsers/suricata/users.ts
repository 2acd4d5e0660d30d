/** Who took part: names of users that the protocols carry, each in a place of its own. */
import type { JsonObject } from '@netsentinel/contracts/parser';
import { get, textOf } from '../../text/document.ts';

/** Where the records of a protocol name the account that somebody wants to use. */
const USERS: ReadonlyMap<string, readonly string[]> = new Map([
  ['krb5', ['krb5.cname']],
  ['mqtt', ['mqtt.connect.username']],
  ['pgsql', ['pgsql.request.startup_parameters.user']],
  ['rfb', ['rfb.authentication.user']],
  ['smb', ['smb.ntlmssp.user', 'smb.kerberos.user']],
  ['snmp', ['snmp.usm']],
]);

export function userOf(record: JsonObject, type: string): string | undefined {
  if (type === 'ftp')
    return textOf(get(record, 'ftp.command')) === 'USER' ? textOf(get(record, 'ftp.command_data')) : undefined;
  for (const path of USERS.get(type) ?? []) {
    const name = textOf(get(record, path));
    if (name !== undefined) return name;
  }
  return undefined;
}
