/** What a decoy is handed, in a test's hands: remembers what was emitted, kept, recorded and logged. */
import { createServer, type AddressInfo, type Server } from 'node:net';
import type { Clock } from '@netsentinel/contracts/clock';
import type { Decoy, DecoyContext } from '@netsentinel/contracts/decoy';
import { SensorEvent } from '@netsentinel/contracts/event';
import { systemClock } from '@netsentinel/kernel/clock';
import { silentLogger } from '@netsentinel/kernel/log';

export interface DecoyContextOptions {
  readonly id?: string;
  readonly seed?: Uint8Array;
  readonly clock?: Clock;
  readonly memory?: Map<string, Uint8Array>;
  readonly limits?: Partial<DecoyContext['limits']>;
  /** Checks every event against its schema; costs time, so benchmarks turn it off. */
  readonly checksEvents?: boolean;
  /** False forgets them at once. */
  readonly keepsEvents?: boolean;
}

export interface RecordedContext {
  readonly ctx: DecoyContext;
  readonly events: SensorEvent[];
  /** What the decoy logged as its own errors. */
  readonly failures: string[];
  readonly recordings: Map<string, Buffer>;
  readonly memory: Map<string, Uint8Array>;
  readonly blobs: Map<string, Uint8Array>;
}

/** An event against the schema throws where it is emitted. */
export function createDecoyContext(options: DecoyContextOptions = {}): RecordedContext {
  const events: SensorEvent[] = [];
  const failures: string[] = [];
  const recordings = new Map<string, Buffer>();
  const memory = options.memory ?? new Map<string, Uint8Array>();
  const blobs = new Map<string, Uint8Array>();
  let session = 0;
  const ctx: DecoyContext = {
    decoy: options.id ?? 'decoy-1',
    seed: options.seed ?? Buffer.alloc(32, 7),
    clock: options.clock ?? systemClock,
    log: { ...silentLogger, error: (text, fields) => void failures.push(`${text}: ${String(fields?.['error'])}`) },
    limits: {
      maxConnections: 10_000,
      maxConnectionsPerSource: 10_000,
      maxSessionMs: 3_600_000,
      maxUploadBytes: 1 << 20,
      maxRecordingBytes: 1 << 20,
      ...options.limits,
    },
    newSessionId: () => `session-${session++}`,
    emit(event) {
      if (options.keepsEvents === false) return true;
      events.push(options.checksEvents === false ? event : SensorEvent.parse(event));
      return true;
    },
    drained: () => Promise.resolve(),
    blobs: {
      record(id) {
        if (options.keepsEvents === false) return { write() {}, close() {}, bytes: 0 };
        let kept = Buffer.alloc(4096);
        let bytes = 0;
        recordings.set(id, kept.subarray(0, 0));
        return {
          write(chunk) {
            if (bytes + chunk.length > kept.length) kept = Buffer.concat([kept], 2 * (bytes + chunk.length));
            kept.set(chunk, bytes);
            bytes += chunk.length;
            recordings.set(id, kept.subarray(0, bytes));
          },
          close() {},
          get bytes() {
            return bytes;
          },
        };
      },
      keep(content) {
        const sha256 = 'a'.repeat(64);
        blobs.set(sha256, content);
        return Promise.resolve({ sha256, bytes: content.length, truncated: false });
      },
    },
    memory: {
      recall: (key) => Promise.resolve(memory.get(key)),
      remember: (key, value) => {
        memory.set(key, value);
        return true;
      },
    },
  };
  return { ctx, events, failures, recordings, memory, blobs };
}

export interface DecoyListener {
  readonly port: number;
  close(): Promise<void>;
}

/** Hands the connections of a port of loopback to the decoy, as the decoy host does. */
export async function listenFor(decoy: Decoy, port = 0): Promise<DecoyListener> {
  const server: Server = createServer((stream) => {
    stream.on('error', () => {});
    decoy.accept({
      stream,
      source: { ip: stream.remoteAddress ?? '', port: stream.remotePort ?? 0 },
      destination: { ip: stream.localAddress ?? '', port: stream.localPort ?? 0 },
    });
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      await decoy.close();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
