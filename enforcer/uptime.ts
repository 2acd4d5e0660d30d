/**
 * Time since boot, which outlives a process and ignores the wall clock: how a block's remaining duration is carried over a restart
 * although somebody may have set the clock meanwhile.
 */
import { readFileSync } from 'node:fs';

export interface Uptime {
  /** Names this boot; another value means that `ms` started again. */
  readonly boot: string;
  /** Milliseconds since boot, sleep not counted: the same notion that the kernel's own timeouts have. */
  readonly ms: number;
}

export function systemUptime(): Uptime {
  let boot = 'unknown';
  try {
    boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    // No such file outside Linux: then each process counts as a boot of its own, and wall time decides.
    boot = `process-${process.pid}-${Date.now()}`;
  }
  // CLOCK_MONOTONIC, which on Linux counts from boot in every process alike.
  return { boot, ms: Number(process.hrtime.bigint() / 1_000_000n) };
}
