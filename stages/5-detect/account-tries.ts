/** Which accounts one attacker tried lately, and how often: what tells spraying and stuffing from plain guessing. Bounded, in event time. */
import { z } from 'zod';
import { Attempt, evidenceOf, withAttempt } from './attempts.ts';
import {
  rememberingDetector,
  type DetectorDefinition,
  type DetectorInfo,
  type DetectorInput,
} from './detector.types.ts';

const WINDOW_MS = 30 * 60_000;
const MAX_ACCOUNTS = 32;
const MAX_TEXT = 64;

const AccountTry = z.object({
  user: z.string().max(MAX_TEXT),
  /** The latest that was tried; absent where the log does not tell. */
  password: z.string().max(MAX_TEXT).optional(),
  attempt: Attempt,
  count: z.number().int().positive(),
});
export type AccountTry = z.infer<typeof AccountTry>;

const AccountTries = z.object({
  tries: z.array(AccountTry).max(MAX_ACCOUNTS),
  /** When somebody got in from here. */
  successes: z.array(z.number()).max(MAX_ACCOUNTS),
  /** Event time of the latest report. */
  told: z.number(),
});
export type AccountTries = z.infer<typeof AccountTries>;

const NONE: AccountTries = { tries: [], successes: [], told: Number.MIN_SAFE_INTEGER };

/** What was found: the tries that it rests on, and how to say it after their number. */
export interface Suspicion {
  readonly tries: readonly AccountTry[];
  readonly summary: string;
}

interface Judging {
  /** Below so many accounts nothing is judged. */
  readonly accounts: number;
  /** How long a try counts, and how long nothing is told again after a finding. Default half an hour. */
  readonly windowMs?: number;
  /** So many accounts are remembered, the latest. Default 32. */
  readonly keeps?: number;
  /** Tries that are left out whoever makes them. */
  readonly leaves?: (input: DetectorInput) => boolean;
  /** Asked at each failure. */
  readonly judge: (tries: AccountTries) => Suspicion | undefined;
}

/** A detector that judges the accounts which one attacker tried. */
export function accountTriesDetector(
  info: Omit<DetectorInfo, 'on'>,
  { accounts, windowMs = WINDOW_MS, keeps = MAX_ACCOUNTS, leaves, judge }: Judging,
): DetectorDefinition {
  return rememberingDetector<AccountTries>({ ...info, on: ['login'], memory: AccountTries }, (input, before) => {
    if (leaves?.(input) === true) return undefined;
    const memory = withTry(before, input, { windowMs, keeps });
    if (memory === undefined) return undefined;
    const isDue = input.login?.outcome === 'failure' && input.time - memory.told >= windowMs;
    const found = isDue && memory.tries.length >= accounts ? judge(memory) : undefined;
    if (found === undefined) return { memory };
    const attempts = found.tries.map(({ attempt }) => attempt).filter(([, id]) => id !== input.event.event.id);
    return {
      memory: { ...memory, told: input.time },
      finding: { summary: found.summary, evidence: evidenceOf(attempts) },
    };
  });
}

/** Undefined where the login says nothing. */
function withTry(
  memory: AccountTries | undefined,
  { login, time, event, verified }: DetectorInput,
  { windowMs, keeps }: { readonly windowMs: number; readonly keeps: number },
): AccountTries | undefined {
  if (login === undefined || login.outcome === 'unknown') return undefined;
  const { tries, successes, told } = memory ?? NONE;
  const isRecent = (at: number): boolean => Math.abs(time - at) <= windowMs;
  if (login.outcome === 'success')
    return { tries, successes: [...successes.filter(isRecent), time].slice(-keeps), told };
  const user = login.user?.slice(0, MAX_TEXT);
  if (user === undefined) return undefined;
  const next: AccountTry[] = [];
  let count = 1;
  for (const one of tries)
    if (one.user === user) count += isRecent(one.attempt[0]) ? one.count : 0;
    else if (isRecent(one.attempt[0])) next.push(one);
  const [attempt] = withAttempt([], { time, id: event.event.id, verified }, windowMs, 1);
  const password = login.password?.slice(0, MAX_TEXT);
  next.push({ user, ...(password === undefined ? {} : { password }), attempt: attempt!, count });
  if (next.length > keeps) next.shift();
  return { tries: next, successes: successes.length === 0 ? successes : successes.filter(isRecent), told };
}

type Seen = AccountTry & { readonly password: string };

/** Tries with a password that is known, and those of which only the account is. */
export function partedByPassword({ tries }: AccountTries): {
  readonly seen: readonly Seen[];
  readonly unseen: readonly AccountTry[];
} {
  const seen: Seen[] = [];
  const unseen: AccountTry[] = [];
  for (const one of tries)
    if (hasPassword(one)) seen.push(one);
    else unseen.push(one);
  return { seen, unseen };
}

function hasPassword(one: AccountTry): one is Seen {
  return one.password !== undefined;
}

/** Many get in from the same address: people behind a gateway, some of whom mistype. */
export function isGateway({ tries, successes }: AccountTries): boolean {
  return successes.length * 2 >= tries.length;
}

const MAIL_ADDRESS = /^[^@\s]+@([^@\s]+\.[^@\s]+)$/;
const MIN_DOMAINS = 3;

/** Mail addresses of many domains as account names: a list that leaked elsewhere, not people of this house. */
export function isLeakedList(tries: readonly AccountTry[]): boolean {
  const domains = tries.flatMap(({ user }) => MAIL_ADDRESS.exec(user)?.[1]?.toLowerCase() ?? []);
  return domains.length * 4 >= tries.length * 3 && new Set(domains).size >= MIN_DOMAINS;
}
