import { describe, expect, it } from 'vitest';
import { ManualClock } from '@netsentinel/kernel/clock';
import { LauncherRequests } from './launcher-requests.ts';

function made(): { requests: LauncherRequests; sent: number[]; clock: ManualClock; ask: () => Promise<unknown> } {
  const clock = new ManualClock();
  const sent: number[] = [];
  const requests = new LauncherRequests(clock, 'DECOY_NOT_SWITCHED');
  return { requests, sent, clock, ask: () => requests.ask((request) => sent.push(request)) };
}

describe('a request to the launcher', () => {
  it('has the answer that names it', async () => {
    const { requests, sent, ask } = made();
    const both = Promise.allSettled([ask(), ask()]);
    const error = { code: 'LISTEN_IN_USE', fault: 'user', message: 'in use' } as const;
    requests.answered({ request: sent[1]!, error });
    requests.answered({ request: sent[0]!, answer: 'done' });
    requests.answered({ request: 99 });
    expect(await both).toMatchObject([
      { status: 'fulfilled', value: 'done' },
      { status: 'rejected', reason: { code: 'LISTEN_IN_USE' } },
    ]);
  });

  it('fails where nobody answers, or the platform stops', async () => {
    const { requests, clock, ask } = made();
    const late = ask();
    clock.advance(30_000);
    await expect(late).rejects.toMatchObject({ code: 'DECOY_NOT_SWITCHED' });
    const waiting = ask();
    requests.close();
    await expect(waiting).rejects.toMatchObject({ code: 'DECOY_NOT_SWITCHED' });
  });
});
