/** What every blob store must do. `open` opens the same folder or bucket again each time, until `fresh` starts a new one. */
import { createHash } from 'node:crypto';
import type { BlobStore, LastToGo } from '@netsentinel/contracts/blob-store';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

export interface BlobStoreHarness {
  /** Opens the store; called again after `close` it finds what was there. */
  open(options: { readonly maxBlobBytes: number }): Promise<BlobStore>;
  /** Removes everything. */
  destroy(): Promise<void>;
}

const MAX = 64 * 1024;
const sparing =
  ({ blobs = [] as readonly string[], recordings = [] as readonly string[] }): (() => Promise<LastToGo>) =>
  async () => ({ blobs: new Set(blobs), recordings: new Set(recordings) });
const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const sha = (value: Uint8Array): string => createHash('sha256').update(value).digest('hex');

export function blobStoreSuite(name: string, create: () => Promise<BlobStoreHarness>): void {
  describe(`blob store: ${name}`, () => {
    let harness: BlobStoreHarness;
    let store: BlobStore;
    beforeEach(async () => {
      harness = await create();
      store = await harness.open({ maxBlobBytes: MAX });
    });
    afterEach(async () => {
      await store.close();
      await harness.destroy();
    });

    it('keeps content by its hash, once', async () => {
      const content = text('MZ\0\u{1f600} anything');
      const info = await store.put(content);
      expect(info).toEqual({ sha256: sha(content), bytes: content.byteLength });
      expect(await store.put(content)).toEqual(info);
      expect(Buffer.from((await store.get(info.sha256))!)).toEqual(Buffer.from(content));
      expect(await store.has(info.sha256)).toBe(true);
    });

    it('takes pieces and gives pieces', async () => {
      const pieces = [text('one '), new Uint8Array(0), text('two '), text('three')];
      const info = await store.put(
        (async function* () {
          yield* pieces;
        })(),
      );
      expect(info.sha256).toBe(sha(text('one two three')));
      const read: Uint8Array[] = [];
      for await (const piece of (await store.stream(info.sha256))!) read.push(piece);
      expect(Buffer.concat(read).toString()).toBe('one two three');
    });

    it('keeps the empty blob', async () => {
      const info = await store.put(new Uint8Array(0));
      expect((await store.get(info.sha256))?.byteLength).toBe(0);
    });

    it('knows nothing of other names, whatever they try', async () => {
      for (const wrong of [
        '',
        '..',
        '../../etc/passwd',
        'a'.repeat(63),
        'A'.repeat(64),
        `${'a'.repeat(63)}/`,
        '\0'.repeat(64),
      ]) {
        expect(await store.get(wrong)).toBeUndefined();
        expect(await store.stream(wrong)).toBeUndefined();
        expect(await store.has(wrong)).toBe(false);
        expect(await store.remove(wrong)).toBe(false);
        expect(await store.readRecording(wrong === '' ? '' : `../${wrong}`)).toBeUndefined();
      }
      expect(await store.get('0'.repeat(64))).toBeUndefined();
    });

    it('refuses what is too large, also when it comes in pieces, and keeps none of it', async () => {
      const large = new Uint8Array(MAX + 1);
      await expect(store.put(large)).rejects.toMatchObject({ code: 'BLOB_TOO_LARGE' });
      await expect(
        store.put(
          (async function* () {
            for (;;) yield new Uint8Array(10_000);
          })(),
        ),
      ).rejects.toMatchObject({ code: 'BLOB_TOO_LARGE' });
      expect(await store.has(sha(large))).toBe(false);
    });

    it('hands on what a source throws', async () => {
      const failing = (async function* (): AsyncGenerator<Uint8Array> {
        yield text('a');
        throw new Error('the attacker hung up');
      })();
      await expect(store.put(failing)).rejects.toThrow('the attacker hung up');
      expect(await store.has(sha(text('a')))).toBe(false);
    });

    it('removes', async () => {
      const { sha256 } = await store.put(text('gone'));
      expect(await store.remove(sha256)).toBe(true);
      expect(await store.remove(sha256)).toBe(false);
      expect(await store.get(sha256)).toBeUndefined();
    });

    it('drops the oldest beyond a size, sparing what must be kept', async () => {
      const infos = [];
      for (let i = 0; i < 5; i++) infos.push(await store.put(new Uint8Array(1000).fill(i)));
      const spared = infos[0]!.sha256;
      expect(store.measured()).toBeUndefined();
      expect(await store.retain(2500, sparing({ blobs: [spared] }))).toBe(3000);
      expect(store.measured()).toBe(2000);
      const left = await Promise.all(infos.map((info) => store.has(info.sha256)));
      expect(left[0]).toBe(true);
      expect(left.filter(Boolean)).toHaveLength(2);
      expect(await store.retain(2500, async () => expect.unreachable())).toBe(0);
    });

    it('drops recordings that are over as it does blobs, and what was to be spared once nothing else is left', async () => {
      const write = async (id: string): Promise<void> => {
        const recording = await store.openRecording(id);
        await recording.append(new Uint8Array(1000).fill(1));
        await recording.close();
      };
      for (const id of ['old', 'spared', 'new']) await write(id);
      const open = await store.openRecording('open');
      await open.append(new Uint8Array(1000));
      const blob = await store.put(new Uint8Array(1000).fill(2));
      const there = async (): Promise<readonly string[]> => {
        const found: string[] = [];
        for (const id of ['old', 'spared', 'new', 'open'])
          if ((await store.readRecording(id)) !== undefined) found.push(id);
        return (await store.has(blob.sha256)) ? [...found, 'blob'] : found;
      };
      const last = sparing({ recordings: ['spared'] });
      // On the disk they take a little more than was recorded. Which of two is older, their clock may be too coarse to tell.
      const spared: (readonly [left: number, spared: boolean])[] = [];
      for (const most of [3600, 2500, 1500, 500]) {
        expect(await store.retain(most, last)).toBeGreaterThanOrEqual(1000);
        const left = await there();
        expect(left).toContain('open');
        spared.push([left.length, left.includes('spared')]);
      }
      expect(spared).toEqual([
        [4, true],
        [3, true],
        [2, true],
        [1, false],
      ]);
      expect(store.measured()).toBe(0);
      await open.append(text('goes on'));
      expect((await open.close()).bytes).toBe(1007);
    });

    it('records: appends in order, readable meanwhile, from any byte', async () => {
      const recording = await store.openRecording('session~1_a-B');
      await Promise.all([recording.append(text('one ')), recording.append(text('two '))]);
      expect(Buffer.from((await store.readRecording('session~1_a-B'))!).toString()).toBe('one two ');
      await recording.append(text('three'));
      expect(recording.bytes).toBe(13);
      expect(Buffer.from((await store.readRecording('session~1_a-B', 4))!).toString()).toBe('two three');
      expect((await store.readRecording('session~1_a-B', 99))?.byteLength).toBe(0);
      expect(await recording.close()).toEqual({ sha256: sha(text('one two three')), bytes: 13 });
      await expect(recording.append(text('!'))).rejects.toMatchObject({ code: 'BLOB_RECORDING_CLOSED' });
    });

    it('continues a recording, also after it was closed and opened anew', async () => {
      await (await store.openRecording('r')).append(text('a'));
      await expect(store.openRecording('r')).rejects.toMatchObject({ code: 'BLOB_RECORDING_OPEN' });
      await store.close();
      store = await harness.open({ maxBlobBytes: MAX });
      const again = await store.openRecording('r');
      expect(again.bytes).toBe(1);
      await again.append(text('b'));
      expect((await again.close()).sha256).toBe(sha(text('ab')));
    });

    it('bounds recordings, and their names', async () => {
      const recording = await store.openRecording('large');
      await recording.append(new Uint8Array(MAX));
      await expect(recording.append(text('x'))).rejects.toMatchObject({ code: 'BLOB_TOO_LARGE' });
      expect(recording.bytes).toBe(MAX);
      await expect(store.openRecording('../x')).rejects.toMatchObject({ code: 'BLOB_BAD_RECORDING_ID' });
      await expect(store.openRecording('x'.repeat(129))).rejects.toMatchObject({ code: 'BLOB_BAD_RECORDING_ID' });
      expect(await store.readRecording('none')).toBeUndefined();
    });

    it('finds everything again after it was closed', async () => {
      const { sha256 } = await store.put(text('stays'));
      await store.close();
      store = await harness.open({ maxBlobBytes: MAX });
      expect(Buffer.from((await store.get(sha256))!).toString()).toBe('stays');
    });

    it('refuses to write once closed', async () => {
      await store.close();
      await expect(store.put(text('x'))).rejects.toMatchObject({ code: 'BLOB_CLOSED' });
    });
  });
}
