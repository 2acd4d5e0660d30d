/**
 * The logins that one event tells of. Most tell one; a sensor that writes a line for a whole session tells all that were tried in it.
 */
import type { Event, SensorEvent } from './event.ts';

export interface Login {
  readonly user: string | undefined;
  /** Only decoys know it. */
  readonly password: string | undefined;
  readonly outcome: 'success' | 'failure' | 'unknown';
}

/** More of one session are only counted. */
const MAX_LOGINS = 64;

/** What `interactionOf` calls a login; at least one. */
export function loginsOf(event: Event | SensorEvent): readonly Login[] {
  const outcome = event.event.outcome ?? 'unknown';
  const session = event.heralding?.['session'];
  const list: unknown = isObject(session) ? session['auth_attempts'] : undefined;
  if (Array.isArray(list) && list.length > 1)
    return list.slice(0, MAX_LOGINS).map((one: unknown) => {
      const { username, password } = isObject(one) ? one : {};
      return { user: textOf(username), password: textOf(password), outcome };
    });
  return [{ user: event.user?.name, password: event.netsentinel?.credential?.password, outcome }];
}

/**
 * Zeek's `ssh.log` is of the category `network` in Elastic's integration, as a row is a connection; where Zeek could tell whether the client got in, it is
 * a login as well.
 */
export function isWatchedLogin(event: Event | SensorEvent): boolean {
  if (event.event.dataset !== 'zeek.ssh' || event.event.outcome === undefined) return false;
  const ssh = event.zeek?.['ssh'];
  const auth = isObject(ssh) ? ssh['auth'] : undefined;
  return isObject(auth) && typeof auth['success'] === 'boolean';
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
