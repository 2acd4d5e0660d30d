/**
 * Blocks as two IP sets of AWS WAF (IPv4, IPv6), which rules of the operator's web ACLs refer to. A set is replaced as a whole, under the
 * lock token that came with the reading: who wrote in between makes us read again. Our sets carry a tag.
 */
import {
  CreateIPSetCommand,
  DeleteIPSetCommand,
  GetIPSetCommand,
  ListIPSetsCommand,
  ListTagsForResourceCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateIPSetCommand,
  WAFAssociatedItemException,
  WAFV2Client,
  type IPSet,
  type Scope,
} from '@aws-sdk/client-wafv2';
import { CloudError, type CloudList } from '@netsentinel/enforcer/clouds/cloud-list.types';
import { formatNetwork, parseNetwork } from '@netsentinel/kernel/address';
import { awsError, clientOptions, toCidr, type AwsAccount } from './aws-client.ts';

export interface IpSetsOptions extends AwsAccount {
  readonly name: string;
  readonly scope: Scope;
}

const TAG = 'netsentinel';
/** Values of the tag: who made the set. What the operator made stays when we go. */
const MADE = 'made';
const ADOPTED = 'adopted';
const RIGHTS =
  'wafv2:ListIPSets, wafv2:GetIPSet, wafv2:CreateIPSet, wafv2:UpdateIPSet, wafv2:DeleteIPSet, wafv2:ListTagsForResource, wafv2:TagResource and wafv2:UntagResource';
const MAX_PAGES = 100;

interface Found {
  readonly set: IPSet;
  readonly token: string | undefined;
  readonly tag: string | undefined;
  readonly networks: ReadonlySet<string>;
}

export function openIpSets(options: IpSetsOptions): CloudList {
  return new IpSets(options);
}

class IpSets implements CloudList {
  readonly #client: WAFV2Client;
  readonly #end = new AbortController();
  /** Of every request: none outlasts us. */
  readonly #ending = { abortSignal: this.#end.signal };
  readonly #options: IpSetsOptions;
  /** Ids by name, once they are known. */
  #ids = new Map<string, string>();

  constructor(options: IpSetsOptions) {
    this.#options = options;
    this.#client = new WAFV2Client(clientOptions(options));
  }

