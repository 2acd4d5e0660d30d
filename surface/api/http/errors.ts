/** Every failure as a problem: ours as they are, Fastify's in its own words, and everything else as a 500 that says nothing. */
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from '@netsentinel/contracts/log';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { Problem, sendProblem } from './problem.ts';

const CODES: Readonly<Record<number, string>> = {
  413: 'too-large',
  414: 'too-large',
  415: 'not-json',
  431: 'too-large',
};

/** For `setErrorHandler` and `frameworkErrors`: the latter meets requests that no hook has seen, so `headers` are set here too. */
export function errorAnswer(log: Logger, headers: Readonly<Record<string, string>>) {
  return (error: FastifyError | Error, _: FastifyRequest, reply: FastifyReply): FastifyReply =>
    sendProblem(reply.headers(headers), toProblem(error, log));
}

function toProblem(error: FastifyError | Error, log: Logger): Problem {
  if (error instanceof Problem) return error;
  const status = 'statusCode' in error ? error.statusCode : undefined;
  if (status !== undefined && status >= 400 && status < 500)
    return new Problem(status, CODES[status] ?? 'bad-request', error.message.slice(0, 200));
  if (error instanceof NetSentinelError && error.fault === 'user') return new Problem(400, 'invalid', error.message);
  log.error('a request failed', { error: error.stack ?? String(error) });
  return new Problem(500, 'internal', 'Something went wrong here; the log says what.');
}
