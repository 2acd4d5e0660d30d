/** Recorded attacks come into an install and go again, all of them, whatever happens in between. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Event } from '@netsentinel/contracts/event';
import type { EventStore } from '@netsentinel/contracts/event-store';
import type { StateStore } from '@netsentinel/contracts/state-store';
import { isRecorded, TOUR_DATASET } from '@netsentinel/contracts/recorded';
import { ManualClock } from '@netsentinel/kernel/clock';
import { passingKeyring } from '@netsentinel/kernel/keyring';
import { silentLogger as log } from '@netsentinel/kernel/log';
import { openDuckDbEventStore } from '@netsentinel/store/events/duckdb/duckdb-events.store';
import { openFileBlobStore } from '@netsentinel/store/blobs/files/file-blob.store';
import { openSqliteStateStore } from '@netsentinel/store/state/sqlite/sqlite-state.store';
import { sampleEvent } from '@netsentinel/store/bench/sample-events';
import { sampleIncident } from '@netsentinel/testkit/sample-incidents';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HOME } from '../cli/settings.ts';
import { readAttacks, readRecordings } from './recorded-attacks.ts';
import { openTour, type Tour } from './tour.ts';

const NOW = Date.UTC(2027, 3, 1, 12);
const HOUR = 3_600_000;
const CONTENT = join(HOME, 'content', 'tour');
const TEST_NETS = /^(192\.0\.2|198\.51\.100|203\.0\.113)\./;

let folder: string;
let clock: ManualClock;
let state: StateStore;
let events: EventStore;
let tour: Tour;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'netsentinel-tour-'));
  clock = new ManualClock(NOW);
  await open();
});
afterEach(async () => {
  await close();
  rmSync(folder, { recursive: true, force: true });
});

async function open(): Promise<void> {
  state = await openSqliteStateStore({ file: join(folder, 'state.db'), log, clock });
  events = await openDuckDbEventStore({ directory: join(folder, 'events'), log, minFreeBytes: 0 });
  tour = await openTour({ state, events, clock, folder: CONTENT });
}

async function close(): Promise<void> {
  await events.close();
  await state.close();
}

async function own(): Promise<void> {
  await events.append(
    Array.from({ length: 5 }, (_, n) => sampleEvent(n, NOW - HOUR, 1)),
    [],
  );
  await state.transaction((tx) => tx.putIncident(sampleIncident('mine', NOW, { actor: '203.0.113.66' })));
}

/** Ids of incidents, and how many events there are. */
async function there(): Promise<{ readonly incidents: readonly string[]; readonly events: number }> {
  const { incidents } = await state.read.incidents();
  return { incidents: incidents.map(({ id }) => id).toSorted(), events: (await events.describe()).events };
}

const ATTACKS = ['tour~redis-key', 'tour~ssh-intruder', 'tour~web-exploits'];

describe('the recording', () => {
  it('is of addresses for documentation alone, marked, and of the last day, whenever it is told', async () => {
    const attacks = await readAttacks(CONTENT, NOW);
    expect(attacks.map(({ incident }) => incident.id).toSorted()).toEqual(ATTACKS);
    for (const { incident, events: of } of attacks) {
      expect(incident.actor).toMatch(TEST_NETS);
      expect(incident.actions).toEqual([]);
      expect(incident.lastSeen).toBeLessThan(NOW);
      expect(incident.firstSeen).toBeGreaterThan(NOW - 24 * HOUR);
      const known = new Set(of.map(({ event }) => event.id));
      for (const { time } of incident.timeline) expect(Math.abs(time - incident.lastSeen)).toBeLessThan(HOUR);
      const told = incident.timeline.filter(({ kind, event }) => kind !== 'action' && event !== undefined);
      for (const { event } of told) expect(known).toContain(event);
      for (const event of of) expectMarked(event);
      const story = JSON.stringify(incident);
      expect(story).toContain(`(simulation)`);
      for (const [time] of story.matchAll(/20\d\d-\d\d-\d\dT[\d:.]+Z/g))
        expect(Math.abs(Date.parse(time) - incident.lastSeen)).toBeLessThan(2 * HOUR);
    }
  });

  it('has a terminal for each that the story names', async () => {
    const attacks = await readAttacks(CONTENT, NOW);
    const named = attacks.flatMap(({ incident }) => incident.sessions.flatMap(({ recording }) => recording ?? []));
    expect(named.length).toBeGreaterThan(0);
    expect([...(await readRecordings(CONTENT)).keys()].toSorted()).toEqual(named.toSorted());
  });
});

function expectMarked({ '@timestamp': at, event, source, netsentinel, tags }: Event): void {
  expect(event).toMatchObject({ id: expect.stringMatching(/^tour~/), dataset: TOUR_DATASET });
  expect(tags).toContain('recorded');
  expect(source?.ip).toMatch(TEST_NETS);
  // What decoys see is never taken for usual traffic.
  expect(netsentinel.decoy?.id).toBeDefined();
  expect(Date.parse(at)).toBeLessThan(NOW);
}

