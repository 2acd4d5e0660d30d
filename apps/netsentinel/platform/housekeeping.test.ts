/** What is left of uploads and recordings once they take more than they may. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Incident } from '@netsentinel/contracts/incident';
import type { Logger } from '@netsentinel/contracts/log';
import { ManualClock } from '@netsentinel/kernel/clock';
import { silentLogger } from '@netsentinel/kernel/log';
import { StoreConfig } from '@netsentinel/store/store.config';
import { incidentFixture } from '@netsentinel/testkit/contracts/state-store.suite';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { keepHouse } from './housekeeping.ts';
import { PlatformConfig } from './platform.config.ts';
import { openStores, type Stores } from './stores.ts';

const MIB = 1024 * 1024;
const clock = new ManualClock();
const warn = vi.fn<Logger['warn']>();
const log = { ...silentLogger, warn };
let directory: string;
let stores: Stores;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'housekeeping-'));
  const { encryption, store, stream } = PlatformConfig.shape;
  const config = {
    contentRoot: directory,
    encryption: encryption.parse({}),
    store: store.parse({}),
    stream: stream.parse({}),
  };
  stores = await openStores({ directory, config, clock, log: silentLogger });
  warn.mockClear();
});
afterEach(async () => {
  const { events, stream, blobs, state } = stores;
  for (const store of [events, stream, blobs, state]) await store.close();
  rmSync(directory, { recursive: true, force: true });
});

/** An incident with an upload and a recording of so many bytes each. Answers the upload's hash; the recording is called `ssh~<id>`. */
async function attack(id: string, status: Incident['status'], bytes: number, told = true): Promise<string> {
  const { blobs, state } = stores;
  const { sha256 } = await blobs.put(new Uint8Array(bytes).fill(id.codePointAt(0)!));
  const session = `ssh~${id}`;
  const writer = await blobs.openRecording(session);
  for (let left = bytes; left > 0; left -= MIB) await writer.append(new Uint8Array(Math.min(MIB, left)));
  await writer.close();
  const changes: Partial<Incident> = {
    status,
    lastSeen: clock.now(),
    files: [{ time: 1, path: '/tmp/x', sha256, direction: 'upload' }],
    sessions: [{ id: session, decoy: 'ssh', protocol: 'ssh', start: 1, ...(told ? { recording: session } : {}) }],
  };
  await state.transaction((tx) => tx.putIncident(incidentFixture(id, changes)));
  return sha256;
}

/** Those of which the upload is left, and those of which the recording is. */
async function left(shas: Readonly<Record<string, string>>): Promise<readonly [string[], string[]]> {
  const [uploads, recordings]: [string[], string[]] = [[], []];
  for (const [id, sha256] of Object.entries(shas)) {
    if (await stores.blobs.has(sha256)) uploads.push(id);
    if ((await stores.blobs.readRecording(`ssh~${id}`)) !== undefined) recordings.push(id);
  }
  return [uploads, recordings];
}

const round = (): Promise<void> =>
  keepHouse({
    ...stores,
    streams: () => [],
    erasures: { expirePasswords: async () => 0 },
    clock,
    log,
    config: StoreConfig.parse({ blobs: { maxTotalMb: 16 } }),
  });

it('drops uploads and recordings of incidents that are over, and leaves those of open ones, however old', async () => {
  const shas = {
    open: await attack('open', 'open', 2 * MIB),
    held: await attack('held', 'contained', MIB),
    killed: await attack('killed', 'open', MIB, false),
    closed: await attack('closed', 'closed', 3 * MIB),
    benign: await attack('benign', 'benign', 3 * MIB),
  };
  const spared = ['open', 'held', 'killed'];
  await round();
  const [uploads, recordings] = await left(shas);
  expect([uploads.slice(0, 3), recordings.slice(0, 3)]).toEqual([spared, spared]);
  expect(uploads.length + recordings.length).toBeLessThan(10);
  expect(stores.blobs.measured()).toBeLessThanOrEqual(16 * MIB);

  // As many again: now all that may go has to.
  await attack('now', 'open', 3.5 * MIB);
  await round();
  expect(await left(shas)).toEqual([spared, spared]);
  expect(await left({ now: shas.open })).toEqual([['now'], ['now']]);
  expect(warn).not.toHaveBeenCalled();
});

it('says so where those of open incidents must go, too, once all others have', async () => {
  const shas = {
    first: await attack('first', 'open', 5 * MIB),
    later: await attack('later', 'open', 5 * MIB),
    closed: await attack('closed', 'closed', MIB),
  };
  await round();
  const [uploads, recordings] = await left(shas);
  expect([uploads, recordings].flat()).not.toContain('closed');
  expect(uploads.length + recordings.length).toBe(3);
  expect(warn).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('open incidents'), {
    bytes: expect.any(Number) as number,
  });
});
