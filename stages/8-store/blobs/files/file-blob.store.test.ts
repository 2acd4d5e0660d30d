import { createHash, randomBytes } from 'node:crypto';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { BlobStore } from '@netsentinel/contracts/blob-store';
import { passingKeyring } from '@netsentinel/kernel/keyring';
import { silentLogger } from '@netsentinel/kernel/log';
import { blobStoreSuite } from '@netsentinel/testkit/contracts/blob-store.suite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openFileBlobStore, readFileRecording } from './file-blob.store.ts';

const MAX = 300_000;
const keys = passingKeyring();
let directory: string;
let store: BlobStore;
const open = (): Promise<BlobStore> => openFileBlobStore({ directory, maxBlobBytes: MAX, keys, log: silentLogger });
const reopen = async (): Promise<void> => {
  await store.close();
  store = await open();
};
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'blobs-'));
  store = await open();
});
afterEach(async () => {
  await store.close();
  rmSync(directory, { recursive: true, force: true });
});

const shaOf = (content: Uint8Array): string => createHash('sha256').update(content).digest('hex');
const contentFile = (sha: string): string => join(directory, 'content', sha.slice(0, 2), sha.slice(2, 4), sha);
const recordingFile = (id: string): string => join(directory, 'recordings', `r-${id}`);
const text = (bytes: Uint8Array | undefined): string | undefined => bytes && Buffer.from(bytes).toString();

/** Everything that lies in the folder, as one. */
const onDisk = (): Buffer =>
  Buffer.concat(
    readdirSync(directory, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name))),
  );

async function recorded(id: string, ...chunks: (string | Uint8Array)[]): Promise<void> {
  const recording = await store.openRecording(id);
  for (const chunk of chunks) await recording.append(Buffer.from(chunk));
  await recording.close();
}

blobStoreSuite('files', () => {
  const folder = mkdtempSync(join(tmpdir(), 'blobs-'));
  return Promise.resolve({
    open: ({ maxBlobBytes }) => openFileBlobStore({ directory: folder, maxBlobBytes, keys, log: silentLogger }),
    date: (what, at) => {
      const [blob, recording] = 'blob' in what ? [what.blob] : [undefined, what.recording];
      const file =
        blob === undefined
          ? join(folder, 'recordings', `r-${recording}`)
          : join(folder, 'content', blob.slice(0, 2), blob.slice(2, 4), blob);
      utimesSync(`${file}.sealed`, at / 1000, at / 1000);
    },
    destroy: () => Promise.resolve(rmSync(folder, { recursive: true, force: true })),
  });
});

describe('files by hash', () => {
  it('are never executable, and for us alone; a half-written one is swept away on opening', async () => {
    const { sha256 } = await store.put(Buffer.from('#!/bin/sh\n'));
    await store.close();
    writeFileSync(join(directory, 'temporary', 'torn'), 'half');
    store = await open();
    expect(statSync(`${contentFile(sha256)}.sealed`).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(directory, 'temporary'))).toEqual([]);
  });

  it('are left alone by whoever only reads a recording beside the running store', async () => {
    const writer = await store.openRecording('decoys~1');
    await writer.append(Buffer.from('so far'));
    writeFileSync(join(directory, 'temporary', 'under-way'), 'half');
    expect(text(await readFileRecording(directory, 'decoys~1', () => keys))).toBe('so far');
    for (const none of ['decoys~2', '../state.db'])
      expect(await readFileRecording(directory, none, () => keys)).toBeUndefined();
    expect(readdirSync(join(directory, 'temporary'))).toEqual(['under-way']);
  });
});

