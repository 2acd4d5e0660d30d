/** Before the first keys: nothing is encrypted or authenticated, and padding is zeros. */
import type { OpenFailure, PacketOpener, PacketSealer } from './crypto.types.ts';
import { judgeLength, layOut, packetBytes, payloadOf, type Framing } from './framing.ts';
import { readUint32 } from './padding.ts';

const FRAMING: Framing = { blockBytes: 8, tagBytes: 0, clearBytes: 0 };

class PlainSealer implements PacketSealer {
  sealedBytes(payloadBytes: number): number {
    return packetBytes(FRAMING, payloadBytes);
  }

  sealInto(_sequence: number, payload: Uint8Array, out: Uint8Array, at: number): number {
    return layOut(FRAMING, payload, out, at, false);
  }

  seal(sequence: number, payload: Uint8Array): Uint8Array {
    const out = new Uint8Array(this.sealedBytes(payload.length));
    this.sealInto(sequence, payload, out, 0);
    return out;
  }
}

class PlainOpener implements PacketOpener {
  readonly headBytes = 8;
  packetLength = 0;

  frameBytes(_sequence: number, buffer: Uint8Array, at: number, maxPacketBytes: number): number {
    this.packetLength = readUint32(buffer, at);
    return judgeLength(FRAMING, this.packetLength, maxPacketBytes);
  }

  open(_sequence: number, buffer: Uint8Array, at: number): Uint8Array | OpenFailure {
    return payloadOf(buffer, at, this.packetLength);
  }
}

export function createPlainSealer(): PacketSealer {
  return new PlainSealer();
}

export function createPlainOpener(): PacketOpener {
  return new PlainOpener();
}
