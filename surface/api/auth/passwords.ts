/** Passwords with argon2id (RFC 9106); its cost is spent for unknown names too, so that time does not tell which names exist. */
import { hash, verify } from '@node-rs/argon2';

/** 19 MiB, 2 passes, 1 lane: the argon2id minimum that OWASP's password storage guidance names. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;
export const MIN_PASSWORD = 10;
export const MAX_PASSWORD = 256;
/** Verifications at once; more wait, so that a flood of sign-ins cannot take the machine. */
const MAX_PARALLEL = 2;
const MAX_WAITING = 64;

let decoyHash: Promise<string> | undefined;
let running = 0;
const waiting: (() => void)[] = [];

export function hashPassword(password: string): Promise<string> {
  return hash(password, COST);
}

/** False too where there is no hash, after the same work. `busy` when too many already wait. */
export async function verifyPassword(stored: string | undefined, password: string): Promise<boolean | 'busy'> {
  if (waiting.length >= MAX_WAITING) return 'busy';
  if (running >= MAX_PARALLEL) await new Promise<void>((resolve) => waiting.push(resolve));
  running++;
  try {
    decoyHash ??= hashPassword('no account has this password');
    const matches = await verify(stored ?? (await decoyHash), password);
    return stored !== undefined && matches;
  } finally {
    running--;
    waiting.shift()?.();
  }
}