describe('at rest', () => {
  it('nothing of what was typed or uploaded lies on the disk as it was', async () => {
    const upload = Buffer.concat([randomBytes(70_000), Buffer.from('hunter2 in an upload'), randomBytes(70_000)]);
    const { sha256 } = await store.put(upload);
    const recording = await store.openRecording('s1');
    await recording.append(Buffer.from('su - root\r\nhunter2 as typed\r\n'));
    expect(onDisk().includes('hunter2')).toBe(false);
    expect(onDisk().includes('su - root')).toBe(false);
    expect(onDisk().includes(upload.subarray(0, 16))).toBe(false);
    expect(Buffer.from((await store.get(sha256))!).equals(upload)).toBe(true);
    expect(text(await store.readRecording('s1', 11))).toBe('hunter2 as typed\r\n');
  });

  it('the same content never looks the same, and keys change without losing what there is', async () => {
    await Promise.all([recorded('a', 'the same'), recorded('b', 'the same')]);
    expect(readFileSync(`${recordingFile('a')}.sealed`)).not.toEqual(readFileSync(`${recordingFile('b')}.sealed`));
    const old = await store.put(Buffer.from('old'));
    const before = keys.active;
    keys.rotate(1);
    const { sha256 } = await store.put(Buffer.from('new'));
    await recorded('a', ' and more');
    expect(readFileSync(`${contentFile(sha256)}.sealed`).includes(keys.active)).toBe(true);
    expect(readFileSync(`${contentFile(old.sha256)}.sealed`).includes(before)).toBe(true);
    expect([text(await store.get(old.sha256)), text(await store.readRecording('a'))]).toEqual([
      'old',
      'the same and more',
    ]);
  });

  it('a flipped bit anywhere is an error that says so', async () => {
    const { sha256 } = await store.put(Buffer.from('an upload'));
    await recorded('r', 'one', 'two');
    const read = { blob: () => store.get(sha256), recording: () => store.readRecording('r') };
    const files = { blob: `${contentFile(sha256)}.sealed`, recording: `${recordingFile('r')}.sealed` };
    for (const kind of ['blob', 'recording'] as const) {
      const good = readFileSync(files[kind]);
      for (let at = 0; at < good.length * 8; at += 3) {
        const bad = Buffer.from(good);
        bad[at >> 3]! ^= 1 << (at & 7);
        writeFileSync(files[kind], bad);
        const code = await read[kind]().then(
          (bytes) => `read ${text(bytes)}`,
          (error: { code: string }) => error.code,
        );
        // Another digit of the key's id names a key that there is none of.
        expect([kind, at, code]).toEqual([kind, at, expect.stringMatching(/^BLOB_(DAMAGED|KEY_MISSING)$/)]);
      }
      writeFileSync(files[kind], good);
      await expect(read[kind]()).resolves.toBeDefined();
    }
  });

  it('a file in another’s place is refused, whole or in parts', async () => {
    const [one, other] = [await store.put(Buffer.from('one')), await store.put(Buffer.from('two'))];
    renameSync(`${contentFile(other.sha256)}.sealed`, `${contentFile(one.sha256)}.sealed`);
    await expect(store.get(one.sha256)).rejects.toMatchObject({ code: 'BLOB_DAMAGED' });
    await expect(store.stream(one.sha256)).rejects.toMatchObject({ code: 'BLOB_DAMAGED' });
    await recorded('a', 'first', 'after');
    await recorded('b', 'first', 'after');
    const frame = 36 + 5;
    const file = readFileSync(`${recordingFile('a')}.sealed`);
    const [header, first, after] = [file.subarray(0, 56), file.subarray(56, 56 + frame), file.subarray(56 + frame)];
    for (const wrong of [
      [header, after],
      [header, after, first],
      [header, first, first, after],
    ]) {
      writeFileSync(`${recordingFile('a')}.sealed`, Buffer.concat(wrong));
      await expect(store.readRecording('a')).rejects.toMatchObject({ code: 'BLOB_DAMAGED' });
    }
    renameSync(`${recordingFile('b')}.sealed`, `${recordingFile('a')}.sealed`);
    await expect(store.readRecording('a')).rejects.toMatchObject({ code: 'BLOB_DAMAGED' });
    await expect(store.openRecording('a')).rejects.toMatchObject({ code: 'BLOB_DAMAGED' });
  });

  it('a blob that was cut short is refused, wherever', async () => {
    const content = randomBytes(2 * 65_536);
    const { sha256 } = await store.put(content);
    const file = `${contentFile(sha256)}.sealed`;
    const { size } = statSync(file);
    for (const cut of [1, 36, 36 + 65_536, 2 * (36 + 65_536), size - 56, size - 55, size]) {
      await truncate(file, size - cut);
      await expect(store.get(sha256)).rejects.toMatchObject({ code: 'BLOB_DAMAGED' });
      await store.put(content);
    }
    expect((await store.get(sha256))?.byteLength).toBe(content.byteLength);
  });

  it('says which key is missing', async () => {
    const { sha256 } = await store.put(Buffer.from('x'));
    await store.close();
    store = await openFileBlobStore({ directory, maxBlobBytes: MAX, keys: passingKeyring(), log: silentLogger });
    await expect(store.get(sha256)).rejects.toMatchObject({
      code: 'BLOB_KEY_MISSING',
      message: expect.stringContaining(keys.active) as string,
    });
  });
});

