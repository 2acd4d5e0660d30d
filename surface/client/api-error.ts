/** Why a call failed. */
import type { Problem } from './types.generated.ts';

const PREFIX = 'urn:netsentinel:problem:';

/** What a call rejects with, unless its signal ended it: then it is the signal's reason. `message` is for people. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  /** Of HTTP; 0 where no answer came, or nothing was asked. */
  readonly status: number;
  /** Stable, such as `no-such-incident` or `code-needed`; empty where what answered was not the platform. */
  readonly code: string;
  /** As the platform sent it (RFC 9457). */
  readonly problem: Problem | undefined;
  /** When to try again, where the platform says so. */
  readonly retryAfterSeconds: number | undefined;

  constructor(
    status: number,
    message: string,
    about: { problem?: Problem | undefined; retryAfter?: string | null; cause?: unknown } = {},
  ) {
    super(message, { cause: about.cause });
    this.status = status;
    this.problem = about.problem;
    this.code = about.problem?.type.replace(PREFIX, '') ?? '';
    const { retryAfter = null } = about;
    this.retryAfterSeconds = retryAfter !== null && /^\d{1,9}$/.test(retryAfter) ? Number(retryAfter) : undefined;
  }
}

/** Of an answer that is no success. Never fails: what answers may be a proxy with a page of its own. */
export async function errorOf(response: Response): Promise<ApiError> {
  const value: unknown = await response.json().catch(() => undefined);
  const problem = isProblem(value) ? value : undefined;
  return new ApiError(response.status, problem?.detail ?? `The request failed (${response.status}).`, {
    problem,
    retryAfter: response.headers.get('retry-after'),
  });
}

function isProblem(value: unknown): value is Problem {
  if (typeof value !== 'object' || value === null) return false;
  const { type, detail } = value as Partial<Problem>;
  return typeof type === 'string' && typeof detail === 'string';
}
