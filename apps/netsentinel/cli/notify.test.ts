import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@netsentinel/kernel/clock';
import { silentLogger } from '@netsentinel/kernel/log';
import { openSqliteStateStore } from '@netsentinel/store/state/sqlite/sqlite-state.store';
import { deliveryFixture } from '@netsentinel/testkit/contracts/alert-book.cases';
import { httpReceiver } from '@netsentinel/testkit/fake-http-receiver';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { dataFolder, installSeed, prepareDataFolder, type DataFolder } from '../launcher/data-folder.ts';
import { captured } from './captured.fixture.ts';
import { readDuration } from './duration.ts';

let top: string;
let folder: DataFolder;
let config: string;
const cli = (...args: string[]): ReturnType<typeof captured> => captured(['--config', config, 'notify', ...args]);

beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), 'ns-notify-'));
  folder = dataFolder(join(top, 'data'));
  config = join(top, 'netsentinel.yaml');
  writeFileSync(config, `data: ${folder.root}\n`);
});
afterEach(() => rmSync(top, { recursive: true, force: true }));

function configure(url: string, secret = '{ file: key }'): void {
  const options = `{ url: "${url}", secret: ${secret}, allowPrivate: true }`;
  writeFileSync(
    config,
    `data: ${folder.root}\nalert: { notifiers: [{ id: hook, type: webhook, options: ${options} }] }\n`,
  );
}

describe('notify, where nothing runs', () => {
  it('tries a notifier from here, with its secret, and says what it answered', async () => {
    const receiver = await httpReceiver((_, index) => ({ status: index === 0 ? 202 : 403, body: '\u001b[31mno' }));
    onTestFinished(() => receiver.close());
    configure(receiver.url);
    expect(await cli('test', 'hook')).toMatchObject({
      code: 1,
      err: expect.stringContaining('netsentinel.yaml:2:') as string,
    });
    writeFileSync(join(top, 'key'), 'signing key\n');
    expect(await cli('test', 'hook')).toMatchObject({
      code: 0,
      out: expect.stringContaining('taken: HTTP 202') as string,
    });
    expect(receiver.posted[0]!.headers['webhook-signature']).toMatch(/^v1,/);
    const refused = await cli('test', 'hook');
    expect(refused).toMatchObject({ code: 1, out: expect.stringContaining('not taken: HTTP 403') as string });
    expect(refused.out).not.toContain('\u001b[31mno');
    expect(await cli('test', 'nobody')).toMatchObject({
      code: 4,
      err: expect.stringContaining('Known: hook') as string,
    });
  });

  it('lists what is configured, and refuses a bare secret', async () => {
    expect((await cli('list')).out).toContain('no notifiers');
    configure('https://hooks.example.com');
    expect((await cli('list')).out).toMatch(/hook +webhook/);
    configure('https://hooks.example.com', 'hunter2');
    const bare = await cli('list');
    expect(bare).toMatchObject({ code: 1, err: expect.stringContaining('{ env: NAME }') as string });
    expect(bare.err).not.toContain('hunter2');
  });

  it('shows what could not be sent, and what is silent', async () => {
    expect((await cli('dead')).code).toBe(4);
    prepareDataFolder(folder, undefined);
    installSeed(folder);
    const state = await openSqliteStateStore({
      file: join(folder.platform, 'state.db'),
      log: silentLogger,
      clock: systemClock,
    });
    await state.transaction(async (tx) => {
      await tx.putDelivery(deliveryFixture('d1', { status: 'dead', attempts: 3, answer: 'HTTP 404 \u001b[2J' }));
      await tx.putSilence({
        id: crypto.randomUUID(),
        decoy: 'ssh-1',
        reason: 'a drill',
        by: 'me',
        at: 1,
        until: Date.now() + 60_000,
      });
      await tx.putSilence({ id: crypto.randomUUID(), decoy: 'old', reason: 'over', by: 'me', at: 1, until: 2 });
    });
    await state.close();
    const { out } = await cli('dead');
    expect(out).toContain('HTTP 404');
    expect(out).not.toContain('\u001b[2J');
    expect((await cli('dead', '--json')).out).toContain('"id":"d1"');
    const silences = await cli('silence', 'list');
    expect(silences.out).toContain('a drill');
    expect(silences.out).not.toContain('over');
    expect((await cli('silence', 'end', 'nothing')).code).toBe(4);
    expect((await cli('ack', 'nothing')).code).toBe(4);
    expect((await cli('dead', '--resend')).code).toBe(3);
    expect((await cli('silence', 'add', '--decoy', 'a', '--for', '1h', '--reason', 'x')).code).toBe(3);
  });

  it('answers wrong usage with 2', async () => {
    for (const args of [
      ['--for', '1h'],
      ['--address', 'x', '--for', '1h'],
      ['--rule', 'r', '--for', 'ever'],
    ])
      expect(await cli('silence', 'add', '--reason', 'x', ...args)).toMatchObject({ code: 2 });
  });
});

it('reads lengths of time', () => {
  expect(['30s', '90m', '2h', '7d'].map((text) => readDuration(text, 1e12))).toEqual([
    30_000, 5_400_000, 7_200_000, 604_800_000,
  ]);
  for (const text of ['0h', '5', 'h', '2w', '-1h', '400d'])
    expect(() => readDuration(text, 366 * 86_400_000)).toThrow(/length of time/);
});
