/**
 * From what a collector sent to an `Event`. The collector's process parses hostile text: nothing in its frames is believed to be of its
 * type, and whatever they hold, an event comes out.
 */
import type { Event } from '@netsentinel/contracts/event';
import type { EcsDocument } from '@netsentinel/contracts/parser';
import { err, ok, type Result } from '@netsentinel/contracts/result';
import { isObject } from '../text/document.ts';
import type { Stamp } from './stamp.ts';
import { refusedEvent, toEvent } from './to-event.ts';

const NO_DOCUMENT = 'the collector sent no document';

/** The error result is the `pipeline_error` event that stands for a record nobody could read. Never throws. */
export function normaliseRecord(record: { readonly [field: string]: unknown }, stamp: Stamp): Result<Event, Event> {
  const { t, document, module, reason, original } = record;
  if (t === 'refused')
    return err(refusedEvent({ reason: textOf(reason), original: textOf(original) }, stamp, moduleOf(module)));
  if (!isObject(document) || !isObject(document['event']))
    return err(refusedEvent({ reason: NO_DOCUMENT, original: '' }, stamp));
  const event = toEvent(document as EcsDocument, stamp);
  return event.event.kind === 'pipeline_error' ? err(event) : ok(event);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function moduleOf(value: unknown): { id: string; module: string } | undefined {
  return typeof value === 'string' && /^[a-z0-9_.-]{1,64}$/.test(value) ? { id: value, module: value } : undefined;
}
