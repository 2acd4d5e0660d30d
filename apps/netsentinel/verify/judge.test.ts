/** Times of failed logins and the TCP/IP stack, as the checks judge them. */
import { expect, it } from 'vitest';
import { createPersona } from '@netsentinel/decoys/persona/persona';
import { failureTimes, judgeTimes } from './checks/failed-logins.ts';
import { judgeStack, parseSynAck } from './tcp-stack.ts';
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

it('reads what tcpdump prints, and knows whose answer it is', () => {
  const linux = parseSynAck(
    'IP (tos 0x0, ttl 64, id 0, offset 0, flags [DF], proto TCP (6), length 60)\n    127.0.0.1.22 > 127.1.2.3.4: Flags [S.], cksum 0xfe30 (incorrect), seq 1, ack 2, win 65483, options [mss 65495,sackOK,TS val 1 ecr 2,nop,wscale 7], length 0\n',
  )!;
  expect(linux).toEqual({ ttl: 64, options: 'mss,sackOK,TS,nop,wscale' });
  expect(parseSynAck('nothing')).toBeUndefined();
  const seed = new Uint8Array([1]);
  expect(judgeStack(createPersona(seed, 'debian-12-server'), linux)).toEqual(ALIKE);
  expect(judgeStack(createPersona(seed, 'windows-2019-fileserver'), linux)).toMatchObject({ result: 'tell' });
});
