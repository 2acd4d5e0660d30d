/**
 * From what a sensor of ours sent to an `Event`: strict validation, then the stamps that only the platform may give. What breaks the
 * schema becomes an event of kind `pipeline_error`, so that nothing an attacker does makes a sensor's word disappear.
 */
import { SensorEvent, eventId, type Event } from '@netsentinel/contracts/event';
import type { Result } from '@netsentinel/contracts/result';
import { actorOf } from '@netsentinel/kernel/address';
import { compileCheck } from '../event/schema-check.ts';
import { finishEvent, type Stamp } from '../event/stamp.ts';
import { canonicalAddress } from '../text/canonical-address.ts';

export type { Stamp } from '../event/stamp.ts';

const MAX_ORIGINAL = 8 * 1024;
const isSensorEvent = compileCheck(SensorEvent);

/**
 * `ok` carries the event; the error carries the `pipeline_error` event that takes its place. Both are to be stored, both have the id
 * of their origin. Never throws.
 */
export function normaliseSensorEvent(input: unknown, stamp: Stamp): Result<Event, Event> {
  let reason: string;
  try {
    // zod is asked where it is no: it knows why.
    const parsed = isSensorEvent(input) ? undefined : SensorEvent.safeParse(input);
    if (parsed === undefined || parsed.success) {
      const finished = finishEvent(parsed === undefined ? (input as SensorEvent) : parsed.data, stamp);
      if (finished.ok) return finished;
      reason = finished.error;
    } else {
      const issue = parsed.error.issues[0];
      reason =
        issue === undefined ? 'not an event' : `${issue.path.map(String).join('.') || 'event'}: ${issue.message}`;
    }
  } catch {
    // Getters, proxies and deep nesting: nothing that a decoded frame can hold, but this function promises not to throw.
    reason = 'unreadable value';
  }
  return { ok: false, error: pipelineError(input, reason.slice(0, 1024), stamp) };
}

function pipelineError(input: unknown, reason: string, stamp: Stamp): Event {
  const received = new Date(stamp.receivedAt).toISOString();
  const source = rawSource(input);
  return {
    '@timestamp': received,
    message: 'A sensor sent what is no event',
    event: {
      kind: 'pipeline_error',
      dataset: 'netsentinel.pipeline_error',
      module: 'netsentinel',
      reason,
      original: originalOf(input),
      id: eventId({ producer: stamp.sensor.id, epoch: stamp.epoch, sequence: stamp.sequence }),
      ingested: received,
      sequence: stamp.sequence,
    },
    error: { type: 'schema', message: reason },
    ...(source === undefined ? {} : { source: { ip: source }, related: { ip: [source] } }),
    netsentinel: {
      sensor: { id: stamp.sensor.id, type: stamp.sensor.type },
      source_verified: stamp.sourceVerified,
      actor: actorOf(source),
    },
  };
}

/** The attacker's address out of a broken event, so that breaking the schema is no way to stay nameless. */
function rawSource(input: unknown): string | undefined {
  try {
    const ip = (input as { source?: { ip?: unknown } } | null | undefined)?.source?.ip;
    return typeof ip === 'string' && ip.length <= 45 ? canonicalAddress(ip) : undefined;
  } catch {
    return undefined;
  }
}

function originalOf(input: unknown): string {
  try {
    const text = JSON.stringify(input, (_key, value: unknown) => {
      if (typeof value === 'bigint') return value.toString();
      if (value instanceof Uint8Array) return `<${value.length} bytes>`;
      if (typeof value === 'string' && value.length > MAX_ORIGINAL) return value.slice(0, MAX_ORIGINAL);
      return value;
    });
    return (text ?? String(input)).slice(0, MAX_ORIGINAL);
  } catch {
    return '<not serialisable>';
  }
}
