/** Debian's `crowdsec-firewall-bouncer` drops what we block, with nftables in a namespace of its own, and lets in what is taken back. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Action } from '@netsentinel/contracts/action';
import { systemClock } from '@netsentinel/kernel/clock';
import { startApi } from '@netsentinel/testkit/api-harness';
import { createNetworkLab, namespacesUnavailable } from '@netsentinel/testkit/netns';
import { relayInto } from '@netsentinel/testkit/netns-relay';
import { PacketProbe } from '@netsentinel/testkit/packet-probe';
import { settingsOnly } from '@netsentinel/testkit/settings-only';
import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { BlockList } from './block-list.ts';
import { Bouncers } from './bouncers.ts';

const missing =
  namespacesUnavailable() ??
  (spawnSync('crowdsec-firewall-bouncer', ['-V']).error === undefined ? undefined : 'there is no bouncer');
const PORT = 18_088;
const PATIENCE_MS = 10_000;

it.skipIf(missing !== undefined && process.env['CI'] === undefined)('enforces our blocks', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'netsentinel-bouncer-'));
  const lab = createNetworkLab();
  const list = new BlockList(systemClock);
  const bouncers = new Bouncers(settingsOnly(), systemClock);
  const api = await startApi({ blocklist: { mode: 'enforce', list, bouncers } });
  const relay = await relayInto(lab, 'defender', PORT, api.url);
  const blockOf = (target: string): Action => ({
    id: `act-${target}`,
    incident: 'inc-1',
    actor: target,
    kind: 'block',
    target,
    responder: 'nftables',
    reason: 'score 70: SSH break-in',
    status: 'verified',
    createdAt: Date.now(),
    expiresAt: Date.now() + 3_600_000,
    updatedAt: Date.now(),
  });
  try {
    lab.addAttackers(['198.18.7.1/15', '198.18.9.9/15', '2001:db8:7::1/32']);
    const probe = await PacketProbe.start(lab);
    const config = join(folder, 'bouncer.yaml');
    writeFileSync(
      config,
      `mode: nftables
pid_dir: ${folder}
update_frequency: 1s
daemonize: false
log_mode: file
log_dir: ${folder}
log_level: info
api_url: http://127.0.0.1:${PORT}/
api_key: ${await bouncers.add('edge')}
disable_ipv6: false
deny_action: DROP
supported_decisions_types: [ban]
blacklists_ipv4: crowdsec-blacklists
blacklists_ipv6: crowdsec6-blacklists
nftables:
  ipv4: { enabled: true, set-only: false, table: crowdsec, chain: crowdsec-chain }
  ipv6: { enabled: true, set-only: false, table: crowdsec6, chain: crowdsec6-chain }
prometheus: { enabled: false }
`,
    );
    const before = blockOf('198.18.7.1');
    list.take(before);
    lab.start('defender', ['crowdsec-firewall-bouncer', '-c', config]);
    expect(await probe.dropped('198.18.7.1', PATIENCE_MS)).toBe(true);
    expect(await probe.passes('198.18.9.9')).toBe(true);
    // While it runs: one more of each family, and one taken back. Of a network its nftables sets hold the first address only.
    list.take(blockOf('2001:db8:7::1'));
    list.take(blockOf('198.18.9.9'));
    list.take({ ...before, status: 'reverted' });
    for (const source of ['198.18.9.9', '2001:db8:7::1']) expect(await probe.dropped(source, PATIENCE_MS)).toBe(true);
    expect(await probe.passes('198.18.7.1', PATIENCE_MS)).toBe(true);
    expect(await bouncers.list()).toMatchObject([
      { name: 'edge', agent: expect.stringContaining('crowdsec-firewall-bouncer') },
    ]);
    expect(readFileSync(join(folder, 'crowdsec-firewall-bouncer.log'), 'utf8')).not.toMatch(/level=(error|fatal)/);
  } finally {
    lab.destroy();
    relay.close();
    await api.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
