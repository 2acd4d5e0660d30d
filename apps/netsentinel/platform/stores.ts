/** What the platform keeps in its folder: the stream, the events, the state and the blobs; opened, and copied while in use. */
import { cpSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import type { BlobStore } from '@netsentinel/contracts/blob-store';
import type { Clock } from '@netsentinel/contracts/clock';
import type { EventStore } from '@netsentinel/contracts/event-store';
import type { Logger } from '@netsentinel/contracts/log';
import type { StateStore } from '@netsentinel/contracts/state-store';
import type { EventStream } from '@netsentinel/contracts/stream';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { sealedRecords, type EventCodec } from '@netsentinel/kernel/event-record';
import { makeFolder } from '@netsentinel/kernel/make-folder';
import { openKeyring, type KeptKeyring } from '@netsentinel/kernel/keyring-files';
import { SealedTexts } from '@netsentinel/kernel/sealed-text';
import { openFileBlobStore } from '@netsentinel/store/blobs/files/file-blob.store';
import { openDuckDbEventStore } from '@netsentinel/store/events/duckdb/duckdb-events.store';
import { openSqliteStateStore } from '@netsentinel/store/state/sqlite/sqlite-state.store';
import { openEmbeddedStream } from '@netsentinel/stream/embedded/embedded-stream';
import { masterKeys } from '../config/encryption-plan.ts';
import { openTour, type Tour } from '../tour/tour.ts';
import type { PlatformConfig } from './platform.config.ts';
import { sealedStream } from './sealed-stream.ts';

/** Events that correlations look at are few, and none is needed longer than the longest of their windows. */
export const CORRELATION_STREAM = {
  partitions: 4,
  segmentBytes: 16 * 1024 * 1024,
  retention: { maxAgeMs: 8 * 86_400_000, maxBytes: 512 * 1024 * 1024 },
};

export interface Stores {
  readonly state: StateStore;
  readonly events: EventStore;
  readonly stream: EventStream;
  /** How events become records of the stream: with what is secret in them sealed. */
  readonly records: EventCodec;
  /** What seals and opens what is secret in events. */
  readonly texts: SealedTexts;
  readonly blobs: BlobStore;
  /** Of what is encrypted at rest. */
  readonly keys: KeptKeyring;
  /** Recorded attacks in the state and among the events. */
  readonly tour: Tour;
  /** The internal stream of correlations, which is made when first needed. */
  readonly correlation: { readonly exists: boolean; open(): Promise<EventStream> };
  /** Copies all of it into `folder`, inside the platform's own. */
  backup(folder: string): Promise<void>;
}

export interface StoresOptions {
  readonly directory: string;
  readonly config: Pick<PlatformConfig, 'contentRoot' | 'encryption' | 'store' | 'stream'>;
  readonly clock: Clock;
  readonly log: Logger;
}

export async function openStores({ directory, config, clock, log }: StoresOptions): Promise<Stores> {
  const at = (name: string): string => join(directory, name);
  const { events: eventsConfig, blobs: blobsConfig } = config.store;
  // First: without its keys nothing else may begin to be written.
  const keys = openKeyring({ directory, ...masterKeys(config.encryption) }, clock.now());
  const texts = new SealedTexts(keys.keyring);
  const state = await openSqliteStateStore({ file: at('state.db'), sealer: keys.keyring, log, clock });
  const [events, stream] = await Promise.all([
    openDuckDbEventStore({
      directory: at('events'),
      memoryLimitMb: eventsConfig.memoryLimitMb,
      threads: eventsConfig.threads,
      minFreeBytes: eventsConfig.minFreeMb * 1024 * 1024,
      keys: keys.keyring,
      log,
      clock,
    }),
    openEmbeddedStream({ directory: at('stream'), ...config.stream, clock, log }),
  ]);
  const blobs = await openFileBlobStore({
    directory: at('blobs'),
    maxBlobBytes: blobsConfig.maxBlobBytes,
    keys: keys.keyring,
    log,
  });
  for (const repair of stream.repairs)
    log.warn('the stream was mended after an unclean end', {
      file: repair.file,
      droppedBytes: repair.droppedBytes,
      reason: repair.reason,
    });

  const tour = await openTour({ state, events, clock, folder: join(config.contentRoot, 'tour') });

  return {
    state,
    events,
    stream,
    records: sealedRecords(texts),
    texts,
    blobs,
    keys,
    tour,
    correlation: {
      exists: existsSync(at('correlation')),
      open: async () =>
        sealedStream(
          await openEmbeddedStream({ directory: at('correlation'), ...CORRELATION_STREAM, clock, log }),
          keys.keyring,
        ),
    },
    backup: async (folder) => {
      if (!folder.startsWith(directory))
        throw new NetSentinelError('BACKUP_OUTSIDE', 'user', 'a backup is written inside the data folder first');
      makeFolder(folder);
      // Stores before stream: what their watermarks name is then surely in the copy of the stream. Correlations before it too: what they lack is found anew.
      await state.backup(join(folder, 'state.db'));
      await events.backup(join(folder, 'events'));
      for (const part of ['blobs', 'correlation', 'stream'].filter((name) => existsSync(at(name))))
        cpSync(at(part), join(folder, part), { recursive: true, filter: (path) => !/(LOCK|\.tmp|\.pre)$/.test(path) });
      // Last: whatever key was made meanwhile, what is copied is opened by these.
      keys.copyTo(folder);
    },
  };
}
