/** Microsoft's own client against a fake of Azure; never run live. */
import { writeFileSync } from 'node:fs';
import { systemClock } from '@netsentinel/kernel/clock';
import { silentLogger } from '@netsentinel/kernel/log';
import { formatNetwork, parseNetwork } from '@netsentinel/kernel/address';
import { responderSuite } from '@netsentinel/testkit/contracts/responder.suite';
import { blockOf, FakeResponderContext, until } from '@netsentinel/testkit/responder-context';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startFakeAzure, type FakeAzure } from '../../clouds/azure/azure.fixture.ts';
import type { Responder } from '../../responder.types.ts';
import { AzureNsgConfig } from './azure-nsg.config.ts';
import { azureNsg } from './azure-nsg.responder.ts';

const config = (azure: FakeAzure, change: object = {}): AzureNsgConfig =>
  AzureNsgConfig.parse({ ...azure.settings, everyMs: 0, pollMs: 10, checkMs: 100, compareMs: 100, ...change });

const held = ({ rules }: FakeAzure): string[] =>
  [...rules]
    .filter(([name]) => name.startsWith('netsentinel-'))
    .flatMap(([, { properties }]) => properties.sourceAddressPrefixes ?? [])
    .map((text) => formatNetwork(parseNetwork(text)!));

let azure: FakeAzure;
beforeAll(async () => {
  azure = await startFakeAzure();
});
afterAll(() => azure.close());

responderSuite('azure-nsg', () => {
  azure.reset();
  return Promise.resolve({
    clock: systemClock,
    log: silentLogger,
    create: (ctx) => azureNsg.create(ctx, config(azure)),
    blocked: () => Promise.resolve(held(azure)),
    vandalize: () => {
      azure.rules.clear();
      return Promise.resolve();
    },
    until,
    destroy: () => Promise.resolve(),
  });
});

describe('azure-nsg', () => {
  let responder: Responder | undefined;
  beforeEach(() => azure.reset());
  afterEach(() => responder?.close());
  const make = (change: object = {}): Responder =>
    (responder = azureNsg.create(new FakeResponderContext(), config(azure, change)));

  it('denies everything inbound in rules of its own, and leaves those of others', async () => {
    const theirs = { properties: { access: 'Allow', direction: 'Inbound', priority: 300 } };
    azure.rules.set('web', theirs);
    await make().start();
    await responder!.apply(['198.51.100.0/24', '198.51.100.7', '2001:db8::/64'].map((text) => blockOf(text)));
    const rule = {
      access: 'Deny',
      direction: 'Inbound',
      protocol: '*',
      sourcePortRange: '*',
      destinationPortRange: '*',
      destinationAddressPrefix: '*',
    };
    expect(Object.fromEntries(azure.rules)).toMatchObject({
      web: theirs,
      'netsentinel-4-0': { properties: { ...rule, priority: 100, sourceAddressPrefixes: ['198.51.100.0/24'] } },
      'netsentinel-4-1': { properties: { ...rule, priority: 101, sourceAddressPrefixes: ['198.51.100.7'] } },
      'netsentinel-6-0': { properties: { ...rule, priority: 116, sourceAddressPrefixes: ['2001:db8::/64'] } },
    });
    await responder!.clear();
    expect([...azure.rules]).toEqual([['web', theirs]]);
  });

  it('writes only the rule that changes', async () => {
    await make().start();
    await responder!.apply(['198.51.100.7', '2001:db8::/64'].map((text) => blockOf(text)));
    azure.changes.length = 0;
    await responder!.apply([blockOf('198.51.100.8')]);
    expect(azure.changes).toEqual(['PUT netsentinel-4-0']);
  });

  it('waits where Azure is busy with the group', async () => {
    await make().start();
    azure.answers.push({ status: 409, body: { error: { code: 'AnotherOperationInProgress', message: 'wait' } } });
    expect(await responder!.apply([blockOf('198.51.100.7')])).toMatchObject([{ ok: true }]);
    expect(held(azure)).toEqual(['198.51.100.7']);
  });

  it('says which rights it lacks, and never its secret', async () => {
    azure.answers.push({ status: 403, body: { error: { code: 'AuthorizationFailed', message: 'not you' } } });
    expect(await make().start()).toMatchObject({
      available: false,
      reason: expect.stringContaining('AuthorizationFailed'),
      hint: expect.stringContaining('Network Contributor'),
    });
    await responder!.close();
    writeFileSync(azure.secretFile, 'a-wrong-secret');
    const refused = await make().start();
    expect(refused).toMatchObject({ available: false, hint: expect.stringContaining('clientSecretFile') });
    expect(JSON.stringify(refused)).not.toContain('a-wrong-secret');
  });

  it('says where the rules of somebody else are in its way', async () => {
    azure.rules.set('web', { properties: { access: 'Allow', direction: 'Inbound', priority: 100 } });
    await make().start();
    expect(await responder!.apply([blockOf('198.51.100.7')])).toMatchObject([
      { ok: false, reason: expect.stringContaining('priority 100') },
    ]);
  });

  it('says that it was never run live', async () => {
    expect(await make().start()).toMatchObject({ available: true, detail: expect.stringContaining('never run live') });
  });
});

it('signs in with all of tenant, application and secret, or none', () => {
  const whole = {
    subscriptionId: '00000000-0000-4000-8000-000000000001',
    resourceGroup: 'rg',
    networkSecurityGroup: 'nsg',
  };
  expect(AzureNsgConfig.safeParse({ ...whole, clientSecretFile: '/secret' }).success).toBe(false);
  expect(AzureNsgConfig.safeParse(whole).success).toBe(true);
});
