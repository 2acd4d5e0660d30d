/** What the kernel of a namespace blocks, and how it differs from what the platform intends. */
import { execFileSync } from 'node:child_process';
import type { Action, ActionStatus } from '@netsentinel/contracts/action';
import { formatNetwork, parseAddress } from '@netsentinel/kernel/address';

/** Blocks so near their end may be there or not. */
const GRACE_MS = 2_000;

export interface KernelDifference {
  readonly blocks: number;
  /** Blocked, and nobody intends it. */
  readonly orphans: number;
  /** Intended, and not blocked. */
  readonly gaps: number;
}

export function compareWithKernel(actions: readonly Action[], namespace: string): KernelDifference {
  const present = kernelBlocks(namespace);
  const now = Date.now();
  const intended = actions.filter((action) => action.status === 'applied' || action.status === 'verified');
  const sure = intended.filter((action) => action.expiresAt > now + GRACE_MS);
  const over: ReadonlySet<ActionStatus> = new Set(['refused', 'failed', 'reverted']);
  const possible = new Set(
    actions
      .filter(({ status, expiresAt }) => !over.has(status) && expiresAt > now - GRACE_MS)
      .map(({ target }) => target),
  );
  return {
    blocks: present.size,
    orphans: [...present].filter((target) => !possible.has(target)).length,
    gaps: sure.filter((action) => !present.has(action.target)).length,
  };
}

/** Networks in the table that the responder keeps, as text. */
export function kernelBlocks(namespace: string): Set<string> {
  return new Set(kernelTimeouts(namespace).keys());
}

interface Element {
  readonly val: string;
  /** Whole seconds. */
  readonly expires?: number;
}

/** The same with the time that each has left, milliseconds. */
export function kernelTimeouts(namespace: string): Map<string, number> {
  const listing = JSON.parse(
    execFileSync('ip', ['netns', 'exec', namespace, 'nft', '-j', 'list', 'table', 'inet', 'netsentinel'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      maxBuffer: 1 << 28,
    }),
  ) as { nftables: { set?: { name: string; elem?: { elem: Element }[] } }[] };
  const found = new Map<string, number>();
  for (const { set } of listing.nftables) {
    // Sets are named after their prefix length: `v4_32`.
    const prefix = Number(set?.name.split('_')[1]);
    if (Number.isNaN(prefix)) continue;
    for (const { elem } of set?.elem ?? []) {
      const address = parseAddress(elem.val);
      if (address === undefined) continue;
      const network = formatNetwork({ family: address.family, base: address.value, prefix });
      found.set(network, (elem.expires ?? Infinity) * 1000);
    }
  }
  return found;
}
