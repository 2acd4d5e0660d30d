import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Incident } from '@netsentinel/contracts/incident';
import { ManualClock } from '@netsentinel/kernel/clock';
import { silentLogger } from '@netsentinel/kernel/log';
import { openSqliteStateStore } from '@netsentinel/store/state/sqlite/sqlite-state.store';
import { sampleIncident } from '@netsentinel/testkit/sample-incidents';
import { lookedInto } from './housekeeping.ts';

/** With a recording and a file that are called after it. */
function incident(id: string, status: Incident['status']): Incident {
  return {
    ...sampleIncident(id, 1_000, { status }),
    sessions: [{ id: `s-${id}`, decoy: 'ssh-1', protocol: 'ssh', start: 1, recording: `r-${id}` }],
    files: [
      { time: 1, path: '/tmp/x', sha256: `f-${id}`, direction: 'upload' },
      { time: 2, path: '/tmp/y', direction: 'write' },
    ],
  };
}

it('has recordings and files of all open incidents go last, and those of no other', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ns-housekeeping-'));
  const state = await openSqliteStateStore({
    file: join(folder, 'state.db'),
    log: silentLogger,
    clock: new ManualClock(),
  });
  const open = Array.from({ length: 700 }, (_, n) => `open-${n}`);
  await state.transaction(async (tx) => {
    for (const id of open) await tx.putIncident(incident(id, 'open'));
    await tx.putIncident(incident('contained', 'contained'));
    await tx.putIncident(incident('closed', 'closed'));
    await tx.putIncident(incident('benign', 'benign'));
  });
  const { blobs, recordings } = await lookedInto(state);
  expect(recordings).toEqual(new Set([...open, 'contained'].map((id) => `r-${id}`)));
  expect(blobs).toEqual(new Set([...open, 'contained'].map((id) => `f-${id}`)));
  await state.close();
  rmSync(folder, { recursive: true });
});
