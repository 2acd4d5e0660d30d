/**
 * The record of what was done to the world, that nobody can change unseen: JSON lines, each with the hash of the one before. Lines are
 * written and synced in groups, off the path of an order; that none is lost is the outbox's work (see `block-store.ts`).
 */
import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, ftruncateSync, openSync, readdirSync, readFileSync, fstatSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '@netsentinel/kernel/make-folder';

export interface AuditEntry {
  /** Wall time, milliseconds since the epoch. */
  readonly time: number;
  /** `ordered`, `applied`, `refused`, `reverted`, `expired`, `mended`, `started`, … */
  readonly kind: string;
  readonly [field: string]: unknown;
}

export interface NumberedEntry {
  readonly seq: number;
  readonly entry: AuditEntry;
}

/** What the first line of the first file names as its predecessor. */
export const GENESIS = '0'.repeat(64);
const FILE_NAME = /^audit-(\d{12})\.jsonl$/;

/** Names of the audit's files, oldest first. */
export function auditFiles(directory: string): string[] {
  return readdirSync(directory)
    .filter((name) => FILE_NAME.test(name))
    .toSorted();
}

/** JSON with sorted keys: one text for one content. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item ?? null)).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const fields = Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([name, field]) => `${JSON.stringify(name)}:${canonical(field)}`).join(',')}}`;
}

/** SHA-256 over the canonical line without its hash, hexadecimal. */
export function hashLine(line: Readonly<Record<string, unknown>>): string {
  const { hash: _, ...content } = line;
  return createHash('sha256').update(canonical(content)).digest('hex');
}

/** What a crash left behind and what was done about it. */
export interface AuditRepair {
  readonly file: string;
  /** Bytes of the torn last line, cut away. */
  readonly bytes: number;
}

export class AuditWriter {
  readonly #directory: string;
  readonly #maxFileBytes: number;
  readonly repaired: AuditRepair | undefined;
  #handle: FileHandle | undefined;
  #size = 0;
  #prev = GENESIS;
  #lastSeq = 0;
  #file: string | undefined;

