/** `normalize`, `formats` and `bench parse` as their user meets them. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { captured } from './captured.fixture.ts';

const log = [
  '#separator \\x09',
  '#path\tssh',
  '#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tauth_success\tclient',
  '#types\ttime\tstring\taddr\tport\taddr\tport\tbool\tstring',
  '1795253400.125000\tC1\t198.51.100.7\t40112\t203.0.113.9\t22\tF\tSSH-2.0-\u202eevil\u009b',
  'cut\tshort',
  '1795253401.125000\tC2\t198.51.100.7\t40113\t203.0.113.9\t22\tT\tSSH-2.0-x',
].join('\n');

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ns-normalize-'));
  file = join(folder, 'anything.bin');
  writeFileSync(file, gzipSync(log));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const eventsOf = (out: string) =>
  out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { event: Record<string, unknown>; source?: Record<string, unknown> });

describe('normalize', () => {
  it('prints every record as ECS, in order, and what it cannot read as an error with its original', async () => {
    const { code, out, err } = await captured(['normalize', file]);
    expect(code).toBe(0);
    const events = eventsOf(out);
    expect(events.map(({ event }) => event['kind'])).toEqual(['event', 'pipeline_error', 'event']);
    expect(events[0]).toMatchObject({ '@timestamp': '2026-11-21T09:30:00.125Z', source: { ip: '198.51.100.7' } });
    expect(events[1]!.event).toMatchObject({
      original: 'cut\tshort',
      module: 'zeek',
      reason: expect.stringContaining('fewer'),
    });
    expect(err).toContain('1 records could not be parsed');
  });

  it('prints nothing that a terminal obeys', async () => {
    const { out } = await captured(['normalize', file]);
    expect(out).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
  });

  it('stops at the first such record where it is told to be strict', async () => {
    const { code, out, err } = await captured(['normalize', '--strict', file]);
    expect(code).toBe(1);
    expect(eventsOf(out)).toHaveLength(1);
    expect(err).toContain(`${file}:6:`);
  });

  it('says that a file is of no known format, and reads what it is told to', async () => {
    const plain = join(folder, 'plain');
    writeFileSync(plain, 'hello\nworld\n');
    const { code, out, err } = await captured(['normalize', plain]);
    expect([code, eventsOf(out).map(({ event }) => event['original'])]).toEqual([0, ['hello', 'world']]);
    expect(err).toContain('no format that we read');
    expect((await captured(['normalize', '--format', 'zeek', plain])).err).toContain('2 records');
    expect((await captured(['normalize', '--strict', plain])).code).toBe(1);
  });

  it('leaves out what is no log in a folder', async () => {
    writeFileSync(join(folder, 'picture'), Buffer.from([0x89, 0x50, 0x4e, 0x47, 10, 0, 1, 2, 10]));
    const { out, err } = await captured(['normalize', folder]);
    expect(eventsOf(out)).toHaveLength(3);
    expect(err).toContain('left out');
    expect((await captured(['formats', folder])).out).toMatch(/anything.bin: Zeek[^]*picture: no format/);
  });

  it.each([
    [['--format', 'nonsense'], 'there is no format'],
    [['--zone', 'Atlantis'], 'no time zone'],
    [['--year', '12'], '--year'],
    [['--trusted-proxy', 'x', '--'], 'trusted proxy'],
  ])('refuses %j', async (options, words) => {
    const { code, err } = await captured(['normalize', ...options, file]);
    expect(code).not.toBe(0);
    expect(err).toContain(words);
  });
});

describe('formats', () => {
  it('lists what is read', async () => {
    expect((await captured(['formats'])).out).toContain('zeek');
    expect(JSON.parse((await captured(['formats', '--json'])).out.split('\n')[0]!)).toMatchObject({
      id: expect.any(String),
    });
  });

  it('says what a file is and why', async () => {
    expect((await captured(['formats', file])).out).toMatch(/Zeek[^]*100 %[^]*2 of its first 3 records/);
    expect(JSON.parse((await captured(['formats', '--json', file])).out)).toMatchObject({
      format: 'zeek',
      candidates: [{ id: 'zeek', read: 2, refused: 1 }],
    });
    writeFileSync(join(folder, 'plain'), 'hello\n');
    expect((await captured(['formats', join(folder, 'plain')])).out).toContain('no format that we read');
    expect((await captured(['formats', join(folder, 'nowhere')])).code).toBe(4);
  });
});
