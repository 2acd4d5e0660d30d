/** What was done on the install of `sample-world.ts`: measures in every state, and runs of playbooks, one of which asks. */
import type { Action } from '@netsentinel/contracts/action';
import type { Incident } from '@netsentinel/contracts/incident';
import { Playbook } from '@netsentinel/contracts/playbook';
import type { ApiHarness } from './api-harness.ts';
import { runFixture } from './contracts/playbook-book.cases.ts';
import { sampleBlock } from './sample-incidents.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Puts them into the state of a harness. `now`: epoch ms. */
export async function fillResponse(h: ApiHarness, incidents: readonly Incident[], now: number): Promise<void> {
  const [first, second, third, fourth] = incidents as readonly [Incident, Incident, Incident, Incident];
  const block = (id: string, incident: Incident, at: number, change: Partial<Action>): Action =>
    sampleBlock(`sample-${id}`, incident, at, { expiresAt: now + 50 * MINUTE, ...change });
  const actions = [
    block('waits', second, now - 3 * MINUTE, {
      status: 'awaiting-approval',
      detail: 'it would cut off 3.1 % of the usual traffic',
      traffic: { events: 412, share: 0.031, days: 9 },
    }),
    block('parts', first, now - 8 * MINUTE, {
      status: 'verified',
      expiresAt: now + 22 * MINUTE,
      parts: [
        { responder: 'nftables', mode: 'enforce', status: 'verified' },
        { responder: 'haproxy', mode: 'enforce', status: 'applied' },
        { responder: 'cloudflare', mode: 'simulate', status: 'simulated' },
      ],
    }),
    block('redirect', third, now - 20 * MINUTE, {
      measure: 'redirect',
      status: 'applied',
      by: 'console:ada',
      reason: 'Let them play with the decoy (console:ada)',
      expiresAt: now + 7 * HOUR,
    }),
    block('playbook', fourth, now - 40 * MINUTE, {
      measure: 'rate-limit',
      status: 'verified',
      playbook: { id: 'slow-guessers', run: 'run-2' },
      reason: 'The playbook slows guessers down',
      expiresAt: now + 3 * HOUR,
    }),
    block('reverted', second, now - 5 * HOUR, { status: 'reverted', detail: 'taken back in the console' }),
    block('expired', third, now - 9 * HOUR, { status: 'expired' }),
    block('failed', fourth, now - 11 * HOUR, { status: 'failed', detail: 'nft: the table is busy' }),
    block('refused', first, now - 12 * HOUR, { status: 'refused', detail: 'the target is protected: this machine' }),
    block('simulated', second, now - 30 * HOUR, { status: 'simulated' }),
  ];
  const playbook = (id: string, title: string, steps: unknown[]): Playbook =>
    Playbook.parse({ id, version: 2, title, when: { condition: 'x' }, steps });
  const isolate = playbook('isolate-host', 'Isolate a host of ours that attacks', [
    { note: 'An own host attacked.' },
    { id: 'ask', approve: { question: 'Isolate 10.0.7.23 (web-2) for four hours?' } },
    { note: 'Isolated.' },
  ]);
  const slow = playbook('slow-guessers', 'Slow down who guesses passwords', [
    { note: 'Guessing.' },
    { note: 'Slowed down.' },
  ]);
  const done = { status: 'done', attempts: 1, startedAt: now - 41 * MINUTE, endedAt: now - 40 * MINUTE } as const;
  const runs = [
    runFixture('sample-run-1', {
      playbook: isolate,
      incident: second.id,
      actor: second.actor,
      status: 'running',
      startedAt: now - 4 * MINUTE,
      updatedAt: now - 4 * MINUTE,
      steps: [
        { path: '1', ...done },
        { path: '2', status: 'running', attempts: 1, dueAt: now + HOUR },
        { path: '3', status: 'pending', attempts: 0 },
      ],
    }),
    runFixture('sample-run-2', {
      playbook: slow,
      incident: fourth.id,
      actor: fourth.actor,
      startedAt: now - 41 * MINUTE,
      updatedAt: now - 40 * MINUTE,
      steps: [
        { path: '1', ...done },
        { path: '2', ...done },
      ],
    }),
  ];
  await h.state.transaction(async (tx) => {
    for (const action of actions) await tx.putAction(action);
    for (const run of runs) await tx.putPlaybookRun(run);
  });
}
