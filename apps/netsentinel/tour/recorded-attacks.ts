/** The attacks of the tour as they were recorded (`content/tour`, made by `e2e/story/record-tour.ts`), told as if they had happened a while ago. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Event } from '@netsentinel/contracts/event';
import { Incident } from '@netsentinel/contracts/incident';
import { NetSentinelError } from '@netsentinel/kernel/errors';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** Each is a folder, and how long before now it shall have ended. */
const ATTACKS: readonly { readonly name: string; readonly agoMs: number }[] = [
  { name: 'ssh-intruder', agoMs: 6 * MINUTE_MS },
  { name: 'redis-key', agoMs: 3.4 * 60 * MINUTE_MS },
  { name: 'web-exploits', agoMs: 17.6 * 60 * MINUTE_MS },
];
const TIME = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g;

export interface RecordedAttack {
  readonly incident: Incident;
  readonly events: readonly Event[];
}

/** All of them, as of `now` (epoch ms). Rejects with `TOUR_MISSING` where they are not there, or not what they should be. */
export async function readAttacks(folder: string, now: number): Promise<readonly RecordedAttack[]> {
  try {
    return await Promise.all(
      ATTACKS.map(async ({ name, agoMs }) => {
        const text = await readFile(join(folder, name, 'incident.json'), 'utf8');
        const ended = Incident.parse(JSON.parse(text)).lastSeen;
        const later = shiftedBy(now - agoMs - ended, ended);
        const lines = await readFile(join(folder, name, 'events.jsonl'), 'utf8');
        return {
          incident: Incident.parse(later(text)),
          events: lines
            .split('\n')
            .filter((line) => line !== '')
            .map((line) => Event.parse(later(line))),
        };
      }),
    );
  } catch (error) {
    throw new NetSentinelError('TOUR_MISSING', 'operational', 'The recorded attacks of the tour cannot be read.', {
      hint: 'They belong into content/tour: install NetSentinel anew.',
      cause: error,
    });
  }
}

/** Terminals of the attacks (asciicast v2) by their ids. */
export async function readRecordings(folder: string): Promise<ReadonlyMap<string, Uint8Array>> {
  const recordings = new Map<string, Uint8Array>();
  for (const { name } of ATTACKS)
    for (const file of await readdir(join(folder, name)).catch(() => []))
      if (file.endsWith('.cast'))
        recordings.set(file.slice(0, -'.cast'.length), await readFile(join(folder, name, file)));
  return recordings;
}

/**
 * Parses JSON with every time in it moved: dates wherever they stand, and whole numbers that are a time of the recorded day. No other number of a recording
 * comes near one.
 */
function shiftedBy(byMs: number, ended: number): (json: string) => unknown {
  const isTime = (value: unknown): value is number => typeof value === 'number' && Math.abs(value - ended) < DAY_MS;
  return (json) =>
    JSON.parse(json, (_, value: unknown) => {
      if (isTime(value)) return value + byMs;
      if (typeof value !== 'string') return value;
      return value.replaceAll(TIME, (time) => new Date(Date.parse(time) + byMs).toISOString());
    });
}
