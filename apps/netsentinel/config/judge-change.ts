/**
 * What of the configuration may be changed through the API. The platform, which passes the change on, reads what attackers send: whoever should have taken it over must
 * not come by more rights with it than it has. So what says who may do what stays at the machine, and so does every file and every variable that is named.
 */
import { isDeepStrictEqual } from 'node:util';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { Secret } from '@netsentinel/kernel/secret';
import type { NetSentinelConfig } from './netsentinel.config.ts';

/** What each section could otherwise be used for. */
export const KEPT_AT_THE_MACHINE: Readonly<Partial<Record<keyof NetSentinelConfig, string>>> = {
  data: 'says where everything is kept',
  sandbox: 'takes rights away from our own processes',
  enforcer: 'says what may be done to the network, and what is never touched',
  console: 'says who can reach the console',
  collectors: 'names what is read of this machine',
  personas: 'names files',
  playbooks: 'names files, and what is done by itself',
  encryption: 'says which key opens what is encrypted at rest',
  stream: 'is fixed when the data folder is made',
};

/** The sections that mean something else now. Throws `CONFIGURATION_KEPT` where one of them is changed at the machine alone. */
export function judgeChange(before: NetSentinelConfig, after: NetSentinelConfig): string[] {
  const sections = (Object.keys(after) as (keyof NetSentinelConfig)[]).filter(
    (section) => !isDeepStrictEqual(before[section], after[section]),
  );
  for (const section of sections) {
    const why = KEPT_AT_THE_MACHINE[section];
    if (why !== undefined) throw kept(`"${section}" ${why}: it is changed in the file, at the machine`);
  }
  const known = new Set(namedOutside(before));
  const added = namedOutside(after).find((name) => !known.has(name));
  if (added !== undefined)
    throw kept(`${added} is not named yet: files and variables are named in the file, at the machine`);
  return sections;
}

/** Files and environment variables that the launcher reads because the configuration names them. */
function namedOutside({ alert, decoys, networks }: NetSentinelConfig): string[] {
  return [
    ...secretsIn(alert),
    ...decoys.flatMap(({ options }) =>
      'script' in options && typeof options.script === 'string' ? [`script ${options.script}`] : [],
    ),
    ...[networks.addressTable ?? [], networks.vpns].flat().map((file) => `file ${file}`),
  ];
}

function secretsIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const secret = Secret.safeParse(value);
  if (!secret.success) return Object.values(value).flatMap(secretsIn);
  if ('file' in secret.data) return [`file ${secret.data.file}`];
  return 'env' in secret.data ? [`variable ${secret.data.env}`] : [];
}

function kept(message: string): NetSentinelError {
  return new NetSentinelError('CONFIGURATION_KEPT', 'user', message, {
    hint: 'Edit the configuration file at the machine and start NetSentinel again.',
  });
}
