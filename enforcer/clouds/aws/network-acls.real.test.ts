/** Network ACLs of AWS, as moto keeps them: the contract, and that nothing of somebody else's is touched. */
import {
  CreateNetworkAclCommand,
  CreateNetworkAclEntryCommand,
  CreateVpcCommand,
  DeleteNetworkAclEntryCommand,
  DescribeNetworkAclsCommand,
  EC2Client,
  type NetworkAcl,
} from '@aws-sdk/client-ec2';
import { systemClock } from '@netsentinel/kernel/clock';
import { silentLogger } from '@netsentinel/kernel/log';
import { formatNetwork, parseNetwork } from '@netsentinel/kernel/address';
import { responderSuite } from '@netsentinel/testkit/contracts/responder.suite';
import { motoMissing, startMoto, type Moto } from '@netsentinel/testkit/moto';
import { blockOf, FakeResponderContext, unblockOf, until } from '@netsentinel/testkit/responder-context';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Responder } from '@netsentinel/enforcer/responder.types';
import { AwsNetworkAclConfig } from '@netsentinel/enforcer/responders/aws-network-acl/aws-network-acl.config';
import { awsNetworkAcl } from '@netsentinel/enforcer/responders/aws-network-acl/aws-network-acl.responder';

describe.skipIf(motoMissing && process.env['CI'] === undefined)('moto as AWS', () => {
  let moto: Moto;
  let ec2: EC2Client;
  let ids: string[];
  beforeAll(async () => {
    moto = await startMoto();
    ec2 = new EC2Client({
      region: 'eu-central-1',
      endpoint: moto.endpoint,
      credentials: { accessKeyId: 'AKIATEST', secretAccessKey: 'test' },
    });
  });
  afterAll(async () => {
    ec2.destroy();
    await moto.stop();
  });

  const makeAcls = async (): Promise<void> => {
    await moto.reset();
    const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }));
    const make = async (): Promise<string> =>
      (await ec2.send(new CreateNetworkAclCommand({ VpcId: Vpc!.VpcId! }))).NetworkAcl!.NetworkAclId!;
    ids = [await make(), await make()];
  };
  const acls = async (): Promise<NetworkAcl[]> =>
    (await ec2.send(new DescribeNetworkAclsCommand({ NetworkAclIds: ids }))).NetworkAcls ?? [];
  const denied = ({ Entries = [] }: NetworkAcl): string[] =>
    Entries.filter(
      ({ Egress, RuleNumber = 0, RuleAction }) => Egress !== true && RuleAction === 'deny' && RuleNumber < 32_767,
    ).map(({ CidrBlock, Ipv6CidrBlock }) => formatNetwork(parseNetwork(CidrBlock ?? Ipv6CidrBlock ?? '')!));
  const config = (change: object = {}): AwsNetworkAclConfig =>
    AwsNetworkAclConfig.parse({
      networkAclIds: ids,
      region: 'eu-central-1',
      endpoint: moto.endpoint,
      credentialsFile: moto.credentialsFile,
      everyMs: 0,
      checkMs: 100,
      compareMs: 100,
      ...change,
    });
  const rule = (id: string, number: number, cidr: string): Promise<unknown> =>
    ec2.send(
      new CreateNetworkAclEntryCommand({
        NetworkAclId: id,
        RuleNumber: number,
        Egress: false,
        Protocol: '-1',
        RuleAction: 'deny',
        CidrBlock: cidr,
      }),
    );

  responderSuite('aws-network-acl', async () => {
    await makeAcls();
    return {
      clock: systemClock,
      log: silentLogger,
      most: 18,
      create: (ctx) => awsNetworkAcl.create(ctx, config()),
      blocked: async () => {
        const [one = [], other = []] = (await acls()).map((acl) => denied(acl).toSorted());
        if (one.join() !== other.join()) return [...one, ...other].map((text) => `${text} in one of them`);
        return one;
      },
      vandalize: async () => {
        for (const { NetworkAclId, Entries = [] } of await acls())
          for (const { RuleNumber, Egress } of Entries)
            if (Egress !== true && RuleNumber! < 32_767)
              await ec2.send(new DeleteNetworkAclEntryCommand({ NetworkAclId, RuleNumber, Egress: false }));
      },
      until,
      destroy: () => Promise.resolve(),
    };
  });

  describe('with what is there', () => {
    let responder: Responder | undefined;
    beforeEach(makeAcls);
    afterEach(() => responder?.close());
    const make = (change: object = {}): Responder =>
      (responder = awsNetworkAcl.create(new FakeResponderContext(), config(change)));

    it('does not begin where somebody else has rules', async () => {
      await rule(ids[1]!, 5, '203.0.113.0/24');
      expect(await make().start()).toMatchObject({
        available: false,
        reason: expect.stringContaining('somebody else'),
        hint: expect.stringContaining('firstRule'),
      });
      expect((await acls()).flatMap(denied)).toEqual(['203.0.113.0/24']);
    });

    it('leaves other rules, takes its own along to another range, and is gone when cleared', async () => {
      await rule(ids[0]!, 500, '203.0.113.0/24');
      await make().start();
      expect(await responder!.apply([blockOf('198.51.100.7'), blockOf('2001:db8::/64')])).toMatchObject([
        { ok: true },
        { ok: true },
      ]);
      await responder!.close();
      await make({ firstRule: 100, networkAclIds: ids.slice(0, 1) }).start();
      const numbers = ({ Entries = [] }: NetworkAcl): number[] =>
        Entries.flatMap(({ RuleNumber = 0, Egress }) => (Egress === true || RuleNumber >= 32_767 ? [] : [RuleNumber]));
      await responder!.apply([blockOf('198.51.100.8')]);
      expect(numbers((await acls()).find(({ NetworkAclId }) => NetworkAclId === ids[0])!)).toEqual([500, 100]);
      expect(await responder!.clear()).toMatchObject({ available: true });
      const left = (await acls()).find(({ NetworkAclId }) => NetworkAclId === ids[0]);
      expect([denied(left!), left!.Tags]).toEqual([['203.0.113.0/24'], []]);
    });

    it('says what it has no room for, and takes it once there is', async () => {
      await make({ maxRules: 2 }).start();
      const outcomes = await responder!.apply(
        ['198.51.100.1', '198.51.100.2', '198.51.100.3'].map((text) => blockOf(text)),
      );
      expect(outcomes).toMatchObject([
        { ok: true },
        { ok: true },
        { ok: false, reason: expect.stringContaining('no room') },
      ]);
      expect(responder!.availability()).toMatchObject({
        available: true,
        detail: expect.stringContaining('1 more are not held'),
      });
      await responder!.apply([unblockOf('198.51.100.1')]);
      expect((await acls()).map((acl) => denied(acl).toSorted())[0]).toEqual(['198.51.100.2', '198.51.100.3']);
    });

    it('says what is not there', async () => {
      expect(await make({ networkAclIds: ['acl-00000000'] }).start()).toMatchObject({
        available: false,
        reason: expect.stringContaining('acl-00000000'),
      });
    });
  });
});
