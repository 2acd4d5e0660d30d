/** Pure: what a newcomer has done of what makes an install useful, and the lines that do it. */
import type { PlatformStatus } from '@netsentinel/contracts/live';
import type { firstMinutes } from '../text/en/first-minutes.ts';

export type CheckName = keyof typeof firstMinutes.checklist.steps;

export interface Check {
  readonly name: CheckName;
  readonly isDone: boolean;
  /** A command, or lines of the configuration. */
  readonly lines: string;
  readonly isCommand: boolean;
}

/** Lines of `netsentinel.yaml`, to be put in as they are but for paths, names and addresses. */
export const CONFIGURATION: Readonly<Record<Exclude<CheckName, 'decoy'>, string>> = {
  collector: `collectors:
  - id: web
    type: tail
    options: { paths: [/var/log/nginx/access.log] }`,
  notifier: `alert:
  notifiers:
    - id: phone
      type: ntfy
      options: { topic: { env: NTFY_TOPIC } }`,
  response: `enforcer:
  mode: enforce
  allow: [192.0.2.10]  # your own address, monitoring …`,
};

/** The command by which somebody on this machine attacks their own SSH decoy. `host`: where the console is. */
export function sshCommand(status: PlatformStatus | undefined, host: string): string {
  const ssh = status?.decoys.find(({ type }) => type === 'ssh');
  const port = ssh?.listen.split(':').at(-1) ?? '2222';
  return `ssh -p ${port} root@${host}`;
}

/** `isAttacked`: there is an incident that is none of the tour's. */
export function checksOf(status: PlatformStatus, isAttacked: boolean, host: string): readonly Check[] {
  const { collectors, configured, responseMode } = status;
  const config = (name: keyof typeof CONFIGURATION, isDone: boolean): Check => ({
    name,
    isDone,
    lines: CONFIGURATION[name],
    isCommand: false,
  });
  return [
    { name: 'decoy', isDone: isAttacked, lines: sshCommand(status, host), isCommand: true },
    config(
      'collector',
      collectors.some(({ events }) => events > 0),
    ),
    config('notifier', (configured?.notifiers ?? 0) > 0),
    config('response', responseMode === 'enforce' && (configured?.neverBlocked ?? 0) > 0),
  ];
}
