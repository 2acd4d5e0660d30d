/**
 * From a parser's document to an `Event`: made to fit the schema, then stamped. Whatever the document holds, an event comes out: what does not fit is cut or
 * left out, and named in `netsentinel.truncated` and `netsentinel.dropped`.
 */
import { eventId, SensorEvent, type Event } from '@netsentinel/contracts/event';
import { MAX_TEXT } from '@netsentinel/contracts/event-values';
import type { EcsDocument, ParserDefinition } from '@netsentinel/contracts/parser';
import { z } from 'zod';
import { canonicalAddress } from '../text/canonical-address.ts';
import { compileFit, type FitReport } from './schema-fit.ts';
import { finishOwn, type Stamp } from './stamp.ts';

/** What the platform says itself, and so puts in place of a record's own word on it. */
const overwritten = { id: z.unknown(), ingested: z.unknown(), sequence: z.unknown() };
const fitSensed = compileFit(
  z.strictObject({ ...SensorEvent.shape, event: SensorEvent.shape.event.extend(overwritten) }),
);

const unnamed: FitReport = { named: false, any: false, chars: 0, cut: new Set(), dropped: new Set() };
/** So many characters cannot be more bytes than an event may have, however they are escaped, stamps included. */
const SURELY_SMALL_CHARS = 8 * 1024;
const SIDES = ['source', 'destination', 'client', 'server'] as const;
const MAX_NAMED = 256;

/** Never throws. The document stays as it was. */
export function toEvent(document: EcsDocument, stamp: Stamp): Event {
  const { fit, report } = fitted(document);
  // What fits is the document's own: only what is made here is changed here.
  const sensed: Partial<SensorEvent> = { ...fit };
  const { kind, dataset } = sensed.event ?? {};
  if (kind === undefined || dataset === undefined)
    sensed.event = { ...sensed.event, kind: kind ?? 'event', dataset: dataset ?? 'unknown.log' };
  if (sensed['@timestamp'] === undefined) {
    sensed['@timestamp'] = new Date(stamp.receivedAt).toISOString();
    sensed.tags = [...(sensed.tags ?? []), 'time_missing'].slice(-MAX_NAMED);
  }
  takeAddresses(sensed as SensorEvent, report);
  if (report.cut.size > 0 || report.dropped.size > 0) {
    sensed.netsentinel = {
      ...sensed.netsentinel,
      ...(report.cut.size === 0
        ? {}
        : { truncated: [...new Set([...(sensed.netsentinel?.truncated ?? []), ...report.cut])] }),
      ...(report.dropped.size === 0 ? {} : { dropped: [...report.dropped] }),
    };
  }
  const finished = finishOwn(sensed as SensorEvent, stamp, {
    isSurelySmall: report.chars < SURELY_SMALL_CHARS,
    hasCanonicalSides: true,
  });
  return finished.ok
    ? finished.value
    : refusedEvent({ reason: finished.error, original: sensed.event?.original ?? '' }, stamp);
}

function fitted(document: EcsDocument): { fit: Partial<SensorEvent> | undefined; report: FitReport } {
  unnamed.any = false;
  unnamed.chars = 0;
  // Of the event before.
  if (unnamed.dropped.size > 0) unnamed.dropped.clear();
  const sensed = fitSensed(document, '', unnamed) as Partial<SensorEvent> | undefined;
  if (!unnamed.any) return { fit: sensed, report: unnamed };
  const report: FitReport = { named: true, any: true, chars: 0, cut: new Set(), dropped: new Set() };
  const { chars } = unnamed;
  // Once more, for the names.
  fitSensed(document, '', report);
  report.chars = chars;
  return { fit: sensed, report };
}

/** The event that stands for a record which could not be parsed. */
export function refusedEvent(
  { reason, original }: { readonly reason: string; readonly original: string },
  stamp: Stamp,
  definition?: Pick<ParserDefinition, 'id' | 'module'>,
): Event {
  const received = new Date(stamp.receivedAt).toISOString();
  const module = definition?.module ?? 'netsentinel';
  return {
    '@timestamp': received,
    event: {
      kind: 'pipeline_error',
      dataset: `${module}.pipeline_error`,
      module,
      reason: reason.slice(0, MAX_TEXT),
      original: original.slice(0, MAX_TEXT),
      id: eventId({ producer: stamp.sensor.id, epoch: stamp.epoch, sequence: stamp.sequence }),
      ingested: received,
      sequence: stamp.sequence,
    },
    error: { type: 'parse', message: reason.slice(0, MAX_TEXT) },
    netsentinel: {
      sensor: { id: stamp.sensor.id, type: stamp.sensor.type },
      // Nothing in it has been understood, so nobody is named.
      source_verified: false,
      actor: '-',
      ...(original.length > MAX_TEXT ? { truncated: ['event.original'] } : {}),
    },
  };
}

/** In their canonical form. A log may write a name where an address belongs: that side keeps its `address`, and has no `ip`. */
function takeAddresses(sensed: SensorEvent, report: FitReport): void {
  for (const name of SIDES) {
    const side = sensed[name];
    if (side === undefined) continue;
    const { ip: written, nat } = side;
    if (written !== undefined) {
      const ip = canonicalAddress(written);
      if (ip === undefined) {
        const { ip: _, ...rest } = side;
        sensed[name] = { ...rest, address: side.address ?? written };
        report.dropped.add(`${name}.ip`);
      } else if (ip !== written) sensed[name] = { ...side, ip };
    }
    if (nat?.ip !== undefined) {
      const { ip: writtenNat, ...rest } = nat;
      const ip = canonicalAddress(writtenNat);
      if (ip === undefined) report.dropped.add(`${name}.nat.ip`);
      if (ip !== writtenNat) sensed[name] = { ...sensed[name], nat: ip === undefined ? rest : { ...rest, ip } };
    }
  }
}