describe('a tour', () => {
  it('brings attacks to look at, once, and takes all of them out again, and nothing else', async () => {
    await own();
    expect(tour.status()).toBeUndefined();
    expect(await tour.end()).toBe(false);
    const before = await there();
    const taken = await Promise.all([tour.take('console:ada'), tour.take('console:eve')]);
    expect(taken).toEqual([taken[0], taken[0]]);
    expect(tour.status()).toEqual({ since: NOW, by: 'console:ada' });
    const during = await there();
    expect(during.incidents).toEqual(['mine', ...ATTACKS]);
    expect(during.events).toBeGreaterThan(before.events + 50);
    expect(await state.read.incidents({ recorded: false })).toMatchObject({ incidents: [{ id: 'mine' }] });
    const words = await events.query({ words: 'kinsing' });
    expect(words.events.length).toBeGreaterThan(0);

    expect(await tour.end()).toBe(true);
    expect(tour.status()).toBeUndefined();
    expect(await there()).toEqual(before);
    expect((await events.query({ words: 'kinsing' })).events).toEqual([]);
    expect(await events.get(words.events[0]!.event.id)).toBeUndefined();
    expect(await state.read.attackers()).toMatchObject({ attackers: [{ actor: '203.0.113.66', incidents: 1 }] });
    expect(await tour.end()).toBe(false);
    await tour.take('console:eve');
    expect((await there()).incidents).toEqual(during.incidents);
  });

  it('takes out what retention has archived meanwhile, too', async () => {
    await own();
    const before = await there();
    await tour.take('console:ada');
    await events.retain({ days: {}, archiveAfterDays: 0 }, NOW + 48 * HOUR);
    await tour.end();
    expect(await there()).toEqual(before);
  });

  it('is on after a restart, and ends then', async () => {
    await tour.take('console:ada');
    await close();
    await open();
    expect(tour.status()).toEqual({ since: NOW, by: 'console:ada' });
    expect((await there()).incidents).toEqual(ATTACKS);
    await tour.end();
    await close();
    await open();
    expect(tour.status()).toBeUndefined();
    expect(await there()).toEqual({ incidents: [], events: 0 });
  });

  it.each([
    ['while it came in', 'append', true],
    ['before its events were there', 'append', false],
    ['while it went', 'retain', false],
    ['after its events were gone', 'retain', true],
  ] as const)('that was cut short %s is none after the restart', async (_, what, isDone) => {
    await own();
    const before = await there();
    if (what === 'retain') await tour.take('console:ada');
    // The process ends here.
    const dying = await openTour({
      state,
      clock,
      folder: CONTENT,
      events: {
        append: async (...args) => {
          if (what === 'append' && isDone) await events.append(...args);
          throw new Error('killed');
        },
        retain: async (...args) => {
          if (isDone) await events.retain(...args);
          throw new Error('killed');
        },
      },
    });
    await expect(what === 'append' ? dying.take('console:ada') : dying.end()).rejects.toThrow('killed');
    await close();
    await open();
    expect(tour.status()).toBeUndefined();
    expect(await there()).toEqual(before);
  });

  it('is nobody’s attack here: a real one of the same address is another incident', async () => {
    await tour.take('console:ada');
    expect(await state.read.actors(['203.0.113.66'])).toEqual([{ hasIncidents: false }]);
    expect((await state.read.incidents({ recorded: false })).incidents).toEqual([]);
  });

  it('shows its terminals while it is on, and those of the install always', async () => {
    const blobs = await openFileBlobStore({
      directory: join(folder, 'blobs'),
      maxBlobBytes: 1000,
      keys: passingKeyring(),
      log,
    });
    const mine = await blobs.openRecording('mine');
    await mine.append(Buffer.from('mine'));
    await mine.close();
    const seen = tour.withRecordings(blobs);
    const [{ incident }] = (await readAttacks(CONTENT, NOW)) as [Awaited<ReturnType<typeof readAttacks>>[0]];
    const id = incident.sessions.findLast(({ recording }) => recording !== undefined)!.recording!;
    expect(isRecorded(id)).toBe(true);
    expect(await seen.readRecording(id)).toBeUndefined();
    await tour.take('console:ada');
    const whole = (await seen.readRecording(id))!;
    expect(JSON.parse(Buffer.from(whole).toString().split('\n')[0]!)).toMatchObject({ version: 2 });
    expect(await seen.readRecording(id, 10)).toEqual(whole.subarray(10));
    expect(Buffer.from((await seen.readRecording('mine'))!).toString()).toBe('mine');
    await tour.end();
    expect(await seen.readRecording(id)).toBeUndefined();
    await blobs.close();
  });

  it('says so where its recordings are not there, and changes nothing', async () => {
    const without = await openTour({ state, events, clock, folder: join(folder, 'nowhere') });
    await expect(without.take('console:ada')).rejects.toMatchObject({ code: 'TOUR_MISSING' });
    expect(await there()).toEqual({ incidents: [], events: 0 });
    expect(without.status()).toBeUndefined();
  });
});
