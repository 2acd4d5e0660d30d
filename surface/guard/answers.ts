/** What those who are refused are told: as little as helps a person who was refused by mistake. */
import type { Answer } from './guard.types.ts';

const PLAIN = { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' };
const UNAVAILABLE_RETRY_S = 10;

export function blockedAnswer(): Answer {
  return { status: 403, headers: PLAIN, body: 'This request was refused.\n' };
}

/** @param headers `RateLimit`, `RateLimit-Policy`, `Retry-After` */
export function limitedAnswer(headers: Readonly<Record<string, string>>): Answer {
  return { status: 429, headers: { ...PLAIN, ...headers }, body: 'Too many requests; come again later.\n' };
}

export function unavailableAnswer(): Answer {
  return {
    status: 503,
    headers: { ...PLAIN, 'retry-after': String(UNAVAILABLE_RETRY_S) },
    body: 'The service is not available at the moment.\n',
  };
}
