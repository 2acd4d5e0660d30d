/** New keys by order: in the audit, and what was sealed before still opens. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ManualClock } from '@netsentinel/kernel/clock';
import { openKeyring } from '@netsentinel/kernel/keyring-files';
import { silentLogger } from '@netsentinel/kernel/log';
import { openSqliteStateStore } from '@netsentinel/store/state/sqlite/sqlite-state.store';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { rotateKeys } from './key-orders.ts';

const clock = new ManualClock(5000);
let directory: string;
let state: Awaited<ReturnType<typeof openSqliteStateStore>>;
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'key-orders-'));
  state = await openSqliteStateStore({ file: join(directory, 'state.db'), log: silentLogger, clock });
});
afterEach(async () => {
  await state.close();
  rmSync(directory, { recursive: true, force: true });
});

it('are made, used from then on, and audited', async () => {
  const keys = openKeyring({ directory }, clock.now());
  const first = keys.keyring.active;
  const sealed = keys.keyring.seal(Buffer.from('a secret'), 'a test');
  const active = await rotateKeys({ which: 'data', by: 'cli:ada' }, { keys, state, clock });
  expect(active).not.toBe(first);
  const master = readFileSync(join(directory, 'secrets.key'), 'utf8');
  expect(await rotateKeys({ which: 'master', by: 'cli:ada' }, { keys, state, clock })).toBe(active);
  expect(readFileSync(join(directory, 'secrets.key'), 'utf8')).not.toBe(master);
  expect((await state.read.audit()).records).toMatchObject([
    { account: 'cli:ada', action: 'rotateMasterKey', target: 'keys', before: { key: active } },
    { account: 'cli:ada', action: 'rotateDataKey', target: 'keys', before: { key: first } },
  ]);
  const again = openKeyring({ directory }, clock.now()).keyring;
  expect(again.active).toBe(active);
  expect(Buffer.from(again.open(sealed, 'a test')!).toString()).toBe('a secret');
});

it('are not audited where none was made', async () => {
  const keys = openKeyring({ directory, masterKey: new Uint8Array(32).fill(7) }, clock.now());
  await expect(rotateKeys({ which: 'master', by: 'cli:ada' }, { keys, state, clock })).rejects.toMatchObject({
    code: 'MASTER_KEY_CONFIGURED',
  });
  expect((await state.read.audit()).records).toEqual([]);
});
