import { EventEmitter } from 'node:events';
import { expect, it } from 'vitest';
import { SourceLimit } from './source-limit.ts';

it('keeps room for others, and gives it back', () => {
  const limit = new SourceLimit(2);
  const from = (remoteAddress: string): EventEmitter & { remoteAddress: string } =>
    Object.assign(new EventEmitter(), { remoteAddress });
  const first = from('192.0.2.1');
  expect([limit.take(first), limit.take(from('::ffff:192.0.2.1')), limit.take(from('192.0.2.1'))]).toEqual([
    true,
    true,
    false,
  ]);
  expect(limit.take(from('192.0.2.2'))).toBe(true);
  // A /64 is one source, whatever it calls itself.
  expect(['2001:db8::1', '2001:db8::2', '2001:db8::3'].map((address) => limit.take(from(address)))).toEqual([
    true,
    true,
    false,
  ]);
  first.emit('close');
  expect(limit.take(from('192.0.2.1'))).toBe(true);
});
