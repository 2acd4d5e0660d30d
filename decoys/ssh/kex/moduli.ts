/**
 * The safe primes that Debian 12's sshd draws from in a group exchange: those of its `/etc/ssh/moduli`, since whoever asks often enough sees them all.
 * `moduli.bin` holds them one after the other: bytes of the prime (16 bits), generator (8 bits), prime.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { getDiffieHellman } from 'node:crypto';
import type { DhGroup } from './dh-group.ts';

let groups: readonly DhGroup[] | undefined;

/** Reads the file once. */
export function loadModuli(): readonly DhGroup[] {
  groups ??= parse(readFileSync(join(import.meta.dirname, 'moduli.bin')));
  return groups;
}

/** As `choose_dh` of OpenSSH: any of those with the best size for what was asked; its fixed groups where none fits. */
export function chooseGroup(min: number, wanted: number, max: number, random: () => number = Math.random): DhGroup {
  let best = 0;
  let fitting: DhGroup[] = [];
  for (const group of loadModuli()) {
    const bits = group.prime.length * 8;
    if (bits < min || bits > max) continue;
    if ((bits > wanted && bits < best) || (bits > best && best < wanted)) {
      best = bits;
      fitting = [];
    }
    if (bits === best) fitting.push(group);
  }
  const chosen = fitting[Math.floor(random() * fitting.length)];
  if (chosen !== undefined) return chosen;
  return fixedGroup(max < 3072 ? 'modp14' : max < 6144 ? 'modp16' : 'modp18');
}

/** The groups of RFC 3526. */
export function fixedGroup(name: 'modp14' | 'modp16' | 'modp18'): DhGroup {
  return { prime: getDiffieHellman(name).getPrime(), generator: 2 };
}

function parse(bytes: Buffer): readonly DhGroup[] {
  const parsed: DhGroup[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = bytes.readUInt16BE(at);
    parsed.push({ generator: bytes[at + 2]!, prime: bytes.subarray(at + 3, at + 3 + length) });
    at += 3 + length;
  }
  return parsed;
}
