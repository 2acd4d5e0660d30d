/** What every client of AWS needs: whom we are, where it is, how long we wait; and its errors as `CloudError`. */
import { fromIni } from '@aws-sdk/credential-provider-ini';
import { CloudError } from '@netsentinel/enforcer/clouds/cloud-list.types';

export interface AwsAccount {
  readonly region: string;
  readonly profile?: string | undefined;
  readonly credentialsFile?: string | undefined;
  readonly endpoint?: string | undefined;
  readonly timeoutMs: number;
}

/** Options for any client. Without file and profile, AWS's default chain finds credentials: the user's files, the role of the machine. */
export function clientOptions({ region, profile, credentialsFile, endpoint, timeoutMs }: AwsAccount) {
  const named = profile === undefined ? {} : { profile };
  const files = credentialsFile === undefined ? {} : { filepath: credentialsFile, configFilepath: credentialsFile };
  return {
    region,
    // Attempts are counted by `CloudHolder`; two here bridge a connection that was cut.
    maxAttempts: 2,
    requestHandler: { requestTimeout: timeoutMs, connectionTimeout: timeoutMs, throwOnRequestTimeout: true },
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(profile === undefined && credentialsFile === undefined ? {} : { credentials: fromIni({ ...named, ...files }) }),
  };
}

/** Told to wait, or somebody else changed the same at the same time. */
const AGAIN =
  /^(Throttling|ThrottlingException|RequestLimitExceeded|TooManyRequestsException|RequestThrottled|.*OptimisticLockException|WAFUnavailableEntityException|.*InternalError.*|ServiceUnavailable|Unavailable|TimeoutError|ECONN.*|EAI_AGAIN|NetworkAclEntryAlreadyExists|InvalidNetworkAclEntry\.NotFound)$/;
const DENIED =
  /^(UnauthorizedOperation|AccessDenied(Exception)?|AuthFailure|InvalidClientTokenId|UnrecognizedClientException|SignatureDoesNotMatch|ExpiredToken(Exception)?|RequestExpired)$/;

/** `rights`: the permissions that the work needs, for people. */
export function awsError(error: unknown, rights: string): CloudError {
  if (error instanceof CloudError) return error;
  const { name, message, code, status } = parts(error);
  const kind = name === 'Error' ? code : name;
  if (name === 'CredentialsProviderError')
    return new CloudError(`no credentials: ${message}`, {
      hint: 'Give this machine a role, or name `credentialsFile` and `profile`. Variables of the environment do not reach the enforcer.',
      cause: error,
    });
  if (DENIED.test(kind))
    return new CloudError(`${kind}: ${message}`, { hint: `The role or user needs ${rights}.`, cause: error });
  const again = AGAIN.test(kind) || AGAIN.test(code) || (status !== undefined && (status === 429 || status >= 500));
  if (!again && /LimitExceeded|LimitsExceeded/.test(kind))
    return new CloudError(`${kind}: ${message}`, {
      hint: 'AWS allows no more here, what others put there included: lower `maxRules` or `maxEntries`, or ask AWS for more.',
      cause: error,
    });
  return new CloudError(`${kind}: ${message}`, {
    again,
    hint: 'See the name, the region, and what the console of AWS says.',
    cause: error,
  });
}

function parts(error: unknown): { name: string; message: string; code: string; status: number | undefined } {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error), code: 'unknown', status: undefined };
  const code: unknown = Reflect.get(error, 'code');
  const metadata: unknown = Reflect.get(error, '$metadata');
  const status: unknown =
    typeof metadata === 'object' && metadata !== null ? Reflect.get(metadata, 'httpStatusCode') : undefined;
  return {
    name: error.name,
    message: error.message,
    code: typeof code === 'string' ? code : error.name,
    status: typeof status === 'number' ? status : undefined,
  };
}

/** AWS writes every network with its prefix length, single addresses too. */
export function toCidr(network: string): string {
  if (network.includes('/')) return network;
  return `${network}/${network.includes(':') ? 128 : 32}`;
}
