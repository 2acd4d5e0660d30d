/** An install whose attackers wrote what breaks pages into every field that they can reach, for walks through all pages of the console. */
import type { Event } from '@netsentinel/contracts/event';
import type { Incident } from '@netsentinel/contracts/incident';
import { sampleEvent } from '@netsentinel/store/bench/sample-events';
import type { ApiHarness } from './api-harness.ts';
import { hostileIncident, HOSTILE_TEXTS, sampleBlock } from './sample-incidents.ts';

const EVENTS_A_TEXT = 12;

/** What no attacker writes: times, ids of ours, what is parsed as an address, and words of a fixed list. */
const OURS = new Set([
  '@timestamp',
  'ip',
  'id',
  'ingested',
  'kind',
  'category',
  'type',
  'dataset',
  'module',
  'outcome',
]);

/** The event with `text` wherever an attacker's bytes may stand. */
function hostileEvent(event: Event, text: string): Event {
  const replaced = (value: unknown, name: string): unknown => {
    if (OURS.has(name)) return value;
    if (typeof value === 'string') return text.slice(0, 512);
    if (Array.isArray(value)) return value.map((one) => replaced(one, name));
    if (typeof value === 'object' && value !== null)
      return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, replaced(one, key)]));
    return value;
  };
  return replaced(event, '') as Event;
}

/** Who has an address that a page can be asked for. */
const WITH_ADDRESS = '203.0.113.0';

/** Fills the stores of a harness. The incidents are `inc-0` and so on, one for each of `HOSTILE_TEXTS`, and as many of one attacker. */
export async function fillHostileWorld(h: ApiHarness, now = Date.now()): Promise<readonly Incident[]> {
  const incidents = HOSTILE_TEXTS.map((text, n) => hostileIncident(`inc-${n}`, text, now - n * 1_000));
  await h.state.transaction(async (tx) => {
    for (const incident of incidents) {
      await tx.putIncident(incident);
      await tx.putAction(
        sampleBlock(`act-${incident.id}`, incident, now, { reason: incident.title, detail: incident.title }),
      );
    }
  });
  await h.state.transaction(async (tx) => {
    for (const [n, text] of HOSTILE_TEXTS.entries())
      await tx.putIncident({ ...hostileIncident(`known-${n}`, text, now - n * 60_000), actor: WITH_ADDRESS });
  });
  for (const [n, text] of HOSTILE_TEXTS.entries()) {
    const recording = await h.blobs.openRecording(`ssh~inc-${n}`);
    await recording.append(Buffer.from(`{"version":2,"width":80,"height":24}\n${JSON.stringify([0.1, 'o', text])}\n`));
    await recording.close();
  }
  const events = HOSTILE_TEXTS.flatMap((text, n) =>
    Array.from({ length: EVENTS_A_TEXT }, (_, m) =>
      hostileEvent(sampleEvent(n * EVENTS_A_TEXT + m, now - 3_600_000, 1), text),
    ),
  );
  await h.events.append(events, []);
  return incidents;
}
