/** Errors of Google Cloud as `CloudError`. What its client throws carries requests with tokens: only codes and messages are taken from it. */
import { CloudError } from '@netsentinel/enforcer/clouds/cloud-list.types';
import { z } from 'zod';

const RIGHTS =
  'compute.firewallPolicies.get and compute.firewallPolicies.update, and compute.globalOperations.get or compute.regionOperations.get (the role Compute Security Admin has them)';
/** Reasons of a 403 or 400, and codes of operations, that pass by themselves. */
const AGAIN =
  /^(rateLimitExceeded|userRateLimitExceeded|resourceNotReady|conditionNotMet|RESOURCE_NOT_READY|RESOURCE_OPERATION_RATE_EXCEEDED|RATE_LIMIT_EXCEEDED|INTERNAL_ERROR|BACKEND_ERROR|CONDITION_NOT_MET)$/;
const SEE = 'See the names of the project and the policy, and what the console of Google Cloud says.';

const Answer = z.object({
  error: z.object({
    message: z.string().default(''),
    errors: z.array(z.object({ reason: z.string().default('') })).default([]),
  }),
});

export function googleError(error: unknown): CloudError {
  if (error instanceof CloudError) return error;
  if (!(error instanceof Error)) return new CloudError(String(error), { hint: SEE });
  const status: unknown = Reflect.get(error, 'status');
  if (typeof status !== 'number') return unanswered(error);
  const response: unknown = Reflect.get(error, 'response');
  const said = Answer.safeParse(
    typeof response === 'object' && response !== null ? Reflect.get(response, 'data') : undefined,
  );
  const reason = said.data?.error.errors[0]?.reason ?? '';
  const message = `HTTP ${status}${reason === '' ? '' : ` ${reason}`}: ${said.data?.error.message ?? error.message}`;
  if (AGAIN.test(reason) || status === 409 || status === 412 || status === 429 || status >= 500)
    return new CloudError(message, { again: true, hint: SEE });
  return new CloudError(message, {
    hint: status === 401 || status === 403 ? `The service account needs ${RIGHTS}.` : SEE,
  });
}

/** Of an operation that was begun and has failed. */
export function operationError({ code, message }: { readonly code: string; readonly message: string }): CloudError {
  return new CloudError(`${code}: ${message}`, { again: AGAIN.test(code), hint: SEE });
}

function unanswered(error: Error): CloudError {
  if (/credentials|ENOENT|keyFile|JSON/i.test(error.message))
    return new CloudError(error.message, {
      hint: 'Give this machine a service account, or set `credentialsFile`. Variables of the environment do not reach the enforcer.',
    });
  return new CloudError(error.message, { again: true, hint: 'See whether Google Cloud can be reached from here.' });
}