describe('a recording whose writer was killed', () => {
  it('keeps every chunk that was acknowledged, however much of the next one was written, and goes on', async () => {
    await recorded('r', 'kept ', 'torn');
    const file = `${recordingFile('r')}.sealed`;
    const whole = readFileSync(file);
    const end = 56 + 36 + 5;
    for (let cut = end; cut < whole.length; cut++) {
      writeFileSync(file, whole.subarray(0, cut));
      expect(text(await store.readRecording('r'))).toBe('kept ');
    }
    await reopen();
    await recorded('r', 'and on');
    expect(text(await store.readRecording('r'))).toBe('kept and on');
    // Power that fails leaves zeros where the disk did not get to.
    writeFileSync(file, Buffer.concat([readFileSync(file), Buffer.alloc(100)]));
    expect(text(await store.readRecording('r'))).toBe('kept and on');
    await recorded('r', '!');
    expect(text(await store.readRecording('r'))).toBe('kept and on!');
  });

  it('begins anew where not even its header was written', async () => {
    for (const header of ['', 'NSSEAL1\n0123']) {
      writeFileSync(`${recordingFile('r')}.sealed`, header);
      expect((await store.readRecording('r'))?.byteLength).toBe(0);
      await recorded('r', 'on');
      expect(text(await store.readRecording('r'))).toBe('on');
    }
  });
});

it('reads from any byte, over chunks of any size', async () => {
  const content = randomBytes(MAX);
  const sizes = [1, 65_536, 65_537, 7, 140_000];
  const chunks = sizes.map((size, i) =>
    content.subarray(sizes.slice(0, i).reduce((a, b) => a + b, 0)).subarray(0, size),
  );
  const total = sizes.reduce((a, b) => a + b, 0);
  await recorded('r', ...chunks);
  for (const from of [0, 1, 2, 65_536, 65_537, 131_073, 131_074, 131_080, total - 1, total]) {
    const read = Buffer.from((await store.readRecording('r', from))!);
    expect([from, read.equals(content.subarray(from, total))]).toEqual([from, true]);
  }
});

describe('files from before anything was encrypted', () => {
  const old = Buffer.from('kept by an older version');
  beforeEach(() => {
    mkdirSync(dirname(contentFile(shaOf(old))), { recursive: true });
    writeFileSync(contentFile(shaOf(old)), old);
    writeFileSync(recordingFile('r'), old);
  });

  it('are read as they are', async () => {
    const sha = shaOf(old);
    expect([await store.has(sha), text(await store.get(sha))]).toEqual([true, String(old)]);
    expect(text(await store.readRecording('r', 8))).toBe('an older version');
    expect(await readFileRecording(directory, 'r', () => expect.unreachable())).toEqual(new Uint8Array(old));
    await store.retain(0, async () => ({ blobs: new Set(), recordings: new Set() }));
    expect([await store.has(sha), await store.readRecording('r')]).toEqual([false, undefined]);
  });

  it('are encrypted once they are written again', async () => {
    await store.put(old);
    await recorded('r', ', and on');
    expect(onDisk().includes('older')).toBe(false);
    expect(text(await store.get(shaOf(old)))).toBe(String(old));
    expect(text(await store.readRecording('r'))).toBe(`${String(old)}, and on`);
    expect(await store.remove(shaOf(old))).toBe(true);
    // Killed once the encrypted one was there, and the other not yet gone.
    writeFileSync(recordingFile('r'), old);
    await recorded('r', '!');
    expect(text(await store.readRecording('r'))).toBe(`${String(old)}, and on!`);
    expect(readdirSync(join(directory, 'recordings'))).toEqual(['r-r.sealed']);
  });
});
