/**
 * A person watches in Chromium: they open the link that `up` prints, make their account, see the incident appear while the attack runs, read
 * along in the live terminal, and see the attacker being cut off and let back in.
 */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openConsole, type OpenConsole } from '@netsentinel/testkit/browser';
import { namespacesUnavailable } from '@netsentinel/testkit/netns';
import { openStage, openTerminal, PORT, ssh, upload, type Login, type Stage, type Terminal } from './stage.ts';

const SCREENSHOTS = fileURLToPath(new URL('../screenshots/', import.meta.url));
const POLL = { timeout: 30_000, interval: 100 };
const TTL_MS = 15_000;

describe.skipIf(namespacesUnavailable() !== undefined)('a person who watches', () => {
  let stage: Stage;
  let shown: OpenConsole | undefined;
  let terminal: Terminal | undefined;
  const chromium = process.env['NETSENTINEL_CHROMIUM'];

  beforeAll(async () => {
    stage = openStage();
    mkdirSync(SCREENSHOTS, { recursive: true });
    // The console listens on the loopback of the defended machine, so the browser runs there too.
    const wrapper = join(stage.attackerFolder, 'chromium-inside');
    writeFileSync(
      wrapper,
      `#!/bin/sh\nexec ${stage.network.inDefender.join(' ')} ${chromium ?? '/usr/bin/chromium'} "$@"\n`,
    );
    chmodSync(wrapper, 0o755);
    await stage.start({
      decoys: [{ id: 'ssh-1', type: 'ssh', port: PORT }],
      enforcer: { mode: 'enforce' },
      response: { ttlMs: TTL_MS, blockOn: ['file-upload'], blockFrom: 101 },
    });
    process.env['NETSENTINEL_CHROMIUM'] = wrapper;
  });
  afterEach(() => terminal?.end());
  afterAll(async () => {
    await shown?.close();
    await stage.close();
    if (chromium === undefined) delete process.env['NETSENTINEL_CHROMIUM'];
    else process.env['NETSENTINEL_CHROMIUM'] = chromium;
  });

  it('sees the attack as it happens, the block, and its end', async () => {
    const link = new URL(stage.product.consoleUrl);
    shown = await openConsole({ url: link.origin, signInPath: link.pathname + link.hash });
    const { page } = shown;
    const { attacker4, defender4 } = stage.network;
    await page.getByRole('link', { name: 'Incidents' }).click();
    await page.getByText('Nobody has attacked yet').waitFor();
    expect(await page.getByTestId('incident').count()).toBe(0);

    // Guesses until the decoy lets them in.
    const login: Login = { host: defender4, password: 'letmein' };
    await expect
      .poll(async () => {
        terminal?.end();
        const next = (terminal = openTerminal([...stage.network.inAttacker, ...ssh(login)], 120_000));
        await expect.poll(() => next.ended || next.shown.includes('# '), POLL).toBe(true);
        return next.ended;
      }, POLL)
      .toBe(false);
    const row = page.getByTestId('incident').filter({ hasText: attacker4 });
    await row.waitFor();
    await row.getByRole('link').first().click();
    await shown.waitForTerminalText('Linux');

    const typed = shown.waitForTerminalText('uid=0(root) gid=0(root)');
    terminal!.type('id; cat /etc/passwd | tail -3\n');
    await typed;
    const timeline = page.getByTestId('timeline');
    await timeline.getByText('id; cat /etc/passwd').first().waitFor();
    const key = `mkdir -p .ssh; echo 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGfY2lvHAvMZs5cU1mF1rCr6h0rJmCw6qVgq0jv9kX1p them' >> .ssh/authorized_keys`;
    terminal!.type(`${key}\n`);
    await page.getByRole('heading', { name: /planted an SSH key/ }).waitFor();
    await page.screenshot({ path: join(SCREENSHOTS, 'story-live.png'), fullPage: true });

    const tool = join(stage.attackerFolder, 'tool');
    writeFileSync(tool, 'a tool');
    await upload(stage, login, tool, '/root/tool');
    const response = page.getByTestId('response');
    await response.getByText('Blocked, seen in the kernel').waitFor();
    await response.getByText(attacker4).first().waitFor();
    await page.screenshot({ path: join(SCREENSHOTS, 'story-blocked.png'), fullPage: true });
    terminal!.type('echo is anybody there\n');

    await response.getByText('Let back in: the time was up').waitFor();
    // Their ssh has only been waiting, and is watched on.
    await shown.waitForTerminalText('is anybody there');
    await page.screenshot({ path: join(SCREENSHOTS, 'story-let-back-in.png'), fullPage: true });
    expect(shown.complaints).toEqual([]);
  });
});
