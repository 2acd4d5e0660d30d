import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { findInputFiles, readInputFile } from './input-file.ts';

let folder: string;
const text = '{"user":"märy"}\n'.repeat(50_000);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'netsentinel-input-file-'));
});

afterAll(() => rm(folder, { recursive: true }));

async function read(path: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of readInputFile(path)) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

it.each([
  ['plain', Buffer.from(text)],
  ['gzip', gzipSync(text)],
  ['several gzip members', Buffer.concat([gzipSync(text.slice(0, 100)), gzipSync(text.slice(100))])],
  ['zstd', zstdCompressSync(text)],
  ['UTF-16, little end first', Buffer.from(`\uFEFF${text}`, 'utf16le')],
  ['UTF-16, big end first', Buffer.from(`\uFEFF${text}`, 'utf16le').swap16()],
  ['UTF-16 within gzip', gzipSync(Buffer.from(`\uFEFF${text}`, 'utf16le'))],
])('reads %s, whatever the name', async (name, bytes) => {
  const path = join(folder, `${name}.dat`);
  await writeFile(path, bytes);
  expect(await read(path)).toBe(text);
});

it('reads an empty file, and one of a single byte', async () => {
  for (const content of ['', '1']) {
    await writeFile(join(folder, 'small'), content);
    expect(await read(join(folder, 'small'))).toBe(content);
  }
});

it('counts what it has read from disk', async () => {
  const path = join(folder, 'counted.gz');
  const bytes = gzipSync(text);
  await writeFile(path, bytes);
  let last = 0;
  for await (const _ of readInputFile(path, (read) => (last = read))) expect(last).toBeGreaterThan(0);
  expect(last).toBe(bytes.length);
});

it.each([
  ['bunzip2', Buffer.from('BZh91AY&SY')],
  ['unxz', Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00, 0x00])],
])('says that %s must unpack it first', async (name, begin) => {
  const path = join(folder, name);
  await writeFile(path, begin);
  await expect(read(path)).rejects.toMatchObject({ code: 'INPUT_BROKEN', message: expect.stringContaining(name) });
});

it('says which file is damaged', async () => {
  const path = join(folder, 'cut.gz');
  await writeFile(path, gzipSync(text).subarray(0, 100));
  await expect(read(path)).rejects.toMatchObject({ code: 'INPUT_BROKEN', message: expect.stringContaining(path) });
});

it('does not unpack what only pretends to be a log', async () => {
  const path = join(folder, 'bomb.gz');
  const piece = gzipSync(Buffer.alloc(8 * 1024 * 1024));
  await writeFile(path, Buffer.concat(Array.from({ length: 20 }, () => piece)));
  let unpacked = 0;
  const reading = async (): Promise<void> => {
    for await (const chunk of readInputFile(path)) unpacked += chunk.length;
  };
  await expect(reading()).rejects.toMatchObject({ message: expect.stringContaining('times its size') });
  expect(unpacked).toBeLessThan(100 * 1024 * 1024);
});

it('opens folders, in order, and takes only event files there', async () => {
  const inside = join(folder, 'logs');
  await mkdir(join(inside, 'old'), { recursive: true });
  for (const name of ['b.jsonl', 'a.json.gz', 'old/c.ndjson.zst', 'notes.md']) await writeFile(join(inside, name), 'x');
  const found = await findInputFiles([join(inside, 'notes.md'), inside]);
  expect(found.map(({ path, bytes }) => [path.slice(inside.length + 1), bytes])).toEqual([
    ['notes.md', 1],
    ['a.json.gz', 1],
    ['b.jsonl', 1],
    ['old/c.ndjson.zst', 1],
  ]);
});

it('says what is not there', async () => {
  await expect(findInputFiles([join(folder, 'nowhere')])).rejects.toMatchObject({ code: 'INPUT_NOT_FOUND' });
  await mkdir(join(folder, 'empty'));
  await expect(findInputFiles([join(folder, 'empty')])).rejects.toMatchObject({ code: 'INPUT_NOT_FOUND' });
});
