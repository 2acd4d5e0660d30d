/** Writes the logs of a network, a file a day and kind, until there are as many bytes as asked for: a gigabyte is a day. */
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { MOVE_EVERY_MS } from './attacks.ts';
import { KINDS, type LogKind } from './log-kinds.ts';
import { attackerAddress, Random } from './world.ts';

export interface WrittenLogs {
  readonly bytes: number;
  readonly lines: number;
  /** Addresses of everybody who attacks. */
  readonly attackers: readonly string[];
}

export interface LogsWanted {
  readonly folder: string;
  readonly bytes: number;
  readonly attackers: number;
  /** Of each attacker. */
  readonly moves: number;
  readonly seed: number;
}

const BYTES_A_DAY = 1e9;
const DAY_MS = 24 * 60 * 60 * 1000;
const BEGIN_MS = Date.UTC(2026, 9, 1);
const WRITE_CHARS = 1 << 20;
/** To learn how long a line is, and so how many there are to be in a day. */
const TRIAL_LINES = 200;

/** Who attacks, and when. */
interface Attacker {
  readonly ip: string;
  readonly beginsMs: number;
  move: number;
}

export function writeLogs({ folder, bytes, attackers, moves, seed }: LogsWanted): WrittenLogs {
  const days = Math.ceil(bytes / BYTES_A_DAY);
  const lengthMs = (bytes / BYTES_A_DAY) * DAY_MS;
  const planted = plant(attackers, lengthMs - moves * MOVE_EVERY_MS, new Random(seed));
  let [written, lines] = [0, 0];
  for (let day = 0; day < days; day++) {
    const fromMs = BEGIN_MS + day * DAY_MS;
    const untilMs = BEGIN_MS + Math.min(lengthMs, (day + 1) * DAY_MS);
    for (const [number, kind] of KINDS.entries()) {
      const random = new Random(seed + 1 + day * KINDS.length + number);
      const path = join(folder, `${kind.name}.${new Date(fromMs).toISOString().slice(0, 10)}${kind.suffix}`);
      mkdirSync(dirname(path), { recursive: true });
      const due = planted.get(kind)!.filter(({ beginsMs }) => beginsMs >= fromMs && beginsMs < untilMs);
      const file = writeDay({ path, kind, random, fromMs, untilMs, due, moves });
      written += file.bytes;
      lines += file.lines;
    }
  }
  return { bytes: written, lines, attackers: [...planted.values()].flat().map(({ ip }) => ip) };
}

/** Each attacker has a log to attack in, and a time to begin. */
function plant(count: number, latestMs: number, random: Random): Map<LogKind, Attacker[]> {
  const places = KINDS.flatMap((kind) => Array.from({ length: kind.attackers }, () => kind));
  const planted = new Map<LogKind, Attacker[]>(KINDS.map((kind) => [kind, []]));
  for (let number = 0; number < count; number++) {
    const beginsMs = BEGIN_MS + random.below(Math.max(1, latestMs));
    planted.get(places[number % places.length]!)!.push({ ip: attackerAddress(number), beginsMs, move: 0 });
  }
  for (const list of planted.values()) list.sort((a, b) => a.beginsMs - b.beginsMs);
  return planted;
}

interface Day {
  readonly path: string;
  readonly kind: LogKind;
  readonly random: Random;
  readonly fromMs: number;
  readonly untilMs: number;
  /** Sorted by their time. */
  readonly due: readonly Attacker[];
  readonly moves: number;
}

function writeDay({ path, kind, random, fromMs, untilMs, due, moves }: Day): { bytes: number; lines: number } {
  const file = openSync(path, 'w', 0o600);
  let text = kind.header === undefined ? '' : `${kind.header}\n`;
  let [bytes, lines, next] = [0, 0, 0];
  const active: Attacker[] = [];
  const stepMs = DAY_MS / ((kind.share * BYTES_A_DAY) / lengthOf(kind, fromMs));
  const flush = (): void => {
    bytes += writeSync(file, text);
    text = '';
  };
  const add = (line: string): void => {
    text += `${line}\n`;
    lines++;
    if (text.length > WRITE_CHARS) flush();
  };
  for (let timeMs = fromMs; timeMs < untilMs; timeMs += stepMs) {
    add(kind.background(random, timeMs));
    while (next < due.length && due[next]!.beginsMs <= timeMs) active.push(due[next++]!);
    for (let at = 0; at < active.length; at++) {
      const one = active[at]!;
      if (one.beginsMs + one.move * MOVE_EVERY_MS > timeMs) continue;
      add(kind.attack!(random, timeMs, one.ip, one.move++));
      if (one.move === moves) active.splice(at--, 1);
    }
  }
  flush();
  closeSync(file);
  return { bytes, lines };
}

function lengthOf(kind: LogKind, timeMs: number): number {
  const random = new Random(0);
  let chars = 0;
  for (let i = 0; i < TRIAL_LINES; i++) chars += kind.background(random, timeMs).length + 1;
  return chars / TRIAL_LINES;
}
