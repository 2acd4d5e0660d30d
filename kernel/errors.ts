/**
 * Errors of our own making, sorted by whose fault they are. Hostile input is a `Result`, never one of these.
 *
 * `user`: configuration or a command was wrong, and `hint` says what to do; `operational`: the world (disk, network, rights) failed and
 * may recover; `bug`: we broke a promise.
 */
export type Fault = 'user' | 'operational' | 'bug';

export interface ErrorDetails {
  /** What to do next, in one sentence. */
  readonly hint?: string;
  readonly cause?: unknown;
  /** Where it was found: `file:line:column` or a key path. */
  readonly where?: string;
}

export class NetSentinelError extends Error {
  /** `STREAM_DISK_FULL`: area, then what happened. Stable: programs may rely on it. */
  readonly code: string;
  readonly fault: Fault;
  readonly hint: string | undefined;
  readonly where: string | undefined;

  constructor(code: string, fault: Fault, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'NetSentinelError';
    this.code = code;
    this.fault = fault;
    this.hint = details.hint;
    this.where = details.where;
  }
}

export function isNetSentinelError(error: unknown, code?: string): error is NetSentinelError {
  return error instanceof NetSentinelError && (code === undefined || error.code === code);
}

/** The text of whatever was thrown, for a log field. */
export function describeError(error: unknown): string {
  if (error instanceof NetSentinelError) return `${error.code}: ${error.message}`;
  if (error instanceof Error) return error.message;
  return String(error);
}

/** True for the operating system's ways of saying that a disk or quota is full. */
export function isDiskFull(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return code === 'ENOSPC' || code === 'EDQUOT';
}
