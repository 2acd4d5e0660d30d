/** The stores open in one folder, and a backup of them opens again. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ManualClock } from '@netsentinel/kernel/clock';
import { createLogger } from '@netsentinel/kernel/log';
import { StoreConfig } from '@netsentinel/store/store.config';
import { StreamConfig } from '@netsentinel/stream/stream.config';
import { afterEach, expect, it } from 'vitest';
import { openStores, type Stores } from './stores.ts';

const folder = mkdtempSync(join(tmpdir(), 'stores-'));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const open = (directory: string): Promise<Stores> =>
  openStores({
    directory,
    config: { contentRoot: folder, encryption: {}, store: StoreConfig.parse({}), stream: StreamConfig.parse({}) },
    clock: new ManualClock(),
    log: createLogger('test', { level: 'error' }),
  });

async function close({ events, stream, blobs, state }: Stores): Promise<void> {
  await events.close();
  await stream.close();
  await blobs.close();
  await state.close();
}

it('copies all that it keeps, inside its own folder only', async () => {
  const stores = await open(folder);
  const sealed = stores.keys.keyring.seal(Buffer.from('a secret'), 'a test');
  const { sha256 } = await stores.blobs.put(Buffer.from('an upload'));
  stores.keys.keyring.rotate(1);
  const recording = await stores.blobs.openRecording('s1');
  await recording.append(Buffer.from('typed'));
  expect(stores.correlation.exists).toBe(false);
  await (await stores.correlation.open()).close();
  await expect(stores.backup(join(tmpdir(), 'elsewhere'))).rejects.toMatchObject({ code: 'BACKUP_OUTSIDE' });
  const copy = join(folder, 'backup');
  await stores.backup(copy);
  await close(stores);
  const again = await open(copy);
  expect(again.correlation.exists).toBe(true);
  expect(again.keys.keyring.open(sealed, 'a test')).toEqual(Buffer.from('a secret'));
  expect(Buffer.from((await again.blobs.get(sha256))!).toString()).toBe('an upload');
  expect(Buffer.from((await again.blobs.readRecording('s1'))!).toString()).toBe('typed');
  await close(again);
});
