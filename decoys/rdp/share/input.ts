/** What the client types and clicks: slow-path (MS-RDPBCGR 2.2.8.1.1.3) and fast-path input events (2.2.8.1.2) as one kind. */
export type InputEvent =
  | { readonly kind: 'key'; readonly code: number; readonly extended: boolean; readonly down: boolean }
  | { readonly kind: 'unicode'; readonly code: number; readonly down: boolean }
  | { readonly kind: 'mouse'; readonly x: number; readonly y: number; readonly flags: number }
  | { readonly kind: 'sync'; readonly toggles: number };

const MAX_EVENTS = 512;

export function readSlowPathInput(body: Buffer): InputEvent[] {
  const events: InputEvent[] = [];
  if (body.length < 4) return events;
  const count = Math.min(body.readUInt16LE(0), MAX_EVENTS);
  for (let i = 0, at = 4; i < count && at + 12 <= body.length; i++, at += 12) {
    const type = body.readUInt16LE(at + 4);
    const flags = body.readUInt16LE(at + 6);
    const code = body.readUInt16LE(at + 8);
    if (type === 4) events.push({ kind: 'key', code, extended: (flags & 0x0100) !== 0, down: (flags & 0x8000) === 0 });
    else if (type === 5) events.push({ kind: 'unicode', code, down: (flags & 0x8000) === 0 });
    else if (type === 0x8001 || type === 0x8002)
      events.push({ kind: 'mouse', flags, x: code, y: body.readUInt16LE(at + 10) });
    else if (type === 0) events.push({ kind: 'sync', toggles: code });
  }
  return events;
}

/** @param header the frame's first byte: how many events, unless the body says */
export function readFastPathInput(header: number, body: Buffer): InputEvent[] {
  const events: InputEvent[] = [];
  let at = 0;
  let count = (header >> 2) & 0x0f;
  if (count === 0) count = body[at++] ?? 0;
  for (; count > 0 && at < body.length && events.length < MAX_EVENTS; count--) {
    const first = body[at++]!;
    const [type, flags] = [first >> 5, first & 0x1f];
    if (type === 0) {
      if (at + 1 > body.length) break;
      events.push({ kind: 'key', code: body[at]!, extended: (flags & 2) !== 0, down: (flags & 1) === 0 });
      at += 1;
    } else if (type === 1 || type === 2) {
      if (at + 6 > body.length) break;
      events.push({
        kind: 'mouse',
        flags: body.readUInt16LE(at),
        x: body.readUInt16LE(at + 2),
        y: body.readUInt16LE(at + 4),
      });
      at += 6;
    } else if (type === 3) events.push({ kind: 'sync', toggles: flags });
    else if (type === 4) {
      if (at + 2 > body.length) break;
      events.push({ kind: 'unicode', code: body.readUInt16LE(at), down: (flags & 1) === 0 });
      at += 2;
    } else if (type === 6) at += 4;
    else break;
  }
  return events;
}
