/**
 * Blocks as rules of an Azure network security group that deny what comes from a list of addresses. A rule takes addresses of one family
 * that do not overlap, so networks that lie within others go to a rule of their own: as many rules as there are networks within networks.
 * Ours are told by their names, and each is written as a whole: what others do in the group does not concern us.
 */
import { readFileSync } from 'node:fs';
import { NetworkManagementClient, type SecurityRule } from '@azure/arm-network';
import { ClientSecretCredential, DefaultAzureCredential } from '@azure/identity';
import { CloudError, type CloudList } from '@netsentinel/enforcer/clouds/cloud-list.types';
import { formatNetwork, parseNetwork } from '@netsentinel/kernel/address';
import { layersOf, MAX_LAYERS } from './layers.ts';

export interface SecurityRulesOptions {
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly networkSecurityGroup: string;
  readonly firstPriority: number;
  readonly tenantId?: string | undefined;
  readonly clientId?: string | undefined;
  readonly clientSecretFile?: string | undefined;
  readonly endpoint?: string | undefined;
  readonly authority?: string | undefined;
  readonly caFile?: string | undefined;
  readonly timeoutMs: number;
  readonly pollMs: number;
}

type DenyRule = SecurityRule & { readonly sourceAddressPrefixes: string[] };

const OUR_NAME = /^netsentinel-([46])-(\d{1,2})$/;
const RIGHTS =
  'Microsoft.Network/networkSecurityGroups/read and securityRules/read, write and delete on this group (the role Network Contributor has them)';

export function openSecurityRules(options: SecurityRulesOptions): CloudList {
  return new SecurityRules(options);
}

class SecurityRules implements CloudList {
  readonly #client: NetworkManagementClient;
  readonly #options: SecurityRulesOptions;
  readonly #end = new AbortController();
  /** What lies so deep within other networks that it has no rule: those keep it out. */
  #covered: readonly string[] = [];

  constructor(options: SecurityRulesOptions) {
    this.#options = options;
    const { subscriptionId, endpoint } = options;
    this.#client = new NetworkManagementClient(credential(options), subscriptionId, {
      ...transport(options),
      ...(endpoint === undefined ? {} : { endpoint }),
    });
  }

  async read(): Promise<readonly ReadonlySet<string>[]> {
    const rules = await this.#rules();
    return [new Set([...rules.flatMap(networksOf), ...this.#covered])];
  }

  async write(networks: ReadonlySet<string>): Promise<void> {
    const there = new Map((await this.#rules()).map((rule) => [rule.name, rule]));
    const { layers, covered } = layersOf(networks);
    // The widest networks first: what moves to another rule is held by one of them at every moment.
    for (const { family, depth, texts } of layers) {
      const name = `netsentinel-${family}-${depth}`;
      const wanted = this.#rule(family, depth, texts);
      const found = there.get(name);
      there.delete(name);
      if (found === undefined || !isSame(found, wanted)) await this.#put(name, wanted);
    }
    for (const name of there.keys()) await this.#delete(name);
    this.#covered = covered;
  }

  async remove(): Promise<undefined> {
    for (const { name } of await this.#rules()) await this.#delete(name);
    return undefined;
  }

  close(): void {
    this.#end.abort();
  }

  #rule(family: 4 | 6, depth: number, texts: readonly string[]): DenyRule {
    const priority = this.#options.firstPriority + depth + (family === 4 ? 0 : MAX_LAYERS);
    return {
      description: 'Attackers. Written by NetSentinel: changes here are undone.',
      access: 'Deny',
      direction: 'Inbound',
      priority,
      protocol: '*',
      sourcePortRange: '*',
      destinationPortRange: '*',
      destinationAddressPrefix: '*',
      sourceAddressPrefixes: [...texts],
    };
  }

  get #place(): readonly [string, string] {
    return [this.#options.resourceGroup, this.#options.networkSecurityGroup];
  }

  /** Those of ours. */
  #rules(): Promise<(SecurityRule & { readonly name: string })[]> {
    return this.#surely(async (request) => {
      const found: (SecurityRule & { readonly name: string })[] = [];
      for await (const rule of this.#client.securityRules.list(...this.#place, request))
        if (rule.name !== undefined && OUR_NAME.test(rule.name)) found.push({ ...rule, name: rule.name });
      return found;
    });
  }

  #put(name: string, rule: DenyRule): Promise<unknown> {
    return this.#surely((request) =>
      this.#client.securityRules.beginCreateOrUpdateAndWait(...this.#place, name, rule, {
        ...request,
        updateIntervalInMs: this.#options.pollMs,
      }),
    );
  }

  #delete(name: string): Promise<void> {
    return this.#surely((request) =>
      this.#client.securityRules.beginDeleteAndWait(...this.#place, name, {
        ...request,
        updateIntervalInMs: this.#options.pollMs,
      }),
    );
  }

  async #surely<T>(work: (request: { readonly abortSignal: AbortSignal }) => Promise<T>): Promise<T> {
    try {
      return await work({
        abortSignal: AbortSignal.any([this.#end.signal, AbortSignal.timeout(this.#options.timeoutMs)]),
      });
    } catch (error) {
      throw azureError(error);
    }
  }
}

