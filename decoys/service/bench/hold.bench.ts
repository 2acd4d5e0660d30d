/** What held sessions cost, of one kind or of a mix: what the decoys' process grows by, and how long it is away while they come and stay. */
import { setTimeout as sleep } from 'node:timers/promises';
import { HEAP_OPTIONS } from '../../heap-options.ts';
import { BenchServer } from './bench-server.ts';
import { benchName, type DecoyBench } from './bench-target.ts';
import { MAX_STALL_MS, round } from './decoy.bench.ts';
import { HeldSessions } from './held-sessions.ts';

const HOLD_MS = 5_000;
const WARM_UP = 10;
const MAX_BYTES_PER_SESSION = 30 * 1024;

export interface DecoyHoldResult {
  readonly kinds: string;
  readonly sessions: number;
  /** What the process grew by, garbage not yet collected included. */
  readonly bytes_per_session: number;
  readonly wanted_bytes_per_session: number;
  /** `ramp`, while they were opened, and `hold`, while they were held. */
  readonly ramp_stall_ms: number;
  readonly hold_stall_ms: number;
  readonly max_turn_cpu_ms: number;
  readonly failures: number;
  readonly node_options: string;
  readonly failed: boolean;
}

export interface MixedKind {
  readonly bench: DecoyBench;
  readonly weight: number;
}

export async function benchHold(kinds: readonly MixedKind[], sessions: number): Promise<DecoyHoldResult> {
  const server = await BenchServer.start(
    kinds.map(({ bench }) => ({ type: bench.type, config: bench.config, port: 0 })),
  );
  const held = new HeldSessions(kinds.map((kind, i) => ({ ...kind, port: server.ports[i]! })));
  try {
    await held.open(WARM_UP * kinds.length);
    const before = await server.measure();
    server.reset();
    await held.open(sessions);
    const ramp = await server.measure();
    server.reset();
    await sleep(HOLD_MS);
    const hold = await server.measure();
    const bytes = Math.round((hold.rssBytes - before.rssBytes) / sessions);
    const stall = Math.max(ramp.maxStallMs, hold.maxStallMs);
    return {
      kinds: kinds.map(({ bench, weight }) => (kinds.length === 1 ? '' : `${weight} `) + benchName(bench)).join(', '),
      sessions: hold.connections,
      bytes_per_session: bytes,
      wanted_bytes_per_session: MAX_BYTES_PER_SESSION,
      ramp_stall_ms: round(ramp.maxStallMs),
      hold_stall_ms: round(hold.maxStallMs),
      max_turn_cpu_ms: round(Math.max(ramp.maxTurnCpuMs, hold.maxTurnCpuMs)),
      failures: held.failures,
      node_options: HEAP_OPTIONS.join(' '),
      failed: held.failures > 0 || bytes > MAX_BYTES_PER_SESSION || stall > MAX_STALL_MS,
    };
  } finally {
    held.close();
    await server.stop();
  }
}
