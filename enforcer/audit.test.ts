import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AuditWriter, canonical, verifyAudit } from './audit.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'audit-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const entries = (from: number, count: number) =>
  Array.from({ length: count }, (_, i) => ({
    seq: from + i,
    entry: { time: 1000 + i, kind: 'ordered', target: `198.18.0.${i}`, nested: { b: [1, 'two'], a: null } },
  }));
const write = async (from: number, count: number, maxBytes = 1 << 20): Promise<AuditWriter> => {
  const writer = new AuditWriter(folder, maxBytes);
  await writer.append(entries(from, count));
  await writer.close();
  return writer;
};
const onlyFile = (): string => join(folder, readdirSync(folder)[0] ?? '');

describe('canonical', () => {
  it('is one text for one content', () => {
    expect(canonical({ b: 1, a: [{ d: undefined, c: 'x' }, undefined] })).toBe('{"a":[{"c":"x"},null],"b":1}');
    expect(canonical({ a: 1, b: 2 })).toBe(canonical({ b: 2, a: 1 }));
  });
});

describe('the audit', () => {
  it('verifies what was written, over restarts and files', async () => {
    await write(1, 10, 1000);
    await write(11, 10, 1000);
    const writer = new AuditWriter(folder, 1000);
    for (let seq = 21; seq <= 30; seq++) await writer.append(entries(seq, 1));
    await writer.close();
    expect(readdirSync(folder).length).toBeGreaterThan(3);
    expect(await verifyAudit(folder)).toEqual({ entries: 30, ok: true });
    expect(new AuditWriter(folder, 1000).lastSeq).toBe(30);
  });

  it('is fine when there is nothing yet', async () => {
    expect(await verifyAudit(folder)).toEqual({ entries: 0, ok: true });
  });

  it('finds a changed, a removed, an inserted and a reordered line', async () => {
    await write(1, 5);
    const original = readFileSync(onlyFile(), 'utf8');
    const lines = original.trimEnd().split('\n');
    const verdict = async (changed: readonly (string | undefined)[]) => {
      writeFileSync(onlyFile(), `${changed.join('\n')}\n`);
      return verifyAudit(folder);
    };
    expect(await verdict([lines[0], lines[1]?.replace('198.18.0.1', '198.18.0.9'), ...lines.slice(2)])).toMatchObject({
      ok: false,
      entries: 1,
      firstBad: { line: 2, reason: 'its content was changed' },
    });
    expect(await verdict([lines[0], ...lines.slice(2)])).toMatchObject({ ok: false, firstBad: { line: 2 } });
    expect(await verdict(lines.slice(1))).toMatchObject({ ok: false, firstBad: { line: 1 } });
    expect(await verdict([lines[0], lines[0], ...lines.slice(1)])).toMatchObject({ ok: false, firstBad: { line: 2 } });
    expect(await verdict([lines[0], 'rubbish'])).toMatchObject({
      ok: false,
      firstBad: { line: 2, reason: 'not JSON' },
    });
    expect(await verdict(lines)).toEqual({ entries: 5, ok: true });
  });

  it('finds a missing file', async () => {
    for (let i = 0; i < 5; i++) await write(1 + i, 1, 10);
    const files = readdirSync(folder).toSorted();
    expect(files).toHaveLength(5);
    unlinkSync(join(folder, files[2] ?? ''));
    expect(await verifyAudit(folder)).toMatchObject({ ok: false, entries: 2, firstBad: { file: files[3], line: 1 } });
  });

  it('repairs a line torn at any byte, and goes on with the chain', async () => {
    await write(1, 3);
    const whole = readFileSync(onlyFile());
    const keep = whole.lastIndexOf(0x0a, whole.length - 2) + 1;
    for (let cut = keep + 1; cut < whole.length; cut += 7) {
      writeFileSync(onlyFile(), whole);
      truncateSync(onlyFile(), cut);
      expect(await verifyAudit(folder)).toMatchObject({ ok: false, firstBad: { line: 3, reason: 'the line is torn' } });
      const writer = new AuditWriter(folder, 1 << 20);
      expect(writer.repaired).toEqual({ file: readdirSync(folder)[0], bytes: cut - keep });
      expect(writer.lastSeq).toBe(2);
      await writer.append(entries(3, 2));
      await writer.close();
      expect(await verifyAudit(folder)).toEqual({ entries: 4, ok: true });
    }
  });

  it('goes on after a file that a crash left empty', async () => {
    await write(1, 2, 10);
    appendFileSync(join(folder, 'audit-000000000003.jsonl'), '');
    await write(3, 2, 10);
    expect(await verifyAudit(folder)).toEqual({ entries: 4, ok: true });
  });
});
