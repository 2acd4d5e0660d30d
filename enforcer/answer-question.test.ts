import type { BlockPlan } from '@netsentinel/contracts/block-plan';
import { EnforcerAnswer } from '@netsentinel/contracts/enforcer-question';
import { pack } from '@netsentinel/kernel/pack';
import { expect, it } from 'vitest';
import { answerQuestion } from './answer-question.ts';

const responder = (name: string, lines: string[]): BlockPlan['responders'][number] => ({
  responder: name,
  mode: 'enforce',
  asks: false,
  holds: false,
  available: true,
  block: lines,
  unblock: lines,
});
const question = {
  kind: 'ask',
  ask: 'q1',
  what: 'plan',
  target: '198.18.5.5',
  ttlMs: 60_000,
  measure: 'block',
} as const;

it('answers a plan that fits into a frame, however much many responders would do', async () => {
  const long = Array.from({ length: 16 }, () => 'é'.repeat(512));
  const plan: BlockPlan = {
    target: '198.18.5.5',
    measure: 'block',
    ask: [],
    responders: Array.from({ length: 32 }, (_, i) => responder(`r${i}`, long)),
  };
  const answer = await answerQuestion({ plan: () => plan, decide: () => Promise.reject(new Error('no')) }, question);
  expect(EnforcerAnswer.parse(answer).plan?.responders).toHaveLength(32);
  expect(answer.plan?.responders[0]?.block).toHaveLength(16);
  expect(answer.plan?.responders[31]?.block).toEqual(['… and 16 more']);
  expect(pack(answer).length).toBeLessThan(64 * 1024);
});

it('answers what fails', async () => {
  const failing = {
    plan: () => Promise.reject(new Error('no')) as never,
    decide: () => Promise.reject(new Error('busy')),
  };
  expect(
    await answerQuestion(failing, {
      kind: 'ask',
      ask: 'q2',
      what: 'decide',
      word: 'deny',
      id: 'a',
      by: 'b',
      reason: '',
    }),
  ).toEqual({ kind: 'answer', ask: 'q2', error: 'busy' });
});
