import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MSG } from './messages.ts';
import { fuzz } from './ssh.fuzz.ts';
import { WireWriter } from './wire.ts';

/** Messages that are nearly right: a known type, then numbers, texts and flags in any order. */
const nearlyMessage = fc
  .tuple(
    fc.oneof(fc.constantFrom(...Object.values(MSG)), fc.nat(255)),
    fc.array(
      fc.oneof(
        fc.constantFrom(
          'session',
          'exec',
          'shell',
          'pty-req',
          'env',
          'direct-tcpip',
          'tcpip-forward',
          'ssh-userauth',
          'echo x',
          'cat',
          'LANG',
          'subsystem',
          'password',
          'root',
          'ssh-connection',
          'window-change',
        ),
        fc.nat(0xffff_ffff),
        fc.nat(3),
        fc.boolean(),
        fc.uint8Array({ maxLength: 40 }),
      ),
      { maxLength: 8 },
    ),
  )
  .map(([type, parts]) => {
    const writer = new WireWriter().u8(type);
    for (const part of parts) {
      if (typeof part === 'number') writer.u32(part);
      else if (typeof part === 'boolean') writer.bool(part);
      else writer.string(part);
    }
    return writer.copy();
  });

const framed = (place: number, payloads: readonly Uint8Array[]) =>
  Buffer.concat([
    Buffer.of(place),
    ...payloads.map((payload) => Buffer.concat([Buffer.of(payload.length >> 8, payload.length & 255), payload])),
  ]);

/** Counts those inputs that the decoy survived: all of them, or the property fails with the smallest that it did not. */
async function survivors(inputs: fc.Arbitrary<Uint8Array>, numRuns: number): Promise<number> {
  let count = 0;
  const survived = fc.asyncProperty(inputs, async (bytes) => {
    await fuzz(bytes);
    count++;
  });
  await fc.assert(survived, { numRuns });
  return count;
}

describe('hostile bytes', () => {
  it.each([0, 1, 2])('are survived in place %i', async (place) => {
    const inputs = fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.concat([Buffer.of(place), bytes]));
    expect(await survivors(inputs, 60)).toBe(60);
  });

  it.each([1, 2])('are survived as messages that are nearly right, in place %i', async (place) => {
    const inputs = fc.array(nearlyMessage, { maxLength: 12 }).map((payloads) => framed(place, payloads));
    expect(await survivors(inputs, 120)).toBe(120);
  });

  it('are survived after a mutated, plausible beginning', async () => {
    const opening = [
      new WireWriter()
        .u8(MSG.CHANNEL_OPEN)
        .string('session')
        .u32(0)
        .u32(1 << 20)
        .u32(32_768)
        .copy(),
      new WireWriter()
        .u8(MSG.CHANNEL_REQUEST)
        .u32(0)
        .string('pty-req')
        .bool(true)
        .string('xterm')
        .u32(80)
        .u32(24)
        .u32(0)
        .u32(0)
        .string('')
        .copy(),
      new WireWriter().u8(MSG.CHANNEL_REQUEST).u32(0).string('shell').bool(true).copy(),
      new WireWriter().u8(MSG.CHANNEL_DATA).u32(0).string('echo hi\nflood 100000\n').copy(),
      new WireWriter().u8(MSG.CHANNEL_WINDOW_ADJUST).u32(0).u32(0xffff_ffff).copy(),
      new WireWriter().u8(MSG.CHANNEL_EOF).u32(0).copy(),
      new WireWriter().u8(MSG.CHANNEL_CLOSE).u32(0).copy(),
    ];
    const whole = framed(2, opening);
    await expect(fuzz(whole)).resolves.toBeUndefined();
    const inputs = fc.tuple(fc.nat(whole.length - 2), fc.nat(255)).map(([at, value]) => {
      const mutated = Buffer.from(whole);
      mutated[at + 1] = value;
      return mutated;
    });
    expect(await survivors(inputs, 150)).toBe(150);
  });
});
