/** Passwords with argon2id (RFC 9106); its cost is spent for unknown names too, so that time does not tell which names exist. */
import { hash, verify } from '@node-rs/argon2';
import { Gate } from './gate.ts';

/** 19 MiB, 2 passes, 1 lane: the argon2id minimum that OWASP's password storage guidance names. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;
export const MIN_PASSWORD = 10;
export const MAX_PASSWORD = 256;
/** A flood of sign-ins takes two cores' worth of work and 38 MiB, not the machine. */
const gate = new Gate(2, 64);

let decoyHash: Promise<string> | undefined;

/** In PHC form; undefined when too many already wait. */
export async function hashPassword(password: string): Promise<string | undefined> {
  const hashed = await gate.run(async () => ({ phc: await hash(password, COST) }));
  return hashed === 'busy' ? undefined : hashed.phc;
}

/** False too where there is no hash, after the same work. `busy` when too many already wait. */
export function verifyPassword(stored: string | undefined, password: string): Promise<boolean | 'busy'> {
  return gate.run(async () => {
    decoyHash ??= hash('no account has this password', COST);
    const matches = await verify(stored ?? (await decoyHash), password);
    return stored !== undefined && matches;
  });
}
