/**
 * A log as a busy sshd writes it, rotated by the system's logrotate: numbered lines, of which none may be lost and none doubled. Between
 * copying and cutting a file logrotate itself loses what is written, so nothing is written meanwhile.
 */
import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { NetSentinelError } from '@netsentinel/kernel/errors';

const TICK_MS = 10;
const LOGROTATE = '/usr/sbin/logrotate';
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

export type Rotation = 'rename' | 'rename-packed' | 'copy-truncate' | 'copy-truncate-packed';
export const ROTATIONS: readonly Rotation[] = ['rename', 'copy-truncate', 'rename-packed', 'copy-truncate-packed'];

export class RotatedLog {
  readonly file: string;
  readonly #folder: string;
  #fd: number;
  #timer: NodeJS.Timeout | undefined;
  #written = 0;
  #owed = 0;
  #rotatedAt = 0;
  readonly #perSecond: number;

  /** @param folder readable for everybody, as the collector is nobody in particular */
  constructor(folder: string, perSecond: number) {
    if (!existsSync(LOGROTATE))
      throw new NetSentinelError('FAULT_UNAVAILABLE', 'user', 'logrotate is not installed', {
        hint: 'apt-get install logrotate',
      });
    mkdirSync(folder, { recursive: true, mode: 0o755 });
    this.#folder = folder;
    this.file = join(folder, 'auth.log');
    this.#perSecond = perSecond;
    this.#fd = openSync(this.file, 'a', 0o644);
  }

  /** Lines written so far; they are numbered from 0. */
  get written(): number {
    return this.#written;
  }

  start(): void {
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  pause(): void {
    clearInterval(this.#timer);
  }

  close(): void {
    this.pause();
    closeSync(this.#fd);
  }

  /** The whole of a rotation, with the writer told as its init script would tell it. False where the last one was in this second. */
  rotate(how: Rotation): boolean {
    // Its name is its second: with numbers, logrotate would overwrite what it left plain when it is told to pack.
    const second = Math.floor(Date.now() / 1000);
    if (second === this.#rotatedAt) return false;
    this.#rotatedAt = second;
    this.pause();
    const conf = join(this.#folder, '..', 'logrotate.conf');
    const isCopy = how.startsWith('copy');
    writeFileSync(
      conf,
      `${this.file} {\n  su root root\n  rotate 400\n  dateext\n  dateformat -%s\n  ${isCopy ? 'copytruncate' : 'create 0644 root root'}\n  ${how.endsWith('packed') ? 'compress' : 'nocompress'}\n}\n`,
      { mode: 0o644 },
    );
    const state = join(this.#folder, '..', 'logrotate.state');
    const run = spawnSync(LOGROTATE, ['--force', '--state', state, conf], { encoding: 'utf8' });
    if (run.status !== 0) throw new Error(`logrotate failed: ${run.stderr}`);
    if (!isCopy) {
      // A daemon writes to the file it has until it is told: into nothing, where that is packed at once.
      if (how === 'rename') this.#line();
      closeSync(this.#fd);
      this.#fd = openSync(this.file, 'a', 0o644);
    }
    this.start();
    return true;
  }

  #tick(): void {
    this.#owed += (this.#perSecond * TICK_MS) / 1000;
    let text = '';
    for (; this.#owed >= 1; this.#owed--) text += lineOf(this.#written++);
    if (text !== '') writeSync(this.#fd, text);
  }

  #line(): void {
    writeSync(this.#fd, lineOf(this.#written++));
  }
}

/** From one of 200 addresses, with the number as the user's name. */
export function lineOf(number: number): string {
  const now = new Date();
  const time = `${MONTHS[now.getUTCMonth()]} ${String(now.getUTCDate()).padStart(2)} ${now.toISOString().slice(11, 19)}`;
  const pid = 1000 + (number % 30_000);
  return `${time} www sshd[${pid}]: Failed password for invalid user n${number}n from 198.51.100.${number % 200} port ${1024 + (number % 60_000)} ssh2\n`;
}

/** The number that a line carries. */
export function numberIn(original: string | undefined): number | undefined {
  const found = /user n(\d+)n from/.exec(original ?? '');
  return found === null ? undefined : Number(found[1]);
}