  constructor(directory: string, maxFileBytes: number) {
    makeFolder(directory);
    this.#directory = directory;
    this.#maxFileBytes = maxFileBytes;
    // A crash between making a file and its first line leaves an empty one: the chain goes on from the file before.
    let repaired: AuditRepair | undefined;
    for (const file of auditFiles(directory).toReversed()) {
      const end = recover(join(directory, file));
      if (end.cut > 0) repaired = { file, bytes: end.cut };
      this.#file ??= file;
      if (this.#file === file) this.#size = end.size;
      if (end.last === undefined) continue;
      this.#prev = end.last.hash;
      this.#lastSeq = end.last.seq;
      break;
    }
    this.repaired = repaired;
  }

  /** The number of the last line on disk. */
  get lastSeq(): number {
    return this.#lastSeq;
  }

  /** Writes the lines; they are durable once it resolves. One call at a time. */
  async append(entries: readonly NumberedEntry[]): Promise<void> {
    if (entries.length === 0) return;
    let prev = this.#prev;
    let text = '';
    for (const { seq, entry } of entries) {
      const line = { seq, ...entry, prev };
      prev = hashLine(line);
      text += `${JSON.stringify({ ...line, hash: prev })}\n`;
    }
    const bytes = Buffer.from(text);
    const first = entries[0]?.seq ?? 0;
    const handle = await this.#fileFor(first);
    let written = 0;
    try {
      while (written < bytes.length) {
        const part = await handle.write(bytes, written, bytes.length - written, this.#size + written);
        written += part.bytesWritten;
      }
      await handle.datasync();
    } catch (error) {
      // Half a group must not stay: the same lines are written again from where they began.
      await handle.truncate(this.#size).catch(() => {});
      throw error;
    }
    this.#size += bytes.length;
    this.#prev = prev;
    this.#lastSeq = entries.at(-1)?.seq ?? this.#lastSeq;
  }

  async close(): Promise<void> {
    await this.#handle?.close();
    this.#handle = undefined;
  }

  async #fileFor(seq: number): Promise<FileHandle> {
    if (this.#file !== undefined && this.#size < this.#maxFileBytes)
      return (this.#handle ??= await open(join(this.#directory, this.#file), 'r+'));
    await this.close();
    this.#file = `audit-${String(seq).padStart(12, '0')}.jsonl`;
    this.#handle = await open(join(this.#directory, this.#file), 'w+', 0o600);
    this.#size = 0;
    const folder = openSync(this.#directory, 'r');
    try {
      fsyncSync(folder);
    } finally {
      closeSync(folder);
    }
    return this.#handle;
  }
}

/** Cuts a torn last line off and says what the last whole one was. */
function recover(path: string): { size: number; cut: number; last?: { seq: number; hash: string } } {
  const file = openSync(path, 'r+');
  try {
    const { size } = fstatSync(file);
    const content = readFileSync(path);
    const end = content.lastIndexOf(0x0a) + 1;
    if (end < size) {
      ftruncateSync(file, end);
      fsyncSync(file);
    }
    const cut = size - end;
    if (end === 0) return { size: 0, cut };
    const start = content.lastIndexOf(0x0a, end - 2) + 1;
    const last = parseLine(content.toString('utf8', start, end - 1));
    return last === undefined ? { size: end, cut } : { size: end, cut, last };
  } finally {
    closeSync(file);
  }
}

function parseLine(text: string): { seq: number; hash: string } | undefined {
  try {
    const line = JSON.parse(text) as { seq?: unknown; hash?: unknown };
    if (typeof line.seq === 'number' && typeof line.hash === 'string') return { seq: line.seq, hash: line.hash };
  } catch {
    // Not JSON: `verifyAudit` names it.
  }
  return undefined;
}

export interface AuditVerdict {
  /** Lines that were read, bad one excluded. */
  readonly entries: number;
  readonly ok: boolean;
  readonly firstBad?: { readonly file: string; readonly line: number; readonly reason: string };
}

/** Recomputes the chain over every file. Reads piece by piece; never writes. */
export async function verifyAudit(directory: string): Promise<AuditVerdict> {
  let prev = GENESIS;
  let seq: number | undefined;
  let entries = 0;
  for (const file of auditFiles(directory)) {
    let number = 0;
    const bad = (reason: string): AuditVerdict => ({ entries, ok: false, firstBad: { file, line: number, reason } });
    for await (const { text, whole } of linesOf(join(directory, file))) {
      number += 1;
      if (!whole) return bad('the line is torn');
      let line: Record<string, unknown>;
      try {
        line = JSON.parse(text) as Record<string, unknown>;
      } catch {
        return bad('not JSON');
      }
      if (line['prev'] !== prev) return bad('does not follow the line before it');
      if (line['hash'] !== hashLine(line)) return bad('its content was changed');
      if (typeof line['seq'] !== 'number' || (seq !== undefined && line['seq'] !== seq + 1))
        return bad('its number does not follow');
      if (seq === undefined && line['seq'] !== 1) return bad('the beginning is missing');
      seq = line['seq'];
      prev = line['hash'];
      entries += 1;
    }
  }
  return { entries, ok: true };
}

async function* linesOf(path: string): AsyncGenerator<{ text: string; whole: boolean }> {
  const handle = await open(path, 'r');
  try {
    let rest: Buffer = Buffer.alloc(0);
    for await (const chunk of handle.createReadStream({ highWaterMark: 1 << 20, autoClose: false })) {
      let buffer: Buffer = Buffer.concat([rest, chunk as Buffer]);
      for (;;) {
        const end = buffer.indexOf(0x0a);
        if (end < 0) break;
        yield { text: buffer.toString('utf8', 0, end), whole: true };
        buffer = buffer.subarray(end + 1);
      }
      rest = buffer;
    }
    if (rest.length > 0) yield { text: rest.toString('utf8'), whole: false };
  } finally {
    await handle.close();
  }
}
