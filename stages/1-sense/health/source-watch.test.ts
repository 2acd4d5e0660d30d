import { describe, expect, test } from 'vitest';
import type { SourceRecord } from '@netsentinel/contracts/source';
import { SourceWatch } from './source-watch.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const START = Date.UTC(2026, 10, 21);
const sensors = [{ id: 'files', heartbeatAfterMs: 30_000, silenceAfterMs: 10 * MINUTE }];

class Scene {
  now = START;
  watch: SourceWatch;
  readonly said: string[] = [];

  constructor(remembered: readonly SourceRecord[] = [], now = START) {
    this.now = now;
    this.watch = new SourceWatch(sensors, remembered, now);
  }

  /** Lets time pass in steps of 10 s, in each of which the sensor beats and these sources speak. */
  pass(ms: number, ...speaking: string[]): this {
    for (const end = this.now + ms; this.now < end;) {
      this.now += 10_000;
      this.watch.heartbeat('files', this.now);
      for (const source of speaking) this.watch.seen('files', source, this.now);
      this.look();
    }
    return this;
  }

  look(): void {
    for (const { what, record, silentMs } of this.watch.check(this.now))
      this.said.push(`${what} ${record.source || record.sensor} ${Math.round(silentMs / MINUTE)} min`);
  }

  restart(afterMs: number): Scene {
    const kept = JSON.parse(JSON.stringify(this.watch.records())) as SourceRecord[];
    return new Scene(kept, this.now + afterMs);
  }
}

describe('a source that was regular', () => {
  test('is said to be silent once, and to be back once', () => {
    const scene = new Scene().pass(20 * MINUTE, 'a.log', 'b.log').pass(30 * MINUTE, 'b.log');
    expect(scene.said).toEqual(['silent a.log 10 min']);
    scene.pass(10 * MINUTE, 'a.log', 'b.log');
    expect(scene.said).toEqual(['silent a.log 10 min', 'back a.log 30 min']);
  });

  test('that is heard once an hour has two hours, and one long failure teaches no patience', () => {
    const scene = new Scene();
    for (let i = 0; i < 12; i++) scene.pass(10_000, 'cron').pass(HOUR - 10_000);
    scene.pass(DAY);
    expect(scene.said).toEqual(['silent cron 119 min']);
    for (let i = 0; i < 3; i++) scene.pass(10_000, 'cron').pass(HOUR - 10_000);
    scene.pass(2 * HOUR);
    expect(scene.said.slice(1)).toEqual(['back cron 1500 min', 'silent cron 119 min']);
  });

  test('and rests each night is an alarm twice, then no more', () => {
    const scene = new Scene();
    for (let i = 0; i < 6; i++) scene.pass(14 * HOUR, 'office').pass(10 * HOUR);
    expect(scene.said.filter((line) => line.startsWith('silent'))).toHaveLength(2);
  });

  test('is forgotten after a week without a word', () => {
    const scene = new Scene().pass(20 * MINUTE, 'a.log').pass(8 * DAY);
    expect(scene.watch.records().map((r) => r.source)).toEqual(['']);
    expect(scene.watch.takeUnsaved().forgotten).toMatchObject([{ source: 'a.log' }]);
  });
});

test('who spoke once, or for a short time, is not missed', () => {
  const scene = new Scene().pass(8 * MINUTE, 'visitor').pass(2 * HOUR);
  expect(scene.said).toEqual([]);
});

describe('a sensor without a heartbeat', () => {
  test('is an alarm after its time, even if it never spoke', () => {
    const scene = new Scene();
    scene.now += 29_000;
    scene.look();
    expect(scene.said).toEqual([]);
    scene.now += 1_000;
    scene.look();
    expect(scene.said).toEqual(['silent files 1 min']);
    scene.pass(10_000);
    expect(scene.said).toHaveLength(2);
  });
});

describe('after a restart of the platform', () => {
  test('who was silent is not said again, and comes back when heard', () => {
    const before = new Scene().pass(20 * MINUTE, 'a.log').pass(20 * MINUTE);
    expect(before.said).toHaveLength(1);
    const after = before.restart(HOUR).pass(20 * MINUTE);
    expect(after.said).toEqual([]);
    expect(after.pass(10_000, 'a.log').said).toEqual(['back a.log 100 min']);
    expect(before.restart(HOUR).pass(10_000, 'a.log').said).toEqual(['back a.log 80 min']);
  });

  test('the time while it was down counts for nobody', () => {
    const after = new Scene()
      .pass(20 * MINUTE, 'a.log')
      .restart(5 * HOUR)
      .pass(9 * MINUTE);
    expect(after.said).toEqual([]);
    expect(after.pass(2 * MINUTE).said).toEqual(['silent a.log 310 min']);
  });

  test('sensors that are no more are forgotten', () => {
    const records = new Scene().pass(20 * MINUTE, 'a.log').watch.takeUnsaved().changed;
    const watch = new SourceWatch([{ ...sensors[0]!, silenceAfterMs: 0 }], records, START);
    expect(watch.takeUnsaved().forgotten.map((r) => r.source)).toEqual(['a.log']);
    expect(new SourceWatch([], records, START).takeUnsaved().forgotten).toHaveLength(2);
  });
});

describe('bounds', () => {
  test('a flood of senders pushes out none that is regular', () => {
    const scene = new Scene().pass(20 * MINUTE, 'a.log');
    for (let i = 0; i < 100_000; i++) scene.watch.seen('files', `sender-${i}`, scene.now);
    expect(scene.watch.records()).toHaveLength(2);
    expect(scene.pass(20 * MINUTE).said).toEqual(['silent a.log 10 min']);
  });

  test('of regular ones the one heard least recently goes', () => {
    const scene = new Scene();
    for (let block = 0; block < 5; block++)
      scene.pass(12 * MINUTE, ...Array.from({ length: 250 }, (_, i) => `${block}-${i}`));
    const known = scene.watch.records().map((r) => r.source);
    expect(known.length).toBe(1025);
    expect(known).not.toContain('0-0');
    expect(known).toContain('4-249');
  });

  test('nobody is known of a sensor that is not', () => {
    const scene = new Scene();
    scene.watch.seen('other', 'x', START);
    scene.watch.heartbeat('other', START);
    expect(scene.watch.records()).toHaveLength(1);
  });
});
