/** An error on its way between our own processes: what the person at the other end needs, and nothing of the stack. */
import { describeError, NetSentinelError, type Fault } from './errors.ts';

export interface WireError {
  readonly code: string;
  readonly fault: Fault;
  readonly message: string;
  readonly hint?: string;
  readonly where?: string;
}

/** What is thrown that is none of ours goes under `code`. */
export function toWireError(error: unknown, code: string): WireError {
  if (!(error instanceof NetSentinelError)) return { code, fault: 'operational', message: describeError(error) };
  const { hint, where } = error;
  return {
    code: error.code,
    fault: error.fault,
    message: error.message,
    ...(hint === undefined ? {} : { hint }),
    ...(where === undefined ? {} : { where }),
  };
}

/** The error as it was thrown on the other side. */
export function fromWireError({ code, fault, message, ...details }: WireError): NetSentinelError {
  return new NetSentinelError(code, fault, message, details);
}
