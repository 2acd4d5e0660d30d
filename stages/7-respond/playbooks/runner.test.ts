import { PlaybookRun } from '@netsentinel/contracts/playbook-run';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Trial } from './runner.fixture.ts';

const HOUR = 3_600_000;
let trial: Trial;

beforeEach(() => {
  trial = new Trial();
});
afterEach(() => trial.close());

const begin = async (playbook: Record<string, unknown>, more = {}): Promise<void> => {
  trial.add(playbook, more);
  await trial.start();
  await trial.put('i1');
};
const BLOCK = { id: 'hold', block: { for: '1h' } };

describe('steps', () => {
  it('follow each other; each is done once, in the audit, and over a restart at every point', async () => {
    await begin({
      steps: [
        { note: 'Begun.' },
        BLOCK,
        { notify: { to: ['mail'], text: 'Look at {{title}} $(id)' } },
        { wait: '2h' },
        { note: 'Over.' },
      ],
    });
    await trial.until(async () => (await trial.blocks()).length > 0);
    await trial.restart();
    await trial.say('verified');
    await trial.until(async () => (await trial.messages()).length > 0);
    await trial.restart();
    // What the author wrote is told as it stands.
    expect(await trial.messages()).toEqual(['mail: Look at {{title}} $(id)']);
    await trial.taken();
    await trial.until(async () => (await trial.run()).steps[3]?.status === 'running');
    await trial.restart();
    trial.clock.advance(2 * HOUR - 10_000);
    expect((await trial.run()).status).toBe('running');
    const run = await trial.stands('done', 0);
    expect(PlaybookRun.parse(run)).toEqual(run);
    expect(await trial.notes()).toEqual(['Begun.', 'Over.']);
    expect(await trial.blocks()).toMatchObject([
      {
        target: '203.0.113.77',
        kind: 'block',
        playbook: { id: 'p', run: run.id },
        reason: 'playbook p: A playbook',
        expiresAt: expect.any(Number),
      },
    ]);
    await trial.until(async () => (await trial.run()).unconfirmed.length === 0);
    expect(trial.lines()).toEqual([
      'run started',
      '1 note done',
      'hold block asked',
      'hold block done',
      '3 notify done',
      '4 wait done',
      '5 note done',
      'run done',
    ]);
    await trial.put('i1');
    trial.clock.advance(HOUR);
    await trial.until(async () => (await trial.state.read.nextPlaybookAt()) === undefined);
    expect(await trial.state.read.playbookRuns()).toHaveLength(1);
  });

  it('that take another measure ask for that, and are told as that', async () => {
    await begin({ steps: [{ id: 'watch', block: { measure: 'redirect', for: '1h' } }] });
    await trial.say('verified');
    const { steps } = await trial.stands('done');
    expect(await trial.blocks()).toMatchObject([{ measure: 'redirect', target: '203.0.113.77' }]);
    expect(steps[0]?.detail).toMatch(/^redirect of 203\.0\.113\.77 until .*: verified$/);
    await trial.until(async () => (await trial.run()).unconfirmed.length === 0);
    expect(trial.lines()).toEqual(['run started', 'watch redirect asked', 'watch redirect done', 'run done']);
  });

  it('that no responder can take fail with the enforcer’s reasons, at once', async () => {
    await begin({ steps: [{ block: { measure: 'tarpit', for: '1h' }, retry: 3 }] });
    const why = 'no responder can tarpit: nftables: it knows no tarpit; redis: it can only block';
    await trial.say('refused', -1, why);
    expect((await trial.stands('failed')).detail).toContain(why);
    expect(await trial.blocks()).toHaveLength(1);
  });

  it('of a group are done at the same time, and all must end before it goes on', async () => {
    await begin({ steps: [{ parallel: [BLOCK, { notify: { text: 'All of you' } }] }, { note: 'Both.' }] });
    await trial.until(async () => (await trial.messages()).length === 2 && (await trial.blocks()).length === 1);
    await trial.taken();
    await trial.until(async () => (await trial.run()).steps[1]?.status === 'done');
    expect(await trial.notes()).toEqual([]);
    await trial.say('simulated');
    await trial.stands('done');
    expect(await trial.notes()).toEqual(['Both.']);
  });

  it('go on after a transaction that failed, without doing anything twice', async () => {
    for (let failIn = 1; failIn <= 5; failIn++) {
      await trial.runner?.stop();
      if (trial.state !== undefined) await trial.close();
      trial = new Trial();
      trial.failIn = failIn;
      await begin({ steps: [{ note: 'One.' }, { notify: { to: ['mail'], text: 'Two' } }, BLOCK, { note: 'Four.' }] });
      await trial.until(async () => (await trial.messages()).length > 0);
      await trial.restart();
      await trial.taken();
      await trial.say('verified');
      await trial.stands('done');
      expect(await trial.notes()).toEqual(['One.', 'Four.']);
      expect(await trial.blocks()).toHaveLength(1);
    }
  });
});

