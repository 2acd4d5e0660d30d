/**
 * Blocks as two rules of a network firewall policy of Google Cloud (IPv4, IPv6: a rule takes one family) that deny what comes from a list of
 * ranges. Ours are told by their names. Google's client for Compute Engine is too large for what is needed of it here (ADR 0018), so that
 * its authentication library makes the requests, in the form of the published discovery document (compute v1).
 */
import { randomUUID } from 'node:crypto';
import { CloudError, type CloudList } from '@netsentinel/enforcer/clouds/cloud-list.types';
import { formatNetwork, parseNetwork } from '@netsentinel/kernel/address';
import { GoogleAuth } from 'google-auth-library';
import { z } from 'zod';
import { googleError, operationError } from './google-errors.ts';

export interface FirewallPolicyOptions {
  readonly project: string;
  readonly region?: string | undefined;
  readonly policy: string;
  readonly firstPriority: number;
  readonly credentialsFile?: string | undefined;
  readonly endpoint: string;
  readonly timeoutMs: number;
}

const SCOPE = 'https://www.googleapis.com/auth/compute';
/** A call of `wait` ends by itself after at most two minutes; how many we make is bounded by our own time too. */
const MAX_WAITS = 100;

// What is read of Google's answers; everything else in them is let pass.
const Rule = z.object({
  priority: z.int(),
  ruleName: z.string().optional(),
  action: z.string().optional(),
  direction: z.string().optional(),
  disabled: z.boolean().optional(),
  match: z
    .object({
      srcIpRanges: z.array(z.string()).optional(),
      layer4Configs: z.array(z.object({ ipProtocol: z.string() })).optional(),
    })
    .optional(),
});
type Rule = z.infer<typeof Rule>;
const Policy = z.object({ rules: z.array(Rule).default([]) });
const Operation = z.object({
  name: z.string().regex(/^[\w-]{1,200}$/),
  status: z.string(),
  error: z.object({ errors: z.array(z.object({ code: z.string(), message: z.string().default('') })) }).optional(),
});

export function openFirewallPolicy(options: FirewallPolicyOptions): CloudList {
  return new FirewallPolicy(options);
}

class FirewallPolicy implements CloudList {
  readonly #options: FirewallPolicyOptions;
  readonly #auth: GoogleAuth;
  readonly #end = new AbortController();

  constructor(options: FirewallPolicyOptions) {
    this.#options = options;
    const { credentialsFile } = options;
    this.#auth = new GoogleAuth({
      scopes: SCOPE,
      ...(credentialsFile === undefined ? {} : { keyFile: credentialsFile }),
    });
  }

  async read(): Promise<readonly ReadonlySet<string>[]> {
    const rules = (await this.#rules()).filter(isOurs);
    return [new Set(rules.flatMap(networksOf))];
  }

  async write(networks: ReadonlySet<string>): Promise<void> {
    const rules = await this.#rules();
    for (const family of [4, 6] as const) {
      const wanted = [...networks].filter((text) => text.includes(':') === (family === 6));
      await this.#writeRule(family, wanted, rules);
    }
  }

  async remove(): Promise<undefined> {
    for (const { priority } of (await this.#rules()).filter(isOurs)) await this.#change('removeRule', priority);
    return undefined;
  }

  close(): void {
    this.#end.abort();
  }

  async #writeRule(family: 4 | 6, wanted: readonly string[], rules: readonly Rule[]): Promise<void> {
    const ruleName = nameOf(family);
    const priority = this.#options.firstPriority + (family === 4 ? 0 : 1);
    const there = rules.find((rule) => rule.priority === priority);
    const strays = rules.filter((rule) => rule.ruleName === ruleName && rule.priority !== priority);
    // A rule without sources would be for everybody.
    if (wanted.length > 0) {
      if (there !== undefined && there.ruleName !== ruleName)
        throw new CloudError(`the rule with priority ${priority} is somebody else's`, {
          hint: 'Give it another priority, or choose another `firstPriority`.',
        });
      const rule = {
        priority,
        ruleName,
        description: 'Attackers. Written by NetSentinel: changes here are undone.',
        direction: 'INGRESS',
        action: 'deny',
        disabled: false,
        match: { srcIpRanges: wanted.map(toRange), layer4Configs: [{ ipProtocol: 'all' }] },
      };
      if (there === undefined) await this.#change('addRule', undefined, rule);
      else if (!isSame(there, wanted)) await this.#change('patchRule', priority, rule);
    } else if (there?.ruleName === ruleName) await this.#change('removeRule', priority);
    // After the new one, so that nobody is let in meanwhile.
    for (const stray of strays) await this.#change('removeRule', stray.priority);
  }

  async #rules(): Promise<Rule[]> {
    return this.#surely(async (signal) => Policy.parse(await this.#request('GET', this.#policyPath, signal)).rules);
  }

  #change(method: 'addRule' | 'patchRule' | 'removeRule', priority: number | undefined, rule?: object): Promise<void> {
    const query = new URLSearchParams({
      ...(priority === undefined ? {} : { priority: String(priority) }),
      // Should an answer be lost and the request made again, Google does not do it twice.
      requestId: randomUUID(),
    });
    return this.#surely(async (signal) => {
      const path = `${this.#policyPath}/${method}?${query.toString()}`;
      let operation = Operation.parse(await this.#request('POST', path, signal, rule));
      for (let i = 0; operation.status !== 'DONE' && i < MAX_WAITS; i++)
        operation = Operation.parse(
          await this.#request('POST', `${this.#where}/operations/${operation.name}/wait`, signal),
        );
      const failure = operation.error?.errors[0];
      if (failure !== undefined) throw operationError(failure);
    });
  }

  get #where(): string {
    const { project, region } = this.#options;
    return `projects/${project}/${region === undefined ? 'global' : `regions/${region}`}`;
  }

  get #policyPath(): string {
    return `${this.#where}/firewallPolicies/${this.#options.policy}`;
  }

  async #request(method: 'GET' | 'POST', path: string, signal: AbortSignal, data?: object): Promise<unknown> {
    const { data: answer } = await this.#auth.request({
      method,
      url: `${this.#options.endpoint}/compute/v1/${path}`,
      signal,
      // Attempts are counted by `CloudHolder`.
      retry: false,
      ...(data === undefined ? {} : { data }),
    });
    return answer;
  }

  async #surely<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    try {
      return await work(AbortSignal.any([this.#end.signal, AbortSignal.timeout(this.#options.timeoutMs)]));
    } catch (error) {
      throw googleError(error);
    }
  }
}

function nameOf(family: 4 | 6): string {
  return `netsentinel-${family}`;
}

function isOurs({ ruleName }: Rule): boolean {
  return ruleName === nameOf(4) || ruleName === nameOf(6);
}

function networksOf({ match }: Rule): string[] {
  return (match?.srcIpRanges ?? []).flatMap((text) => {
    const network = parseNetwork(text);
    return network === undefined ? [] : [formatNetwork(network)];
  });
}

function isSame(there: Rule, wanted: readonly string[]): boolean {
  const networks = new Set(networksOf(there));
  return (
    there.action === 'deny' &&
    there.direction === 'INGRESS' &&
    there.disabled !== true &&
    there.match?.layer4Configs?.length === 1 &&
    there.match.layer4Configs[0]?.ipProtocol === 'all' &&
    networks.size === wanted.length &&
    wanted.every((text) => networks.has(text))
  );
}

function toRange(network: string): string {
  if (network.includes('/')) return network;
  return `${network}/${network.includes(':') ? 128 : 32}`;
}
