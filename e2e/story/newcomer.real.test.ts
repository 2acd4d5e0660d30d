/**
 * What a newcomer does with the README in hand: they attack their own install with `netsentinel lab` and Debian's ssh. In simulate mode, the
 * default, they play on and read what would have been done; in enforce mode their ssh hangs right after the login, until the time is up.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { namespacesUnavailable } from '@netsentinel/testkit/netns';
import { openStage, openTerminal, PORT, ssh, type Login, type Stage, type Terminal } from './stage.ts';

const POLL = { timeout: 30_000, interval: 100 };
const TTL_MS = 15_000;

describe.skipIf(namespacesUnavailable() !== undefined)('a newcomer', () => {
  let stage: Stage;
  let attacker: string;
  let login: Login;

  beforeAll(() => {
    stage = openStage();
  });
  afterAll(() => stage.close());

  const terminals: Terminal[] = [];
  const attackFromLab = (): Terminal => {
    const terminal = openTerminal(['nsenter', `--net=/run/netns/netsentinel-lab`, ...ssh(login)]);
    terminals.push(terminal);
    return terminal;
  };
  afterAll(() => terminals.forEach((one) => one.end()));
  /** Guesses until the decoy lets us in, as a person would; `isIn` tells that it has. */
  const logIn = async (isIn: (shown: string) => boolean): Promise<Terminal> => {
    for (let tries = 0; tries < 6; tries++) {
      const terminal = attackFromLab();
      await expect.poll(() => terminal.ended || isIn(terminal.shown), POLL).toBe(true);
      if (!terminal.ended) return terminal;
    }
    throw new Error('the decoy never let us in');
  };
  /** Blocks that the kernel was seen to enforce since the start. */
  const blocks = (): number =>
    stage.lines.filter((line) => line['t'] === 'action' && line['status'] === 'verified' && line['target'] === attacker)
      .length;
  const titles = async (): Promise<string[]> => (await stage.incidentOf(attacker)).timeline.map((entry) => entry.title);

  it('plays on in simulate mode, and reads what would have been done', async () => {
    await stage.start({ decoys: [{ id: 'ssh-1', type: 'ssh', port: PORT }] });
    const up = await stage.lab(['up', '--json']);
    const { attacker: from, decoy } = JSON.parse(up.stdout) as { attacker: string; decoy: string };
    attacker = from;
    login = { host: decoy, password: 'letmein' };

    const terminal = await logIn((shown) => shown.includes('Linux'));
    await expect.poll(titles, POLL).toContainEqual(expect.stringMatching(/^Would have blocked .* \(simulation\)$/));
    terminal.type('echo $((40 + 2)) and on\n');
    await expect.poll(() => terminal.shown, POLL).toContain('42 and on');
    terminal.type('exit\n');
    await expect.poll(() => terminal.ended, POLL).toBe(true);

    expect(stage.network.run('defender', ['nft', 'list', 'ruleset'])).toBe('');
    expect(await stage.blocks()).toMatchObject([{ target: attacker, status: 'simulated', mode: 'simulate' }]);
    expect((await stage.incidentOf(attacker)).status).toBe('open');
  });

  it('hangs right after the login in enforce mode, and is let back in when the time is up', async () => {
    await stage.start(
      {
        decoys: [{ id: 'ssh-1', type: 'ssh', port: PORT }],
        enforcer: { mode: 'enforce' },
        response: { ttlMs: TTL_MS },
      },
      { fresh: true },
    );
    // The block may be there before the greeting is.
    const terminal = await logIn(() => blocks() === 1);
    const before = terminal.shown;
    terminal.type('echo $((40 + 2)) and on\n');
    expect((await stage.lab(['run', '--', ...ssh(login, 'id')], { timeoutMs: 2000 })).stdout).toBe('');
    expect(terminal.shown).toBe(before);
    expect(terminal.ended).toBe(false);
    expect(await titles()).toContain(`Block of ${attacker} verified`);

    // The block ends: what was typed arrives, and a new visit is let in as far as the login, which brings the next block.
    await expect.poll(() => terminal.shown, POLL).toContain('42 and on');
    expect(await titles()).toContain(`Block of ${attacker} ended`);
    terminal.end();
    await logIn(() => blocks() === 2);
    expect(await stage.incidentsOf(attacker)).toHaveLength(1);
  });
});