describe('failure', () => {
  it('is tried again, then what was done is taken back, the newest first', async () => {
    await begin({
      steps: [
        { ...BLOCK, compensate: [{ revert: true }, { note: 'Let in again.' }] },
        { note: 'Held.', compensate: [{ notify: { to: ['mail'], text: 'It was a mistake' } }] },
        { id: 'second', block: { for: '2h' }, retry: 1, onFailure: 'compensate' },
      ],
    });
    await trial.say('verified');
    await trial.until(async () => (await trial.blocks()).length === 2);
    await trial.say('failed', 0, 'firewall is away');
    const first = (await trial.blocks()).find(({ expiresAt, createdAt }) => expiresAt - createdAt === HOUR)!;
    const failed = (await trial.blocks()).find(({ id }) => id !== first.id)!;
    await trial.state.transaction((tx) => tx.putAction({ ...failed, status: 'failed', detail: 'firewall is away' }));
    await trial.state.transaction((tx) => tx.putAction({ ...first, status: 'verified' }));
    await trial.until(async () => (await trial.blocks()).length === 3);
    const third = (await trial.blocks()).find(({ id }) => id !== first.id && id !== failed.id)!;
    await trial.state.transaction((tx) => tx.putAction({ ...third, status: 'refused', detail: 'protected' }));
    await trial.stands('compensating');
    await trial.until(() => trial.reverts.length > 0);
    await trial.restart();
    // Nobody has answered: it is asked again, of the block that stands and of no other.
    await trial.until(() => trial.reverts.length > 1);
    expect(new Set(trial.reverts)).toEqual(new Set([first.id]));
    expect(await trial.notes()).toEqual(['Held.']);
    await trial.state.transaction((tx) => tx.putAction({ ...first, status: 'reverted' }));
    const run = await trial.stands('compensated');
    expect(run.detail).toContain('step second failed: refused: protected');
    expect(await trial.notes()).toEqual(['Held.', 'Let in again.']);
    expect(await trial.messages()).toEqual(['mail: It was a mistake']);
    await trial.until(async () => (await trial.run()).unconfirmed.length === 0);
    expect(trial.lines().slice(-6)).toEqual([
      'run compensating',
      'second undo block done',
      '2 undo notify done',
      'hold undo block done',
      'hold undo note done',
      'run compensated',
    ]);
  });

  it('takes back another measure as what it is; what is stronger may follow on it, and nothing weaker on a block', async () => {
    const watch = { id: 'watch', block: { measure: 'redirect', for: '1h' } };
    await begin({ steps: [watch, { notify: { to: ['nobody'], text: 'x' }, onFailure: 'compensate' }] });
    await trial.say('verified');
    await trial.until(() => trial.reverts.length > 0);
    await trial.say('reverted');
    await trial.stands('compensated');
    await trial.until(async () => (await trial.run()).unconfirmed.length === 0);
    expect(trial.lines()).toContain('watch undo redirect done');
    const next = async (id: string, step: object): Promise<string | undefined> => {
      trial.add({ id, steps: [{ block: { for: '1h', ...step } }] });
      await trial.restart();
      await trial.put('i1');
      await trial.until(async () => (await trial.state.read.playbookRuns()).some(({ playbook }) => playbook.id === id));
      const at = (await trial.state.read.playbookRuns()).length - 1;
      await trial.until(async () => (await trial.run(at)).steps[0]?.status !== 'pending');
      return (await trial.run(at)).detail;
    };
    expect(await next('again', { measure: 'redirect' })).toContain('a redirect of this incident was taken back');
    expect(await next('weaker', { measure: 'mirror' })).toContain('a redirect of this incident was taken back');
    expect(await next('stronger', {})).toBeUndefined();
    await trial.say('reverted');
    expect(await next('last', { measure: 'tarpit' })).toContain('a block of this incident was taken back');
  });

  it('stops, or is passed over, as the step says', async () => {
    await begin({
      steps: [
        { notify: { to: ['nobody'], text: 'x' }, onFailure: 'continue' },
        { block: { for: '1h' }, timeout: '30s' },
        { note: 'Not reached.' },
      ],
    });
    const run = await trial.stands('failed');
    expect(run.steps.map(({ status, detail }) => [status, detail])).toEqual([
      ['failed', 'there is no notifier nobody'],
      ['failed', 'not in force in time (planned)'],
      ['skipped', undefined],
    ]);
    expect(await trial.notes()).toEqual([]);
  });

  it('a block is asked for under the rules of all blocks', async () => {
    trial.add({ steps: [{ block: { for: '90d', scope: 'network' } }] });
    await trial.start();
    const unproven = { sourceVerified: false, actor: '198.51.100.1' };
    await trial.put('i1', unproven);
    await trial.put('i2', { actor: '127.0.0.1' });
    await trial.put('i3', { actor: 'host:web1' });
    await trial.put('i4', { actor: '2001:db8:1:2::/64' });
    await trial.until(
      async () => (await trial.state.read.playbookRuns()).filter(({ status }) => status === 'failed').length === 3,
    );
    const runs = await trial.state.read.playbookRuns();
    const detail = (id: string): string | undefined => runs.find(({ incident }) => incident === id)?.detail;
    expect(detail('i1')).toContain('not proven');
    expect(detail('i2')).toContain('no address here about which anything may be done');
    expect(detail('i3')).toContain('no address here about which anything may be done');
    const [block, ...others] = await trial.blocks();
    expect(others).toEqual([]);
    expect(block).toMatchObject({ target: '2001:db8:1::/48', expiresAt: block!.createdAt + 7 * 24 * HOUR });
  });
});

