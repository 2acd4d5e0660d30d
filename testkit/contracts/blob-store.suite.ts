/** What every blob store must do. `open` opens the same folder or bucket again each time, until `fresh` starts a new one. */
import { createHash } from 'node:crypto';
import type { BlobStore, Spared } from '@netsentinel/contracts/blob-store';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

export interface BlobStoreHarness {
  /** Opens the store; called again after `close` it finds what was there. */
  open(options: { readonly maxBlobBytes: number }): Promise<BlobStore>;
  /** Makes it look as if this had been written last at that time, epoch ms. Whoever writes it may go on. */
  date(what: { readonly blob: string } | { readonly recording: string }, at: number): void;
  /** Removes everything. */
  destroy(): Promise<void>;
}

const MAX = 64 * 1024;
const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const NOTHING = async (): Promise<Spared> => ({ blobs: new Set(), recordings: new Set() });
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

    describe('drops the oldest', () => {
      let blobs: readonly string[];
      let recordings: readonly string[];
      /** Of each, on the disk. */
      let each: number;
      const left = async (): Promise<string[]> => [
        ...(await Promise.all(blobs.map(async (sha256, i) => ((await store.has(sha256)) ? [`blob ${i}`] : [])))).flat(),
        ...(
          await Promise.all(
            recordings.map(async (id) => ((await store.readRecording(id)) === undefined ? [] : [`recording ${id}`])),
          )
        ).flat(),
      ];

      beforeEach(async () => {
        const content = (i: number): Uint8Array => new Uint8Array(1000).fill(i);
        blobs = await Promise.all([0, 1, 2].map(async (i) => (await store.put(content(i))).sha256));
        recordings = ['a', 'b', 'c'];
        for (const id of recordings) {
          const writer = await store.openRecording(id);
          await writer.append(content(9));
          await writer.close();
        }
        // In turn: blob 0, recording a, blob 1, recording b …
        blobs.forEach((blob, i) => harness.date({ blob }, 1_700_000_000_000 + i * 20_000));
        recordings.forEach((recording, i) => harness.date({ recording }, 1_700_000_010_000 + i * 20_000));
        expect(store.measured()).toBeUndefined();
        expect(await store.retain(1_000_000, () => expect.unreachable('nothing must go'))).toBe(0);
        each = store.measured()! / 6;
        expect(each).toBeGreaterThanOrEqual(1000);
      });

      it('of blobs and recordings together, by their last write', async () => {
        expect(await store.retain(each * 3.5, NOTHING)).toBe(each * 3);
        expect(store.measured()).toBe(each * 3);
        expect(await left()).toEqual(['blob 2', 'recording b', 'recording c']);
        expect(await store.retain(each * 3, NOTHING)).toBe(0);
        expect(await store.retain(0, NOTHING)).toBe(each * 3);
        expect(await left()).toEqual([]);
      });

      it('but for what is spared, even where that alone is more', async () => {
        const spared = { blobs: new Set([blobs[0]!, 'b']), recordings: new Set(['a', blobs[1]!]) };
        expect(await store.retain(each * 3, async () => spared)).toBe(each * 3);
        expect(await left()).toEqual(['blob 0', 'recording a', 'recording c']);
        expect(await store.retain(each, async () => spared)).toBe(each);
        expect(await store.retain(each, async () => spared)).toBe(0);
        expect(store.measured()).toBe(each * 2);
        expect(await left()).toEqual(['blob 0', 'recording a']);
      });

      it('but for recordings that are being written, until they are closed', async () => {
        const writer = await store.openRecording('a');
        harness.date({ recording: 'a' }, 1_600_000_000_000);
        expect(await store.retain(0, NOTHING)).toBe(each * 5);
        expect(store.measured()).toBe(each);
        await writer.append(text('goes on'));
        expect((await store.readRecording('a'))?.byteLength).toBe(1007);
        await writer.close();
        expect(await store.retain(0, NOTHING)).toBeGreaterThan(0);
        expect(await store.readRecording('a')).toBeUndefined();
      });
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