  read(): Promise<readonly ReadonlySet<string>[]> {
    return this.#surely(async () => {
      const found = [await this.#find(4), await this.#find(6)];
      return [new Set(found.flatMap((one) => [...(one?.networks ?? [])]))];
    });
  }

  write(networks: ReadonlySet<string>): Promise<void> {
    return this.#surely(async () => {
      for (const family of [4, 6] as const) {
        const wanted = [...networks].filter((network) => network.includes(':') === (family === 6));
        await this.#writeTo(family, wanted);
      }
    });
  }

  remove(): Promise<string | undefined> {
    return this.#surely(async () => {
      const stayed: string[] = [];
      for (const family of [4, 6] as const) {
        const found = await this.#find(family);
        if (found !== undefined && !(await this.#removeOne(found))) stayed.push(found.set.Name ?? '');
      }
      return stayed.length === 0 ? undefined : `${stayed.join(' and ')} stay, empty: rules refer to them`;
    });
  }

  close(): void {
    this.#end.abort();
    this.#client.destroy();
  }

  async #surely<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof Error && error.name === 'WAFNonexistentItemException') this.#ids = new Map();
      throw awsError(error, RIGHTS);
    }
  }

  #nameOf(family: 4 | 6): string {
    return `${this.#options.name}-${family}`;
  }

  async #find(family: 4 | 6): Promise<Found | undefined> {
    const name = this.#nameOf(family);
    const id = this.#ids.get(name) ?? (await this.#idOf(name));
    if (id === undefined) return undefined;
    const request = { Name: name, Id: id, Scope: this.#options.scope };
    const { IPSet: set, LockToken: token } = await this.#client.send(new GetIPSetCommand(request), this.#ending);
    if (set === undefined) return undefined;
    const kind = family === 4 ? 'IPV4' : 'IPV6';
    if (set.IPAddressVersion !== kind)
      throw new CloudError(`the IP set ${name} is not for ${kind}`, { hint: 'Choose another `name`.' });
    this.#ids.set(name, id);
    const networks = (set.Addresses ?? []).flatMap((text) => {
      const network = parseNetwork(text);
      return network === undefined ? [] : [formatNetwork(network)];
    });
    const tags = await this.#client.send(new ListTagsForResourceCommand({ ResourceARN: set.ARN }), this.#ending);
    const tag = tags.TagInfoForResource?.TagList?.find(({ Key }) => Key === TAG)?.Value;
    if (tag === undefined && networks.length > 0)
      throw new CloudError(`the IP set ${name} holds networks of somebody else`, {
        hint: 'Empty it, or choose another `name`: what is in our sets is ours alone.',
      });
    return { set, token, tag, networks: new Set(networks) };
  }

  async #idOf(name: string): Promise<string | undefined> {
    let marker: string | undefined;
    for (let page = 0; page < MAX_PAGES; page++) {
      const next = marker === undefined ? {} : { NextMarker: marker };
      const answer = await this.#client.send(
        new ListIPSetsCommand({ Scope: this.#options.scope, Limit: 100, ...next }),
        this.#ending,
      );
      const found = answer.IPSets?.find(({ Name }) => Name === name);
      if (found !== undefined) return found.Id;
      if (answer.NextMarker === undefined || answer.NextMarker === marker) return undefined;
      marker = answer.NextMarker;
    }
    return undefined;
  }

  async #writeTo(family: 4 | 6, wanted: readonly string[]): Promise<void> {
    const found = await this.#find(family);
    const addresses = wanted.map(toCidr);
    if (found === undefined) {
      await this.#client.send(
        new CreateIPSetCommand({
          Name: this.#nameOf(family),
          Scope: this.#options.scope,
          Description: 'Attackers. Written by NetSentinel.',
          IPAddressVersion: family === 4 ? 'IPV4' : 'IPV6',
          Addresses: addresses,
          Tags: [{ Key: TAG, Value: MADE }],
        }),
        this.#ending,
      );
      return;
    }
    // Before the first network: should we end here, the next start knows that it is ours.
    if (found.tag === undefined)
      await this.#client.send(
        new TagResourceCommand({ ResourceARN: found.set.ARN, Tags: [{ Key: TAG, Value: ADOPTED }] }),
        this.#ending,
      );
    const { networks } = found;
    if (networks.size === wanted.length && wanted.every((network) => networks.has(network))) return;
    await this.#update(found, addresses);
  }

  async #update({ set, token }: Found, addresses: readonly string[]): Promise<string | undefined> {
    const { NextLockToken } = await this.#client.send(
      new UpdateIPSetCommand({
        ...this.#key(set),
        ...(set.Description === undefined || set.Description === '' ? {} : { Description: set.Description }),
        Addresses: [...addresses],
        LockToken: token,
      }),
      this.#ending,
    );
    return NextLockToken;
  }

  /** Answers false where it must stay, empty. */
  async #removeOne(found: Found): Promise<boolean> {
    const { set, tag, networks } = found;
    const token = networks.size === 0 ? found.token : await this.#update(found, []);
    if (tag === MADE) {
      try {
        await this.#client.send(new DeleteIPSetCommand({ ...this.#key(set), LockToken: token }), this.#ending);
        this.#ids.delete(set.Name ?? '');
      } catch (error) {
        if (error instanceof WAFAssociatedItemException) return false;
        throw error;
      }
    } else if (tag !== undefined)
      await this.#client.send(new UntagResourceCommand({ ResourceARN: set.ARN, TagKeys: [TAG] }), this.#ending);
    return true;
  }

  #key({ Name, Id }: IPSet) {
    return { Name, Id, Scope: this.#options.scope };
  }
}
