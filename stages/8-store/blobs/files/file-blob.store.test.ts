import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '@netsentinel/kernel/log';
import { blobStoreSuite } from '@netsentinel/testkit/contracts/blob-store.suite';
import { describe, expect, it } from 'vitest';
import { openFileBlobStore, readFileRecording } from './file-blob.store.ts';

blobStoreSuite('files', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'blobs-'));
  return {
    open: ({ maxBlobBytes }) => openFileBlobStore({ directory, maxBlobBytes, log: silentLogger }),
    destroy: () => rm(directory, { recursive: true, force: true }),
  };
});

describe('files by hash', () => {
  it('are never executable, and for us alone; a half-written one is swept away on opening', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'blobs-'));
    try {
      const first = await openFileBlobStore({ directory, maxBlobBytes: 100, log: silentLogger });
      const { sha256 } = await first.put(new TextEncoder().encode('#!/bin/sh\n'));
      await first.close();
      await writeFile(join(directory, 'temporary', 'torn'), 'half');
      const second = await openFileBlobStore({ directory, maxBlobBytes: 100, log: silentLogger });
      const file = join(directory, 'content', sha256.slice(0, 2), sha256.slice(2, 4), sha256);
      expect((await stat(file)).mode & 0o777).toBe(0o600);
      expect(await readdir(join(directory, 'temporary'))).toEqual([]);
      await second.close();
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  });

  it('are left alone by whoever only reads a recording beside the running store', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'blobs-'));
    try {
      const store = await openFileBlobStore({ directory, maxBlobBytes: 100, log: silentLogger });
      const writer = await store.openRecording('decoys~1');
      await writer.append(Buffer.from('so far'));
      await writeFile(join(directory, 'temporary', 'under-way'), 'half');
      expect(Buffer.from((await readFileRecording(directory, 'decoys~1')) ?? []).toString()).toBe('so far');
      expect(await readFileRecording(directory, 'decoys~2')).toBeUndefined();
      expect(await readFileRecording(directory, '../state.db')).toBeUndefined();
      expect(await readdir(join(directory, 'temporary'))).toEqual(['under-way']);
      await store.close();
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  });
});
