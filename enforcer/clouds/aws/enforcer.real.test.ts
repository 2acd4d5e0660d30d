/** The enforcer with both responders for AWS, as moto plays it: one order, two places, and nothing left behind. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateNetworkAclCommand, CreateVpcCommand, DescribeNetworkAclsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { GetIPSetCommand, ListIPSetsCommand, WAFV2Client } from '@aws-sdk/client-wafv2';
import { createEnforcer } from '@netsentinel/enforcer/enforcer';
import type { Enforcer } from '@netsentinel/enforcer/enforcer.types';
import { EnforcerConfig } from '@netsentinel/enforcer/enforcer.config';
import { configuredResponders } from '@netsentinel/enforcer/responders/index';
import { systemClock } from '@netsentinel/kernel/clock';
import { silentLogger } from '@netsentinel/kernel/log';
import { motoMissing, startMoto, type Moto } from '@netsentinel/testkit/moto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

describe.skipIf(motoMissing && process.env['CI'] === undefined)('the enforcer with AWS', () => {
  const patience = { timeout: 30_000, interval: 50 };
  let moto: Moto;
  let ec2: EC2Client;
  let waf: WAFV2Client;
  let acl: string;
  let directory: string;
  let enforcer: Enforcer;
  let replies: unknown[];
  beforeEach(async () => {
    moto = await startMoto();
    directory = mkdtempSync(join(tmpdir(), 'netsentinel-aws-'));
    const account = {
      region: 'eu-central-1',
      endpoint: moto.endpoint,
      credentials: { accessKeyId: 'AKIATEST', secretAccessKey: 'test' },
    };
    ec2 = new EC2Client(account);
    waf = new WAFV2Client(account);
    const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }));
    acl = (await ec2.send(new CreateNetworkAclCommand({ VpcId: Vpc!.VpcId }))).NetworkAcl!.NetworkAclId!;
    replies = [];
  });
  afterEach(async () => {
    await enforcer.close();
    ec2.destroy();
    waf.destroy();
    await moto.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  const start = async (mode: 'enforce' | 'off'): Promise<void> => {
    const { endpoint, credentialsFile } = moto;
    const account = { region: 'eu-central-1', endpoint, credentialsFile, everyMs: 0, checkMs: 100 };
    const config = EnforcerConfig.parse({
      mode,
      responders: { 'aws-network-acl': { ...account, networkAclIds: [acl], maxRules: 2 }, 'aws-waf': account },
    });
    enforcer = await createEnforcer({
      config,
      directory,
      clock: systemClock,
      log: silentLogger,
      responders: await configuredResponders(config),
      onReply: (reply) => replies.push(reply),
    });
  };
  const block = (id: string, target: string): void =>
    enforcer.handle({
      kind: 'block',
      id,
      target,
      expiresAt: Date.now() + 600_000,
      reason: 'test',
      incident: 'i1',
      sourceVerified: true,
    });
  const denied = async (): Promise<string[]> => {
    const { NetworkAcls: [found] = [] } = await ec2.send(new DescribeNetworkAclsCommand({ NetworkAclIds: [acl] }));
    return (found?.Entries ?? [])
      .filter(({ Egress, RuleNumber }) => Egress !== true && RuleNumber! < 32_767)
      .map(({ CidrBlock = '' }) => CidrBlock)
      .toSorted();
  };
  const addresses = async (): Promise<string[]> => {
    const { IPSets = [] } = await waf.send(new ListIPSetsCommand({ Scope: 'REGIONAL' }));
    const sets = await Promise.all(
      IPSets.map(({ Name, Id }) => waf.send(new GetIPSetCommand({ Name, Id, Scope: 'REGIONAL' }))),
    );
    return sets.flatMap(({ IPSet }) => IPSet?.Addresses ?? []).toSorted();
  };

  it('holds what there is room for in each, says what is not, and leaves nothing when it is switched off', async () => {
    await start('enforce');
    for (const i of [1, 2, 3]) block(`b${i}`, `198.51.100.${i}`);
    await expect.poll(addresses, patience).toEqual(['198.51.100.1/32', '198.51.100.2/32', '198.51.100.3/32']);
    await expect.poll(denied, patience).toEqual(['198.51.100.1/32', '198.51.100.2/32']);
    // Held by the IP set, so that the block as a whole stands; the part of the network ACL says why it does not.
    await expect
      .poll(() => replies, patience)
      .toContainEqual(
        expect.objectContaining({
          id: 'b3',
          status: 'verified',
          parts: expect.arrayContaining([
            expect.objectContaining({
              responder: 'aws-network-acl',
              status: 'failed',
              detail: expect.stringContaining('no room'),
            }),
          ]),
        }),
      );
    expect(await enforcer.revert('b1', 'test')).toMatchObject({ status: 'reverted' });
    // The third has its place now.
    await expect.poll(denied, patience).toEqual(['198.51.100.2/32', '198.51.100.3/32']);
    await enforcer.close();

    await start('off');
    await expect.poll(denied, patience).toEqual([]);
    await expect
      .poll(async () => (await waf.send(new ListIPSetsCommand({ Scope: 'REGIONAL' }))).IPSets, patience)
      .toEqual([]);
  });
});