describe('a person', () => {
  const ASK = { id: 'ask', approve: { question: 'Hold them?', by: ['alice'] }, onFailure: 'compensate' };
  const asked = async (): Promise<string> => {
    await trial.say('verified');
    await trial.until(async () => (await trial.run()).steps[1]?.status === 'running');
    return (await trial.run()).id;
  };
  const answer = (run: string, word: 'approve' | 'deny', by = 'cli:alice') =>
    trial.runner.answer(run, { word, by, reason: 'known' });

  it('who is named approves, over a restart, and is named in the audit', async () => {
    await begin({ steps: [BLOCK, ASK, { note: 'Held.' }] });
    const run = await asked();
    await trial.restart();
    await expect(answer(run, 'approve', 'cli:mallory')).rejects.toMatchObject({ code: 'PLAYBOOK_NOT_ASKED_OF_YOU' });
    // An account of the console is not one of the machine, whatever its name.
    await expect(answer(run, 'approve', 'console:alice')).rejects.toMatchObject({ code: 'PLAYBOOK_NOT_ASKED_OF_YOU' });
    await expect(answer('run-none', 'approve')).rejects.toMatchObject({ code: 'PLAYBOOK_RUN_NOT_FOUND' });
    await answer(run, 'approve', 'cli:alice as root');
    await trial.restart();
    await trial.stands('done');
    await expect(answer(run, 'approve')).rejects.toMatchObject({ code: 'PLAYBOOK_NOT_ASKING' });
    expect(await trial.notes()).toEqual([
      expect.stringContaining(`Hold them? (alice); netsentinel playbook approve ${run}`),
      'Held.',
    ]);
    await trial.until(() => trial.lines().includes('run done'));
    expect(trial.audit).toContainEqual(
      expect.objectContaining({
        step: 'ask',
        outcome: 'done',
        by: 'cli:alice as root',
        detail: 'cli:alice as root approved it: known',
      }),
    );
  });

  it('of the console approves where the playbook names them so', async () => {
    await begin({ steps: [BLOCK, { ...ASK, approve: { ...ASK.approve, by: ['console:ada'] } }, { note: 'Held.' }] });
    const run = await asked();
    for (const by of ['cli:ada', 'token:ada', 'console:eve'])
      await expect(answer(run, 'approve', by)).rejects.toMatchObject({ code: 'PLAYBOOK_NOT_ASKED_OF_YOU' });
    await answer(run, 'approve', 'console:ada');
    await trial.stands('done');
  });

  it('who denies has it taken back', async () => {
    await begin({ steps: [BLOCK, ASK, { note: 'Held.' }] });
    await answer(await asked(), 'deny');
    await trial.until(() => trial.reverts.length > 0);
    await trial.say('reverted');
    expect((await trial.stands('compensated')).detail).toContain('cli:alice denied it: known');
    expect(await trial.notes()).toHaveLength(1);
  });

  it('who does not answer in time lets happen what the playbook says', async () => {
    await begin({
      steps: [BLOCK, { ...ASK, approve: { ...ASK.approve, onTimeout: 'continue' }, timeout: '2h' }, { note: 'Held.' }],
    });
    const run = await asked();
    trial.clock.advance(2 * HOUR);
    await expect(answer(run, 'approve')).rejects.toMatchObject({ code: 'PLAYBOOK_NOT_ASKING' });
    await trial.stands('done');
    expect((await trial.notes()).at(-1)).toBe('Held.');
  });

  it('ends a run, with or without taking back what it did, or says that it is no attack', async () => {
    await begin({ steps: [BLOCK, { wait: '1d' }, { note: 'Late.' }] });
    await trial.put('i2');
    await trial.put('i3');
    await trial.until(async () => (await trial.blocks()).length === 3);
    for (const at of [0, 1, 2]) await trial.say('verified', at);
    const runs = await trial.state.read.playbookRuns();
    await trial.until(async () =>
      (await trial.state.read.playbookRuns()).every(({ steps }) => steps[1]?.status === 'running'),
    );
    await trial.runner.cancel(runs[0]!.id, 'cli:bob', false);
    await expect(trial.runner.cancel(runs[0]!.id, 'cli:bob', false)).rejects.toMatchObject({
      code: 'PLAYBOOK_RUN_OVER',
    });
    await trial.runner.cancel(runs[1]!.id, 'cli:bob', true);
    await trial.until(() => trial.reverts.length > 0);
    const benign = (await trial.state.read.incident(runs[2]!.incident))!;
    await trial.state.transaction((tx) => tx.putIncident({ ...benign, status: 'benign' }));
    trial.clock.advance(24 * HOUR);
    await trial.until(async () => (await trial.state.read.playbookRun(runs[2]!.id))?.status === 'cancelled');
    expect((await trial.state.read.playbookRun(runs[2]!.id))?.detail).toBe('a person said that it is no attack');
    expect((await trial.state.read.playbookRun(runs[0]!.id))?.status).toBe('cancelled');
    expect(await trial.notes()).toEqual([]);
  });
});