function credential({ tenantId, clientId, clientSecretFile, ...options }: SecurityRulesOptions) {
  const { authority } = options;
  const common = {
    ...transport(options),
    // An authority of one's own is not in Microsoft's list of them.
    ...(authority === undefined ? {} : { authorityHost: authority, disableInstanceDiscovery: true }),
  };
  if (tenantId === undefined || clientId === undefined || clientSecretFile === undefined)
    return new DefaultAzureCredential({
      ...common,
      ...(clientId === undefined ? {} : { managedIdentityClientId: clientId }),
    });
  let secret: string;
  try {
    secret = readFileSync(clientSecretFile, 'utf8').trim();
  } catch (error) {
    throw new CloudError(`the secret cannot be read: ${(error as Error).message}`, { hint: 'See `clientSecretFile`.' });
  }
  return new ClientSecretCredential(tenantId, clientId, secret, common);
}

function transport({ caFile }: { readonly caFile?: string | undefined }) {
  return {
    // Attempts are counted by `CloudHolder`; one here bridges a connection that was cut.
    retryOptions: { maxRetries: 1 },
    ...(caFile === undefined ? {} : { tlsOptions: { ca: readFileSync(caFile, 'utf8') } }),
  };
}

function networksOf({ sourceAddressPrefixes = [], sourceAddressPrefix }: SecurityRule): string[] {
  return [...sourceAddressPrefixes, ...(sourceAddressPrefix === undefined ? [] : [sourceAddressPrefix])].flatMap(
    (text) => {
      const network = parseNetwork(text);
      return network === undefined ? [] : [formatNetwork(network)];
    },
  );
}

function isSame(found: SecurityRule, wanted: DenyRule): boolean {
  const networks = new Set(networksOf(found));
  return (
    networks.size === wanted.sourceAddressPrefixes.length &&
    wanted.sourceAddressPrefixes.every((text) => networks.has(text)) &&
    (['access', 'direction', 'priority', 'protocol', 'sourcePortRange', 'destinationPortRange'] as const).every(
      (key) => found[key] === wanted[key],
    ) &&
    found.destinationAddressPrefix === wanted.destinationAddressPrefix
  );
}

const AGAIN =
  /^(TooManyRequests|AnotherOperationInProgress|RetryableError|.*Canceled.*|OperationNotAllowed|Conflict|ECONN\w*|EAI_AGAIN|REQUEST_SEND_ERROR)$/;

function azureError(error: unknown): CloudError {
  if (error instanceof CloudError) return error;
  if (!(error instanceof Error)) return new CloudError(String(error), { hint: '' });
  const code: unknown = Reflect.get(error, 'code');
  const status: unknown = Reflect.get(error, 'statusCode');
  const kind = typeof code === 'string' ? code : error.name;
  const message = `${kind}: ${error.message}`;
  if (/Credential|Authentication/.test(error.name))
    return new CloudError(message, {
      hint: 'Give this machine a managed identity, or set `tenantId`, `clientId` and `clientSecretFile`. Variables of the environment do not reach the enforcer.',
      cause: error,
    });
  if (status === 401 || status === 403)
    return new CloudError(message, { hint: `The identity needs ${RIGHTS}.`, cause: error });
  return new CloudError(message, {
    again:
      AGAIN.test(kind) ||
      error.name === 'AbortError' ||
      (typeof status === 'number' && (status === 429 || status >= 500)),
    hint: 'See the names of the subscription, the resource group and the security group, and what the portal says.',
    cause: error,
  });
}
