/** Times of failed logins and the TCP/IP stack, as the checks judge them. */
import { expect, it } from 'vitest';
import { createPersona } from '@netsentinel/decoys/persona/persona';
import { failureTimes, judgeTimes } from './checks/failed-logins.ts';
import { parseSynAck } from './syn-ack.ts';
import { judgeStack } from './tcp-stack.ts';
import { ALIKE } from './verify.types.ts';

const PAM = { least: 900, most: 5_500, varies: true };

it.each([
  [[1_900, 2_400, 1_700], ALIKE],
  [[2, 1, 3], { result: 'tell', tell: expect.stringContaining('900 ms or more') as string }],
  [[2_000, 2_001, 2_003], { result: 'tell', tell: expect.stringContaining('varies by hundreds') as string }],
  [[9_000, 2_000], { result: 'tell', tell: expect.stringContaining('at most') as string }],
  [[], { result: 'skipped' }],
])('judges failed logins that took %j', (times, outcome) => {
  expect(judgeTimes(times, PAM)).toMatchObject(outcome);
});

it('takes no more samples once one is let in', async () => {
  let tries = 0;
  const times = await failureTimes(5, async (passed) => {
    passed();
    return ++tries < 3;
  });
  expect([times.length, tries]).toEqual([2, 3]);
});

// `ip_header` and `tcp_header` of an answer over loopback; options as Linux and as Windows order them.
const HEADERS = '4500003c0000400040060000 7f000001 7f010203 00168000 0000000100000002';

it.each([
  ['debian-12-server', '40', 'a012ffcb00000000 0204ffd7 0402080a0000000100000002 01030307'],
  ['windows-2019-fileserver', '80', '8012ffff00000000 020405b4 010303080101 0402'],
] as const)('reads an answer to a SYN, and knows whose it is: %s', (name, ttl, rest) => {
  const packet = Buffer.from(`${HEADERS}${rest}`.replaceAll(' ', ''), 'hex');
  packet[8] = Number.parseInt(ttl, 16);
  const { to, stack: seen } = parseSynAck(packet)!;
  expect(to).toBe(0x80_00);
  const seed = new Uint8Array([1]);
  for (const claimed of ['debian-12-server', 'windows-2019-fileserver'])
    expect(judgeStack(createPersona(seed, claimed), seen)).toMatchObject({
      result: claimed === name ? 'alike' : 'tell',
    });
  for (let length = 0; length < packet.length; length++)
    expect(parseSynAck(packet.subarray(0, length))).toBeUndefined();
});
