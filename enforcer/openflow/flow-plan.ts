/** Pure: which flows a change is, and for how long. */
import type { Network } from '@netsentinel/kernel/address';
import type { Change } from '../responder.types.ts';
import type { Flow, FlowMod } from './flow.types.ts';

/** `hard_timeout` has 16 bits; 0 would mean for ever. */
export const LONGEST_SECONDS = 65_535;

/** Whole seconds, never early. */
export function hardTimeout(remainingMs: number): number {
  return Math.min(LONGEST_SECONDS, Math.max(1, Math.ceil(remainingMs / 1000)));
}

/** Drops what comes from the network and what goes to it: neither an answer nor a call home passes. */
export function dropFlows(network: Network): readonly Flow[] {
  const { family } = network;
  return [
    { family, src: network, above: 0, actions: [] },
    { family, dst: network, above: 0, actions: [] },
  ];
}

export function flowMods(change: Change): FlowMod[] {
  return dropFlows(change.network).map((flow) =>
    change.kind === 'block'
      ? { kind: 'add', flow, seconds: hardTimeout(change.remainingMs) }
      : { kind: 'delete', flow },
  );
}

/** All that a flow of ours may add to the configured priority. */
export const LEVELS: readonly number[] = [0];
