/**
 * Values folded away as texts of one byte a character: a hundred thousand small arrays of bytes would lie outside of the heap, where each costs more than it holds
 * and nobody tidies up.
 */
import { pack, unpack } from '@netsentinel/kernel/pack';

export function folded(value: unknown): string {
  return foldedBytes(pack(value));
}

export function unfolded(text: string): unknown {
  return unpack(unfoldedBytes(text));
}

export function foldedBytes(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

export function unfoldedBytes(text: string): Uint8Array {
  return Buffer.from(text, 'latin1');
}
