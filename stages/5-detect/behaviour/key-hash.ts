/**
 * Keys of tables as small numbers: a text put together for each lookup would cost more than the lookup. Two that fall together share an entry, one in a hundred
 * thousand lookups of a full table; a seed of this process, the same in all of its threads, keeps others from choosing which.
 */
import { randomInt } from 'node:crypto';
import { getEnvironmentData, isMainThread, setEnvironmentData } from 'node:worker_threads';

const SEED_NAME = 'netsentinel.key-hash';
const SEED = seedOfProcess();

function seedOfProcess(): number {
  const given = isMainThread ? undefined : getEnvironmentData(SEED_NAME);
  if (typeof given === 'number') return given;
  const seed = randomInt(0x7fffffff);
  // Threads that are started from here on get it with their start.
  setEnvironmentData(SEED_NAME, seed);
  return seed;
}

/** FNV-1a; 0 to 2^31 - 1. */
export function hashOf(text: string): number {
  let hash = SEED;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return finished(hash);
}

/** The key of several parts, in their order. */
export function keyOf(a: number, b: number, c = 0): number {
  let hash = Math.imul(a ^ SEED, 0x85ebca6b);
  hash = Math.imul((hash ^ (hash >>> 13) ^ b) + 0x9e3779b9, 0xc2b2ae35);
  hash = Math.imul((hash ^ (hash >>> 16) ^ c) + 0x9e3779b9, 0x85ebca6b);
  return finished(hash);
}

function finished(hash: number): number {
  return (hash ^ (hash >>> 15)) & 0x7fffffff;
}
