/** Diffie–Hellman with a fixed group (RFC 4253 section 8, RFC 8268) and with one that is agreed on (RFC 4419). */
import { MSG } from '../messages.ts';
import { WireReader, WireWriter } from '../wire.ts';
import { agreeDh, type DhGroup } from './dh-group.ts';
import type { KexStep, ServerKex } from './kex.types.ts';
import { chooseGroup, fixedGroup } from './moduli.ts';

/** Bounds of OpenSSH (DH_GRP_MIN, DH_GRP_MAX). */
const MIN_BITS = 2048;
const MAX_BITS = 8192;

export function createFixedDhKex(name: 'modp14' | 'modp16' | 'modp18', hash: 'sha256' | 'sha512'): ServerKex {
  return {
    hash,
    receive(payload): KexStep {
      if (payload[0] !== MSG.KEXDH_INIT) return { kind: 'unexpected' };
      return dhDone(fixedGroup(name), payload, MSG.KEXDH_REPLY, new Uint8Array(0));
    },
  };
}

export function createGroupExchangeKex(): ServerKex {
  let chosen: { readonly group: DhGroup; readonly hashed: Uint8Array } | undefined;
  return {
    hash: 'sha256',
    receive(payload): KexStep {
      if (chosen !== undefined) {
        if (payload[0] !== MSG.KEX_DH_GEX_INIT) return { kind: 'unexpected' };
        return dhDone(chosen.group, payload, MSG.KEX_DH_GEX_REPLY, chosen.hashed);
      }
      if (payload[0] !== MSG.KEX_DH_GEX_REQUEST) return { kind: 'unexpected' };
      const reader = new WireReader(payload, 1);
      const [min, wanted, max] = [reader.u32(), reader.u32(), reader.u32()];
      if (!reader.done) return { kind: 'invalid', reason: 'incomplete message' };
      const low = Math.max(MIN_BITS, min);
      const high = Math.min(MAX_BITS, max);
      if (high < low || wanted < min || max < wanted || high < MIN_BITS)
        return { kind: 'invalid', reason: 'DH GEX group out of range' };
      const group = chooseGroup(low, Math.min(high, Math.max(low, wanted)), high);
      const parameters = new WireWriter(group.prime.length + 16)
        .mpint(group.prime)
        .mpint(Buffer.of(group.generator))
        .view();
      const hashed = new WireWriter(parameters.length + 12).u32(min).u32(wanted).u32(max).raw(parameters).view();
      chosen = { group, hashed };
      return {
        kind: 'send',
        payload: new WireWriter(parameters.length + 1).u8(MSG.KEX_DH_GEX_GROUP).raw(parameters).view(),
      };
    },
  };
}

function dhDone(group: DhGroup, payload: Uint8Array, replyType: number, hashedBefore: Uint8Array): KexStep {
  const reader = new WireReader(payload, 1);
  const peer = reader.mpint();
  if (!reader.done) return { kind: 'invalid', reason: 'incomplete message' };
  const agreed = agreeDh(group, peer);
  if (agreed === undefined) return { kind: 'invalid', reason: 'bad client public DH value' };
  const publicValue = new WireWriter(agreed.publicValue.length + 8).mpint(agreed.publicValue).view();
  const hashed = new WireWriter(1024).raw(hashedBefore).mpint(peer).raw(publicValue).view();
  return { kind: 'done', replyType, publicValue, hashed, secret: new WireWriter(520).mpint(agreed.secret).view() };
}
