/**
 * Lets the wall clock jump an hour forth and back while sessions are under way and blocks in force: stream, analysis, response, stores and
 * the enforcer with the real firewall of a namespace run in one process on a clock that is set as an administrator or NTP would.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createNetworkLab } from '@netsentinel/testkit/netns';
import { needNamespaces } from '../bench/need-namespaces.ts';
import { openLoop, type Loop } from './clock-loop.ts';
import { kernelTimeouts } from './kernel-blocks.ts';
import { progress } from './progress.ts';

const HOUR_MS = 3_600_000;
const TTL_MS = 15_000;
/** Blocks so near their end may be there or not. */
const GRACE_MS = 3_000;
/** Forth, back past where it was, and to where it was. */
const JUMPS_MS = [HOUR_MS, -2 * HOUR_MS, HOUR_MS];

export interface ClockOptions {
  readonly rounds: number;
  /** Attackers that come in each phase. */
  readonly attackers: number;
}

export async function faultClock({ rounds, attackers }: ClockOptions): Promise<Record<string, unknown>> {
  needNamespaces('FAULT_UNAVAILABLE');
  const lab = createNetworkLab();
  const folder = mkdtempSync(join(tmpdir(), 'netsentinel-clock-'));
  const faults = {
    ended_early: 0,
    outlasting: 0,
    blocked_anew: 0,
    not_blocked_again: 0,
    retained_wrongly: 0,
    events_missing: 0,
    torn_incidents: 0,
    miscounted: 0,
  };
  let loop: Loop | undefined;
  let jumps = 0;
  let newcomers = 0;
  try {
    loop = await openLoop({ folder, namespaceCommand: lab.inDefender, ttlMs: TTL_MS });
    for (let round = 0; round < rounds; round++) {
      for (const jumpMs of JUMPS_MS) {
        progress(`jump ${++jumps} of ${rounds * JUMPS_MS.length}: ${jumpMs / HOUR_MS} h`);
        const group = Array.from({ length: attackers }, () => address(++newcomers));
        for (const source of group) loop.open(source);
        await loop.quiet();
        loop.clock.jump(jumpMs);
        await loop.keepHouse();
        // Sessions go on over the jump, also over a restart of either side.
        for (const source of group) loop.command(source);
        await loop.quiet();
        await loop.restart();
        for (const source of group) loop.end(source);
        await loop.quiet();
        look(loop, lab.defender, faults);
      }
      await afterTheEnd(loop, lab.defender, faults);
    }
    const kept = await loop.judge();
    faults.events_missing += kept.missing;
    faults.torn_incidents += kept.torn;
    faults.miscounted += kept.miscounted;
    faults.retained_wrongly += kept.dropped;
    return {
      rounds,
      jumps,
      attackers: newcomers,
      events: kept.events,
      incidents: kept.incidents,
      blocks: loop.plannedAt.size,
      ...faults,
      failed: Object.values(faults).some((count) => count > 0),
    };
  } finally {
    await loop?.close();
    lab.destroy();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Compares the kernel with what was planned, on the clock that only grows. */
function look(loop: Loop, namespace: string, faults: { ended_early: number; outlasting: number }): void {
  const present = kernelTimeouts(namespace);
  const now = performance.now();
  for (const [target, plannedAt] of loop.plannedAt)
    if (now - plannedAt < TTL_MS - GRACE_MS && !present.has(target)) faults.ended_early++;
  for (const [target, leftMs] of present) {
    const plannedAt = loop.plannedAt.get(target);
    // The kernel tells whole seconds.
    if (plannedAt === undefined || leftMs > TTL_MS - (now - plannedAt) + GRACE_MS) faults.outlasting++;
  }
}

/**
 * Blocks end while the platform is away and hears nothing of it, then the clock is set back: what it sends again on its return must not
 * be blocked anew, while an attacker who comes again must.
 */
async function afterTheEnd(
  loop: Loop,
  namespace: string,
  faults: { outlasting: number; blocked_anew: number; not_blocked_again: number },
): Promise<void> {
  progress('waiting for the end of all blocks');
  loop.deaf = true;
  await loop
    .until(() => kernelTimeouts(namespace).size === 0 && loop.enforced() === 0)
    .catch(() => faults.outlasting++);
  loop.deaf = false;
  loop.clock.jump(-HOUR_MS);
  await loop.restart();
  await loop.quiet();
  faults.blocked_anew += kernelTimeouts(namespace).size;
  const [again] = loop.plannedAt.keys();
  if (again !== undefined) {
    loop.open(again);
    loop.command(again);
    loop.end(again);
    await loop.quiet();
    if (!kernelTimeouts(namespace).has(again)) faults.not_blocked_again++;
  }
  loop.clock.jump(HOUR_MS);
}

function address(n: number): string {
  return `198.18.${32 + (n >> 7)}.${1 + (n & 127)}`;
}
