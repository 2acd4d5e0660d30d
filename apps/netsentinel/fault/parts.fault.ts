/** Faults of single parts, which live beside what they break, as the command line runs them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runEnforcerFault } from '@netsentinel/enforcer/fault';
import { runStreamKillFault, runTornFault } from '@netsentinel/stream/embedded/fault';
import { needNamespaces } from '../bench/need-namespaces.ts';

interface Form {
  readonly rounds: number;
  readonly seed: number;
  readonly short: boolean;
}

/** Bytes from the end that the short form damages, in three ways each. */
const SHORT_TAIL_BYTES = 150;

export function faultStreamKill({ rounds, seed }: Form): Promise<Record<string, unknown>> {
  return inFolder(async (directory) => {
    const result = await runStreamKillFault({ rounds, seed, directory });
    // A run that heard of nothing has proven nothing.
    const failed = result.lost + result.doubled + result.gaps > 0 || result.acknowledged === 0;
    return { ...result, seed, failed };
  });
}

export function faultStreamTorn({ seed, short }: Form): Promise<Record<string, unknown>> {
  return inFolder(async (directory) => {
    const result = await runTornFault({ seed, directory, ...(short ? { tailBytes: SHORT_TAIL_BYTES } : {}) });
    const failed = result.lost + result.doubled + result.silent > 0 || result.cases === 0;
    return { ...result, seed, failed };
  });
}

export async function faultEnforcerKill({ rounds, seed }: Form): Promise<Record<string, unknown>> {
  needNamespaces('FAULT_UNAVAILABLE');
  const result = await runEnforcerFault({ rounds, seed });
  const failed = result.orphans + result.gaps + result.overdue > 0 || !result.auditOk || result.orders === 0;
  return { ...result, seed, failed };
}

async function inFolder(
  work: (directory: string) => Promise<Record<string, unknown>>,
): Promise<Record<string, unknown>> {
  const directory = mkdtempSync(join(tmpdir(), 'netsentinel-fault-'));
  try {
    return await work(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