describe('which runs there are', () => {
  it('simulated ones do nothing, say what they would have done, and do not count where it is run', async () => {
    const playbook = {
      steps: [BLOCK, { notify: { text: 'x' } }, { wait: '1d' }, { approve: { question: 'Sure?' } }, { note: 'Done.' }],
    };
    await begin(playbook, { mode: 'simulate' });
    const run = await trial.stands('done');
    expect(run.steps.map(({ status, detail }) => `${status}: ${detail}`)).toEqual([
      'simulated: would ask for a block of 203.0.113.77 for 1h',
      'simulated: would tell all notifiers: x',
      'simulated: would wait 1d',
      'simulated: would ask a person: Sure?',
      'simulated: would note: Done.',
    ]);
    expect([await trial.blocks(), await trial.messages(), await trial.notes()]).toEqual([[], [], []]);
    trial.add(playbook);
    await trial.restart();
    await trial.put('i1');
    await trial.until(async () => (await trial.state.read.playbookRuns()).length === 2);
  });

  it('one an attacker where it says so, and none for what is over or does not fit', async () => {
    trial.add({ once: 'attacker', steps: [{ note: 'Seen.' }] });
    await trial.start();
    await trial.put('i0', { status: 'closed', actor: '198.51.100.9' });
    await trial.put('i1');
    await trial.put('i2');
    await trial.put('i3', { severity: 'high', actor: '198.51.100.8' });
    await trial.put('i4', { actor: '198.51.100.7' });
    await trial.until(async () => (await trial.state.read.nextPlaybookAt()) === undefined);
    const runs = await trial.state.read.playbookRuns();
    expect(runs.map(({ actor }) => actor).toSorted()).toEqual(['198.51.100.7', '203.0.113.77']);
  });

  it('keep the version that they began with', async () => {
    await begin({ steps: [{ wait: '1h' }, { note: 'Old.' }] });
    await trial.until(async () => (await trial.run())?.steps[0]?.status === 'running');
    trial.add({ version: 2, steps: [{ note: 'New.' }] });
    await trial.restart();
    trial.clock.advance(HOUR);
    expect((await trial.stands('done')).playbook.version).toBe(1);
    expect(await trial.notes()).toEqual(['Old.']);
  });

  it('are so many at once and an hour; the others wait and are not lost', async () => {
    trial.config = { maxRuns: 2, maxRunsPerHour: 3, keepDays: 30 };
    trial.add({ steps: [{ wait: '10m' }] });
    await trial.start();
    const started = trial.clock.now();
    for (let i = 0; i < 5; i++) await trial.put(`i${i}`);
    await trial.until(async () => (await trial.state.read.playbookRuns({ open: true })).length === 2);
    const count = async (): Promise<number> => (await trial.state.read.playbookRuns()).length;
    await trial.until(async () => (await count()) === 3, 2000);
    await trial.until(async () => (await count()) === 5, 10_000);
    expect(trial.clock.now() - started).toBeGreaterThan(HOUR);
  });

  it('wait for the audit, however long it is away, and are then forgotten after their time', async () => {
    trial.isAuditThere = false;
    await begin({ steps: [{ note: 'Seen.' }] });
    await trial.stands('done');
    await trial.restart();
    trial.clock.advance(40 * 24 * HOUR);
    await trial.until(async () => (await trial.state.read.playbookRuns({ open: true })).length === 1);
    expect(trial.lines()).toEqual([]);
    trial.isAuditThere = true;
    trial.runner.connected();
    await trial.until(() => trial.lines().length === 3);
    await trial.until(async () => (await trial.state.read.playbookRuns({ open: true })).length === 0);
    trial.clock.advance(40 * 24 * HOUR);
    await trial.until(async () => (await trial.state.read.playbookRuns()).length === 0);
  });
});
