/**
 * Rules in the running product: what a user installs is in force without a restart, finds a real ssh session, is silenced by an exception, and a
 * correlation goes on counting when the product is started again.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { namespacesUnavailable } from '@netsentinel/testkit/netns';
import { openStage, PORT, ssh, type Login, type Stage } from './stage.ts';

const POLL = { timeout: 60_000, interval: 100 };
const CONFIG = {
  decoys: [{ id: 'ssh-1', type: 'ssh', port: PORT, options: { credentials: { any: true } } }],
};
const RULE = '2f1c6a1e-5a7e-4d0b-9b4e-0c3f7c1d2a01';
const RULES = `
title: Ledger asked for
id: ${RULE}
status: stable
level: medium
tags: [attack.collection, attack.t1005]
logsource: { product: linux, category: process_creation }
detection: { selection: { CommandLine|contains: ledger }, condition: selection }
---
title: Ledger asked for again and again
id: 2f1c6a1e-5a7e-4d0b-9b4e-0c3f7c1d2a02
level: high
tags: [attack.t1119]
correlation: { type: event_count, rules: [${RULE}], group-by: [User], timespan: 15m, condition: { gte: 3 }, generate: true }
`;

describe.skipIf(namespacesUnavailable() !== undefined)('rules in the running product', () => {
  let stage: Stage;
  let attacker: string;
  let login: Login;

  beforeAll(async () => {
    stage = openStage();
    attacker = stage.network.attacker4;
    login = { host: stage.network.defender4, password: 'letmein' };
    await stage.start(CONFIG);
  });
  afterAll(() => stage.close());

  const run = async (command: string): Promise<void> => {
    expect((await stage.attack(ssh(login, command))).code).toBe(0);
  };
  const found = async (): Promise<Record<string, number>> =>
    Object.fromEntries((await stage.incidentOf(attacker)).detections.map(({ title, count }) => [title, count]));
  const rules = async (): Promise<{ rules: number; correlations: number }> =>
    (JSON.parse((await stage.cli('status', '--json')).stdout) as { rules: { rules: number; correlations: number } })
      .rules;

  it('one that is installed finds the next session', async () => {
    const before = await rules();
    const folder = join(stage.attackerFolder, 'ledger-1.0');
    writeFileSync(`${folder}.yml`, RULES);
    await run('true ledger');
    expect(await stage.cli('rules', 'check', `${folder}.yml`)).toMatchObject({ code: 0 });
    expect(await stage.cli('rules', 'install', stage.attackerFolder, '--name', 'mine')).toMatchObject({ code: 0 });
    await expect.poll(rules, POLL).toMatchObject({ rules: before.rules + 1, correlations: before.correlations + 1 });
    await run('true ledger');
    await expect.poll(found, POLL).toMatchObject({ 'Ledger asked for': 1 });
    expect((await stage.incidentOf(attacker)).techniques).toContain('T1005');
  });

  it('a correlation counts on over a restart, and reports once', async () => {
    await run('true ledger');
    await expect.poll(found, POLL).toMatchObject({ 'Ledger asked for': 2 });
    await stage.start(CONFIG);
    await run('true ledger');
    await expect.poll(found, POLL).toMatchObject({ 'Ledger asked for': 3, 'Ledger asked for again and again': 1 });
    await stage.start(CONFIG);
    await run('true ledger');
    await expect.poll(found, POLL).toMatchObject({ 'Ledger asked for': 4, 'Ledger asked for again and again': 1 });
  });

  it('an exception silences it for what it names', async () => {
    const { stdout, code } = await stage.cli('rules', 'except', RULE, '--where', 'user.name=root', '--reason', 'drill');
    expect({ stdout, code }).toMatchObject({ code: 0 });
    // In force once the library was read again: only then is what we type below not found.
    await expect
      .poll(async () => {
        const before = (await found())['Ledger asked for'];
        await run('true ledger');
        await run('id -u');
        await expect.poll(async () => (await found())['Questions about users'] ?? 0, POLL).toBeGreaterThan(0);
        return (await found())['Ledger asked for'] === before;
      }, POLL)
      .toBe(true);
  });
});
