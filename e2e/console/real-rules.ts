/** The rules that come with the product, as the API serves them, over the state of a harness. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CompiledEventRules } from '../../apps/netsentinel/rules/event-rules.ts';
import { keptWords } from '../../apps/netsentinel/rules/kept-words.ts';
import { startLiveRules, type LiveRules } from '../../apps/netsentinel/rules/live-rules.ts';
import { rulesForPeople } from '../../apps/netsentinel/rules/rules-for-people.ts';
import type { StateStore } from '@netsentinel/contracts/state-store';
import { systemClock } from '@netsentinel/kernel/clock';
import { silentLogger } from '@netsentinel/kernel/log';
import type { startApi } from '@netsentinel/testkit/api-harness';
import { lateRules } from '@netsentinel/testkit/late-rules';

const CONTENT = join(import.meta.dirname, '../../content');

export interface RealRules {
  readonly rules: NonNullable<NonNullable<Parameters<typeof startApi>[0]>['rules']>;
  /** Once the API is there, whose state has what people said of them. */
  start(state: StateStore): Promise<void>;
  stop(): void;
}

export function realRules(): RealRules {
  const folder = mkdtempSync(join(tmpdir(), 'rules-'));
  const running = new CompiledEventRules(join(CONTENT, 'rules'));
  let live: LiveRules | undefined;
  const people = (): ReturnType<typeof rulesForPeople> =>
    rulesForPeople({ live: live!, running: () => running.rules, content: CONTENT, clock: systemClock });
  return {
    rules: lateRules(people),
    start: async (state) => {
      live = await startLiveRules({
        content: CONTENT,
        folder,
        clock: systemClock,
        log: silentLogger,
        kept: () => keptWords(state.read),
        onRules: (set) => running.use(set),
      });
    },
    stop: () => {
      live?.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
