import { formatNetwork, parseNetwork, type Network } from '@netsentinel/kernel/address';
import { ManualClock } from '@netsentinel/kernel/clock';
import { silentLogger } from '@netsentinel/kernel/log';
import { responderSuite } from '@netsentinel/testkit/contracts/responder.suite';
import { settled, untilTurned } from '@netsentinel/testkit/responder-context';
import { FakeFlowSwitch } from '@netsentinel/testkit/fake-flow-switch';
import { beforeEach, describe, expect, it } from 'vitest';
import { PolledResponder } from '../firewall/polled-responder.ts';
import { OpenflowFirewall } from './openflow-firewall.ts';

const MEANS = {
  management: [{ family: 4, base: 0xc6120063n, prefix: 32 }],
  mirrorPort: 7,
  redirect: 'it knows no decoys',
  onward: { kind: 'normal' },
} as const;
const POLLING = { checkMs: 1500, compareMs: 300_000 };

responderSuite('flows in two switches', () => {
  const clock = new ManualClock();
  const switches = [new FakeFlowSwitch('one', clock), new FakeFlowSwitch('two', clock)] as const;
  return Promise.resolve({
    clock,
    log: silentLogger,
    create: (ctx) =>
      new PolledResponder('flows', ctx, new OpenflowFirewall({ clock, switches, priority: 9, means: MEANS }), POLLING),
    blocked: () => Promise.resolve(switches[0].dropped().filter((text) => switches[1].dropped().includes(text))),
    vandalize: () => {
      switches[1].flows.clear();
      return Promise.resolve();
    },
    until: untilTurned(clock),
    destroy: () => Promise.resolve(),
  });
});

describe('OpenflowFirewall', () => {
  let clock: ManualClock;
  let one: FakeFlowSwitch;
  let two: FakeFlowSwitch;
  let intended: Map<string, Network>;
  let mended: string[];
  let responder: PolledResponder;

  const intend = (text: string): Network => {
    const network = parseNetwork(text) ?? { family: 4, base: 0n, prefix: 32 };
    intended.set(formatNetwork(network), network);
    return network;
  };
  const block = async (text: string): Promise<boolean> => {
    const change = { kind: 'block', network: intend(text), remainingMs: 600_000, renew: false } as const;
    const [outcome] = await responder.apply([change]);
    return outcome?.ok === true && outcome.verified;
  };
  const pass = async (ms: number): Promise<void> => {
    for (let i = 0; i < ms; i += 500) {
      clock.advance(500);
      await settled();
    }
  };

  beforeEach(() => {
    clock = new ManualClock();
    one = new FakeFlowSwitch('one', clock);
    two = new FakeFlowSwitch('two', clock);
    intended = new Map();
    mended = [];
    const books = {
      remainingMs: (network: Network) => (intended.has(formatNetwork(network)) ? 600_000 : undefined),
      all: () => [...intended.values()].map((network) => ({ network, remainingMs: 600_000 })),
      count: () => intended.size,
    };
    const ctx = { clock, log: silentLogger, intended: books, onMended: (what: string) => mended.push(what) };
    const firewall = new OpenflowFirewall({ clock, switches: [one, two], priority: 9, means: MEANS });
    responder = new PolledResponder('flows', ctx, firewall, POLLING);
  });

  it('goes on with the switches that answer, and makes good on one that is back', async () => {
    two.down = true;
    expect(await responder.start()).toEqual({
      available: true,
      detail: 'flows in one; two is left out: two is down',
    });
    expect(await block('198.18.1.1')).toBe(true);
    expect(one.dropped()).toEqual(['198.18.1.1']);
    two.down = false;
    await pass(3000);
    expect(two.dropped()).toEqual(['198.18.1.1']);
    expect(mended).toEqual(['somebody changed entries']);
    [one.down, two.down] = [true, true];
    await pass(3000);
    expect(responder.availability()).toMatchObject({ available: false, reason: 'one is down' });
    expect(await responder.clear()).toMatchObject({ available: false });
    await responder.close();
  });

  it('takes out flows that bear its cookie and that nobody ordered', async () => {
    await responder.start();
    expect(await block('198.18.1.1')).toBe(true);
    one.plant('dst', '198.18.0.0/16');
    await pass(3000);
    expect(one.flows.size).toBe(2);
    expect(mended).toHaveLength(1);
    await responder.close();
  });

  it('leaves a switch alone in which others have its priority', async () => {
    one.taken = 'priority=9,tcp actions=NORMAL';
    expect(await responder.start()).toMatchObject({
      detail: expect.stringContaining('one is left out: somebody else’s'),
    });
    expect(await block('198.18.1.1')).toBe(true);
    expect([one.dropped(), two.dropped()]).toEqual([[], ['198.18.1.1']]);
    await responder.close();
  });

  it('redirects nobody while a switch cannot track connections, and blocks all the same', async () => {
    const decoys = [{ family: 4 as const, value: 0xc612000dn }];
    const redirect = { services: [{ kind: 'tcp' as const, port: 22, decoyPort: 2222 }], decoys, dropsOthers: false };
    const firewall = new OpenflowFirewall({ clock, switches: [one, two], priority: 9, means: { ...MEANS, redirect } });
    two.unable = 'two does not track';
    await firewall.uphold();
    expect(firewall.refuses('redirect')).toBe('two does not track');
    const entries = (['redirect', 'block'] as const).map((measure, i) => ({
      network: intend(`198.18.1.${i}`),
      remainingMs: 600_000,
      measure,
    }));
    expect(await firewall.replace(entries)).toEqual({ ok: true });
    expect([one.flows.size, two.flows.size]).toEqual([2, 2]);
    expect(two.dropped()).toEqual(['198.18.1.1']);
    two.unable = undefined;
    await firewall.uphold();
    expect(firewall.refuses('redirect')).toBeUndefined();
    expect(await firewall.replace(entries)).toEqual({ ok: true });
    expect(await firewall.count()).toBe(2);
    expect(one.flows.size).toBeGreaterThan(4);
    // What the responder lets go of is the measure that is there.
    expect(await firewall.change([{ kind: 'unblock', network: intend('198.18.1.0') }])).toEqual({ ok: true });
    expect([one.flows.size, two.flows.size]).toEqual([2, 2]);
  });

  it('counts where there are many, and reads all when the number is not right', async () => {
    await responder.start();
    const changes = Array.from({ length: 1500 }, (_, i) => {
      const network = intend(`198.18.${4 + (i >> 8)}.${i & 255}`);
      return { kind: 'block', network, remainingMs: 600_000, renew: false } as const;
    });
    const outcomes = await responder.apply(changes);
    for (const outcome of outcomes) expect(outcome.ok && (await outcome.verified)).toBe(true);
    await pass(6000);
    expect(mended).toEqual([]);
    two.flows.delete('drop src 198.18.5.5');
    await pass(6000);
    expect(two.dropped()).toHaveLength(1500);
    expect(mended).toEqual(['somebody changed entries']);
    await responder.close();
  });
});
