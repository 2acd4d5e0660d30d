/** IP sets of AWS WAF, as moto keeps them: the contract, whose sets they are, and what is left. */
import {
  CreateIPSetCommand,
  GetIPSetCommand,
  ListIPSetsCommand,
  ListTagsForResourceCommand,
  UpdateIPSetCommand,
  WAFV2Client,
  type IPSet,
  type Scope,
} from '@aws-sdk/client-wafv2';
import { systemClock } from '@netsentinel/kernel/clock';
import { silentLogger } from '@netsentinel/kernel/log';
import { formatNetwork, parseNetwork } from '@netsentinel/kernel/address';
import { responderSuite } from '@netsentinel/testkit/contracts/responder.suite';
import { motoMissing, startMoto, type Moto } from '@netsentinel/testkit/moto';
import { blockOf, FakeResponderContext, until } from '@netsentinel/testkit/responder-context';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Responder } from '@netsentinel/enforcer/responder.types';
import { AwsWafConfig } from '@netsentinel/enforcer/responders/aws-waf/aws-waf.config';
import { awsWaf } from '@netsentinel/enforcer/responders/aws-waf/aws-waf.responder';

describe.skipIf(motoMissing && process.env['CI'] === undefined)('moto as AWS', () => {
  let moto: Moto;
  let waf: WAFV2Client;
  const region = 'us-east-1';
  beforeAll(async () => {
    moto = await startMoto();
    waf = new WAFV2Client({
      region,
      endpoint: moto.endpoint,
      credentials: { accessKeyId: 'AKIATEST', secretAccessKey: 'test' },
    });
  });
  afterAll(async () => {
    waf.destroy();
    await moto.stop();
  });

  const sets = async (scope: Scope): Promise<{ set: IPSet; token: string | undefined }[]> => {
    const { IPSets = [] } = await waf.send(new ListIPSetsCommand({ Scope: scope }));
    return Promise.all(
      IPSets.map(async ({ Name, Id }) => {
        const { IPSet: set, LockToken: token } = await waf.send(new GetIPSetCommand({ Name, Id, Scope: scope }));
        return { set: set!, token };
      }),
    );
  };
  const held = async (scope: Scope): Promise<string[]> =>
    (await sets(scope)).flatMap(({ set }) => (set.Addresses ?? []).map((text) => formatNetwork(parseNetwork(text)!)));
  const config = (change: object = {}): AwsWafConfig =>
    AwsWafConfig.parse({
      region,
      endpoint: moto.endpoint,
      credentialsFile: moto.credentialsFile,
      everyMs: 0,
      checkMs: 100,
      compareMs: 100,
      ...change,
    });

  responderSuite('aws-waf', async () => {
    await moto.reset();
    return {
      clock: systemClock,
      log: silentLogger,
      create: (ctx) => awsWaf.create(ctx, config({ scope: 'CLOUDFRONT' })),
      blocked: () => held('CLOUDFRONT'),
      vandalize: async () => {
        for (const { set, token } of await sets('CLOUDFRONT'))
          await waf.send(
            new UpdateIPSetCommand({
              Name: set.Name,
              Id: set.Id,
              Scope: 'CLOUDFRONT',
              Addresses: [],
              LockToken: token,
            }),
          );
      },
      until,
      destroy: () => Promise.resolve(),
    };
  });

  describe('with what is there', () => {
    let responder: Responder | undefined;
    beforeEach(() => moto.reset());
    afterEach(() => responder?.close());
    const make = (change: object = {}): Responder =>
      (responder = awsWaf.create(new FakeResponderContext(), config(change)));
    const block = blockOf('198.51.100.7');
    const operatorMakes = (addresses: readonly string[]): Promise<unknown> =>
      waf.send(
        new CreateIPSetCommand({
          Name: 'netsentinel-4',
          Scope: 'REGIONAL',
          Description: 'by hand',
          IPAddressVersion: 'IPV4',
          Addresses: [...addresses],
        }),
      );

    it('makes both sets at once, for rules to refer to, and leaves none when cleared', async () => {
      await make().start();
      expect((await sets('REGIONAL')).map(({ set }) => `${set.Name} ${set.IPAddressVersion}`).toSorted()).toEqual([
        'netsentinel-4 IPV4',
        'netsentinel-6 IPV6',
      ]);
      await responder!.apply([block]);
      expect(await responder!.clear()).toMatchObject({ available: true });
      expect(await sets('REGIONAL')).toEqual([]);
    });

    it('takes an empty set of the operator’s and gives it back empty', async () => {
      await operatorMakes([]);
      await make().start();
      await responder!.apply([block]);
      expect(await held('REGIONAL')).toEqual(['198.51.100.7']);
      await responder!.close();
      // It is known again, with what it holds.
      expect(await make().start()).toMatchObject({ available: true });
      await responder!.clear();
      const [left] = await sets('REGIONAL');
      const tags = await waf.send(new ListTagsForResourceCommand({ ResourceARN: left!.set.ARN }));
      expect([left!.set.Description, left!.set.Addresses, tags.TagInfoForResource?.TagList]).toEqual([
        'by hand',
        [],
        [],
      ]);
    });

    it('does not touch a set that holds networks of somebody else', async () => {
      await operatorMakes(['203.0.113.0/24']);
      expect(await make().start()).toMatchObject({ available: false, hint: expect.stringContaining('name') });
      expect(await held('REGIONAL')).toEqual(['203.0.113.0/24']);
    });
  });
});
