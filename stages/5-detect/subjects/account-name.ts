/** Which account a login was to, written alike by all services: what tells two people apart, and the same person at two services not. */
import type { Event } from '@netsentinel/contracts/event';

/** On every machine there is another one of that name. */
const OF_A_MACHINE = new Set(
  'root admin administrator guest user test ubuntu debian centos ec2-user opc pi vagrant git postgres mysql oracle backup deploy ansible jenkins nagios zabbix www-data nobody system anonymous ftp svc service'.split(
    ' ',
  ),
);
const MAX_NAME = 128;

/** Undefined where no account is named, or a machine's own. */
export function accountOf({ user, host }: Event): string | undefined {
  const given = user?.name;
  if (given === undefined || given === '' || given === '-' || given.length > MAX_NAME || given.endsWith('$'))
    return undefined;
  const name = given.slice(given.lastIndexOf('\\') + 1).toLowerCase();
  return OF_A_MACHINE.has(name) ? `${name}\n${host?.name ?? ''}` : name;
}
