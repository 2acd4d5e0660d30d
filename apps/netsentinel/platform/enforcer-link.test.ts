import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EnforcerQuestion } from '@netsentinel/contracts/enforcer-question';
import { ManualClock } from '@netsentinel/kernel/clock';
import type { NetSentinelError } from '@netsentinel/kernel/errors';
import { receiveMessages, sendMessage } from '@netsentinel/kernel/message-link';
import { silentLogger } from '@netsentinel/kernel/log';
import { socketPair } from '@netsentinel/kernel/socket-pair';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createEnforcerLink } from './enforcer-link.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'enforcer-link-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('hears replies, and that what is in force is to be sent again: after a new link, and when a responder has joined', async () => {
  const heard: string[] = [];
  const link = createEnforcerLink({
    clock: new ManualClock(),
    log: silentLogger,
    onReply: ({ id, status }) => heard.push(`${id} ${status}`),
    onConnected: () => heard.push('again'),
  });
  const [near, far] = await socketPair(folder);
  link.link(near);
  sendMessage(far, { id: 'a', status: 'applied', at: 1 });
  sendMessage(far, { kind: 'joined' });
  sendMessage(far, { kind: 'something else' });
  sendMessage(far, { id: 'a', status: 'verified', at: 2 });
  await expect.poll(() => heard).toEqual(['again', 'a applied', 'again', 'a verified']);
  far.destroy();
  link.close();
});

it('asks, hears the answer to each question, and gives up when the link is lost or the enforcer is silent', async () => {
  const clock = new ManualClock();
  const link = createEnforcerLink({ clock, log: silentLogger, onReply: () => {}, onConnected: () => {} });
  const plan = (target: string) =>
    link.ask({ what: 'plan', target, ttlMs: 60_000, measure: 'block' }).then(
      (answer) => answer.reply?.id,
      (error: unknown) => (error as NetSentinelError).code,
    );
  expect(await plan('198.18.0.1')).toBe('ENFORCER_AWAY');

  const [near, far] = await socketPair(folder);
  const questions: EnforcerQuestion[] = [];
  receiveMessages(
    far,
    EnforcerQuestion,
    (question) => questions.push(question),
    () => {},
  );
  link.link(near);
  const answers = ['198.18.0.1', '198.18.0.2', '198.18.0.3', '198.18.0.4'].map(plan);
  await expect.poll(() => questions.length).toBe(4);
  const [one, two, three] = questions.map(({ ask }) => ask);
  sendMessage(far, { kind: 'answer', ask: two, reply: { id: 'second', status: 'applied', at: 1 } });
  sendMessage(far, { kind: 'answer', ask: 'unknown', error: 'x' });
  sendMessage(far, { kind: 'answer', ask: one, reply: { id: 'first', status: 'applied', at: 1 } });
  sendMessage(far, { kind: 'answer', ask: three, error: 'the disk is full' });
  expect(await Promise.all(answers.slice(0, 3))).toEqual(['first', 'second', 'ENFORCER_FAILED']);
  clock.advance(25_001);
  expect(await answers[3]).toBe('ENFORCER_AWAY');
  const last = plan('198.18.0.5');
  await expect.poll(() => questions.length).toBe(5);
  far.destroy();
  expect(await last).toBe('ENFORCER_AWAY');
  link.close();
});
