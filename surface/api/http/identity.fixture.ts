/** People of the tests of accounts: an API with an admin, and those that the admin invites. */
import type { Role } from '@netsentinel/contracts/permission';
import type { Logger } from '@netsentinel/contracts/log';
import { ManualClock } from '@netsentinel/kernel/clock';
import { silentLogger } from '@netsentinel/kernel/log';
import type { ApiOptions } from '../api.types.ts';
import { cookieOf, PASSWORD, startApi, type ApiHarness, type CallOptions } from '@netsentinel/testkit/api-harness';

type Json = Record<string, unknown>;

export interface People {
  readonly h: ApiHarness;
  readonly clock: ManualClock;
  /** The admin's cookie. */
  readonly admin: string;
  /** What was logged as an error. */
  readonly errors: readonly string[];
  ask(method: string, path: string, options?: CallOptions): Promise<[number, Json]>;
  /** Joins by an invitation; answers their cookie. */
  join(name: string, role: Role): Promise<string>;
  signIn(name: string, password?: string, code?: string): Promise<Response>;
  isIn(cookie: string | undefined): Promise<boolean>;
}

export async function startPeople(change: Partial<ApiOptions> = {}): Promise<People> {
  const clock = new ManualClock();
  const errors: string[] = [];
  const log: Logger = { ...silentLogger, error: (message) => void errors.push(message), with: () => log };
  const h = await startApi({ clock, log, ...change });
  const admin = await h.setUp();
  const ask: People['ask'] = async (method, path, options = {}) => {
    const response = await h.call(method, path, options);
    const text = await response.text();
    return [response.status, text === '' ? {} : (JSON.parse(text) as Json)];
  };
  return {
    h,
    clock,
    admin,
    errors,
    ask,
    join: async (name, role) => {
      const [, { path }] = await ask('POST', '/api/v1/invitations', { cookie: admin, body: { role } });
      const token = String(path).split('#')[1];
      return cookieOf(await h.call('POST', '/api/v1/join', { body: { token, name, password: PASSWORD } }))!;
    },
    signIn: (name, password = PASSWORD, code) => {
      // So that no test is refused for those before it.
      clock.advance(6_000);
      return h.call('POST', '/api/v1/session', { body: { name, password, ...(code === undefined ? {} : { code }) } });
    },
    isIn: async (cookie) => (await h.call('GET', '/api/v1/tokens', { cookie })).status === 200,
  };
}

/** The bytes of a secret as an application reads it (RFC 4648, section 6). */
export function bytesOfBase32(text: string): Uint8Array {
  const bits = Array.from(text, (letter) =>
    'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0'),
  );
  return Uint8Array.from(bits.join('').match(/.{8}/g)!, (byte) => Number.parseInt(byte, 2));
}
