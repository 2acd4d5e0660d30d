/**
 * Blocks as deny rules of network ACLs, which guard whole subnets and have room for few rules. Rules have neither name nor tag, so what is
 * ours is told by number: a range of them, written down in a tag of the ACL. Within it, rules that deny everything from a network are ours.
 */
import {
  CreateNetworkAclEntryCommand,
  CreateTagsCommand,
  DeleteNetworkAclEntryCommand,
  DeleteTagsCommand,
  DescribeNetworkAclsCommand,
  EC2Client,
  type NetworkAcl,
  type NetworkAclEntry,
} from '@aws-sdk/client-ec2';
import { CloudError, type CloudList } from '@netsentinel/enforcer/clouds/cloud-list.types';
import { formatNetwork, parseNetwork } from '@netsentinel/kernel/address';
import { awsError, clientOptions, toCidr, type AwsAccount } from './aws-client.ts';

export interface NetworkAclsOptions extends AwsAccount {
  readonly networkAclIds: readonly string[];
  readonly firstRule: number;
  readonly maxRules: number;
}

const TAG = 'netsentinel-rules';
const EVERY_PROTOCOL = '-1';
const RIGHTS =
  'ec2:DescribeNetworkAcls, ec2:CreateNetworkAclEntry, ec2:DeleteNetworkAclEntry, ec2:CreateTags and ec2:DeleteTags';

interface Place {
  readonly id: string;
  /** Our tag, as it is there. */
  readonly tag: string | undefined;
  /** Numbers of our rules, and what each denies. */
  readonly ours: ReadonlyMap<number, string>;
  /** Numbers within our range that hold what is not ours. */
  readonly taken: ReadonlySet<number>;
}

export function openNetworkAcls(options: NetworkAclsOptions): CloudList {
  return new NetworkAcls(options);
}

class NetworkAcls implements CloudList {
  readonly #client: EC2Client;
  readonly #end = new AbortController();
  /** Of every request: none outlasts us. */
  readonly #ending = { abortSignal: this.#end.signal };
  readonly #options: NetworkAclsOptions;

  constructor(options: NetworkAclsOptions) {
    this.#options = options;
    this.#client = new EC2Client(clientOptions(options));
  }

  async read(): Promise<readonly ReadonlySet<string>[]> {
    return (await this.#places()).map(({ ours }) => new Set(ours.values()));
  }

  write(networks: ReadonlySet<string>): Promise<void> {
    return this.#surely(async () => {
      for (const place of await this.#places()) await this.#writeTo(place, networks);
    });
  }

  remove(): Promise<undefined> {
    return this.#surely(async () => {
      for (const place of await this.#places()) {
        for (const number of place.ours.keys()) await this.#delete(place.id, number);
        if (place.tag !== undefined)
          await this.#client.send(new DeleteTagsCommand({ Resources: [place.id], Tags: [{ Key: TAG }] }), this.#ending);
      }
      return undefined;
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
      throw awsError(error, RIGHTS);
    }
  }

  #places(): Promise<Place[]> {
    return this.#surely(async () => {
      const ids = [...this.#options.networkAclIds];
      const { NetworkAcls: found = [] } = await this.#client.send(
        new DescribeNetworkAclsCommand({ NetworkAclIds: ids }),
        this.#ending,
      );
      return ids.map((id) => {
        const acl = found.find(({ NetworkAclId }) => NetworkAclId === id);
        if (acl === undefined)
          throw new CloudError(`${id} was not found`, { hint: 'See `networkAclIds` and `region`.' });
        return this.#place(id, acl);
      });
    });
  }

  #place(id: string, acl: NetworkAcl): Place {
    const tag = acl.Tags?.find(({ Key }) => Key === TAG)?.Value;
    const former = /^(\d{1,5})-(\d{1,5})$/.exec(tag ?? '');
    const isInRange = (number: number): boolean =>
      this.#isOwnNumber(number) || (former !== null && number >= Number(former[1]) && number <= Number(former[2]));
    const ours = new Map<number, string>();
    const taken = new Set<number>();
    for (const entry of acl.Entries ?? []) {
      const number = entry.RuleNumber;
      if (entry.Egress === true || number === undefined || !isInRange(number)) continue;
      const network = deniedBy(entry);
      if (network === undefined) taken.add(number);
      else ours.set(number, network);
    }
    if (tag === undefined && ours.size + taken.size > 0)
      throw new CloudError(
        `${id} has rules of somebody else between ${this.#options.firstRule} and ${this.#lastRule}`,
        { hint: 'Give them other numbers, or choose another `firstRule`: rules in this range are ours alone.' },
      );
    return { id, tag, ours, taken };
  }

  get #lastRule(): number {
    return this.#options.firstRule + this.#options.maxRules - 1;
  }

  #isOwnNumber(number: number): boolean {
    return number >= this.#options.firstRule && number <= this.#lastRule;
  }

  async #writeTo({ id, tag, ours, taken }: Place, networks: ReadonlySet<string>): Promise<void> {
    const range = `${this.#options.firstRule}-${this.#lastRule}`;
    // Before the first rule: should we end here, the next start knows what is ours.
    if (tag === undefined) await this.#tag(id, range);
    const kept = new Set<string>();
    const occupied = new Set(taken);
    for (const [number, network] of ours) {
      if (this.#isOwnNumber(number) && networks.has(network) && !kept.has(network)) {
        kept.add(network);
        occupied.add(number);
      } else await this.#delete(id, number);
    }
    // The former range is given up once nothing of ours is left in it.
    if (tag !== undefined && tag !== range) await this.#tag(id, range);
    let number = this.#options.firstRule;
    for (const network of networks) {
      if (kept.has(network)) continue;
      while (occupied.has(number)) number += 1;
      if (number > this.#lastRule)
        throw new CloudError(`${id} has rules of somebody else between our rules ${range}`, {
          hint: 'Give them other numbers, or choose another `firstRule`.',
        });
      occupied.add(number);
      const block = network.includes(':') ? { Ipv6CidrBlock: toCidr(network) } : { CidrBlock: toCidr(network) };
      await this.#client.send(
        new CreateNetworkAclEntryCommand({
          NetworkAclId: id,
          RuleNumber: number,
          Egress: false,
          Protocol: EVERY_PROTOCOL,
          RuleAction: 'deny',
          ...block,
        }),
        this.#ending,
      );
    }
  }

  async #tag(id: string, range: string): Promise<void> {
    await this.#client.send(
      new CreateTagsCommand({ Resources: [id], Tags: [{ Key: TAG, Value: range }] }),
      this.#ending,
    );
  }

  async #delete(id: string, number: number): Promise<void> {
    await this.#client.send(
      new DeleteNetworkAclEntryCommand({ NetworkAclId: id, RuleNumber: number, Egress: false }),
      this.#ending,
    );
  }
}

/** The network, where a rule is of our form. */
function deniedBy({ RuleAction, Protocol, PortRange, CidrBlock, Ipv6CidrBlock }: NetworkAclEntry): string | undefined {
  if (RuleAction !== 'deny' || Protocol !== EVERY_PROTOCOL || PortRange?.From !== undefined) return undefined;
  const network = parseNetwork(CidrBlock ?? Ipv6CidrBlock ?? '');
  return network === undefined ? undefined : formatNetwork(network);
}
