/** Configuration of everything that is kept: how long, how much, and how much memory and disk that may take. */
import { FieldName } from '@netsentinel/contracts/event-store';
import { mayErase } from '@netsentinel/kernel/erased-event';
import { z } from 'zod';

const days = z.number().int().min(1).max(36_500);

export const StoreConfig = z.strictObject({
  events: z
    .strictObject({
      retentionDays: z
        .record(z.string().min(1).max(256), days)
        .default({ default: 90 })
        .describe(
          'Days to keep events, by event.dataset; `default` counts for all that are not named. Without it they are kept for ever.',
        ),
      archiveAfterDays: days
        .default(7)
        .describe(
          'Days after which events move into compressed Parquet files, where they stay searchable, a little slower.',
        ),
      fieldDays: z
        .record(FieldName.refine(mayErase, 'events are known by this field: it cannot be erased'), days)
        .default({})
        .describe(
          'Days after which the values of a field are erased from events, which stay, by the field: `netsentinel.credential.password: 30`. Passwords go out of incidents with them. Without it they are kept as long as their events.',
        ),
      memoryLimitMb: z
        .number()
        .int()
        .min(96)
        .max(65_536)
        .default(160)
        .describe('Memory in megabytes that the event database may use for caches and queries.'),
      threads: z.number().int().min(1).max(64).default(2).describe('Threads that one query may use.'),
      minFreeMb: z
        .number()
        .int()
        .min(16)
        .max(1_048_576)
        .default(256)
        .describe('Megabytes of the disk that stay free: below it, new events wait in the stream and reading goes on.'),
    })
    .prefault({})
    .describe('The event store.'),
  state: z
    .strictObject({
      actorDays: days
        .default(30)
        .describe('Days after which what detectors remember of a silent attacker is forgotten.'),
      memoryDays: days
        .default(90)
        .describe('Days after which what decoys remember of a silent attacker (its files) is forgotten.'),
      closedIncidentDays: days.default(365).describe('Days to keep closed incidents after their last activity.'),
    })
    .prefault({})
    .describe('Incidents, actions, accounts and what is remembered of attackers.'),
  blobs: z
    .strictObject({
      maxBlobBytes: z
        .number()
        .int()
        .min(1024)
        .max(4_294_967_296)
        .default(64 * 1024 * 1024)
        .describe('Bytes that one upload, capture or recording may have.'),
      maxTotalMb: z
        .number()
        .int()
        .min(16)
        .max(1_073_741_824)
        .default(10_240)
        .describe(
          'Megabytes on disk of uploads, captures and recordings together; beyond it the oldest go, those of open incidents last.',
        ),
    })
    .prefault({})
    .describe('Uploads, captures and recordings.'),
});
export type StoreConfig = z.infer<typeof StoreConfig>;
