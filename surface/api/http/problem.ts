/** Problems as RFC 9457 has them, and the check of what a client sent. A 5xx never shows its cause. */
import type { FastifyReply } from 'fastify';
import { z } from 'zod';

export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;

  /** `code`: stable, for programs. `detail`: for people. */
  constructor(status: number, code: string, detail: string, headers: Readonly<Record<string, string>> = {}) {
    super(detail);
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

/** The body of a problem (RFC 9457, section 3.1). */
export const ProblemBody = z.strictObject({
  type: z.string().describe('`urn:netsentinel:problem:` and a stable code, for programs'),
  title: z.string(),
  status: z.number().int(),
  detail: z.string().describe('For people'),
});

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad request',
  401: 'Not signed in',
  403: 'Forbidden',
  404: 'Not found',
  405: 'Method not allowed',
  409: 'Conflict',
  408: 'Too slow',
  412: 'Changed meanwhile',
  413: 'Too large',
  414: 'Too large',
  415: 'Unsupported media type',
  422: 'Cannot be done',
  428: 'Which version is missing',
  429: 'Too many requests',
  431: 'Too large',
  500: 'Internal error',
  502: 'Bad gateway',
  503: 'Busy',
};

export function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  return reply
    .status(problem.status)
    .headers(problem.headers)
    .type('application/problem+json')
    .send({
      type: `urn:netsentinel:problem:${problem.code}`,
      title: TITLES[problem.status] ?? 'Error',
      status: problem.status,
      detail: problem.message,
    });
}

/** The checked value; throws a 400 that names the first field that is wrong. */
export function parse<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value ?? {});
  if (result.success) return result.data;
  const { path, message } = plainly(result.error.issues[0]!);
  throw new Problem(400, 'invalid', `${path.join('.') || 'request'}: ${message}`.slice(0, 300));
}

/** Of alternatives that have no words of their own: what is wrong with the one that was missed by least. */
function plainly(issue: z.core.$ZodIssue): Pick<z.core.$ZodIssue, 'path' | 'message'> {
  if (issue.code !== 'invalid_union' || issue.message !== 'Invalid input') return issue;
  const [nearest] = issue.errors.toSorted((a, b) => a.length - b.length);
  const first = nearest?.[0];
  if (first === undefined) return issue;
  const { path, message } = plainly(first);
  return { path: [...issue.path, ...path], message };
}
