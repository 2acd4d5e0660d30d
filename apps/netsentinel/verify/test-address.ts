/** Where tests of our own decoys come from: no packet from outside can have it, and the decoys remember nothing of it. */
import { randomInt } from 'node:crypto';

/** One of the loopback network's sixteen million; undefined where the system has but one. */
export function testAddress(): string | undefined {
  if (process.platform !== 'linux') return undefined;
  return `127.${randomInt(16, 250)}.${randomInt(0, 256)}.${randomInt(1, 255)}`;
}
