/** Playbooks, as far as they are configured: who configures none loads nothing of them. */
import type { Action, Order } from '@netsentinel/contracts/action';
import type { Clock } from '@netsentinel/contracts/clock';
import type { Logger } from '@netsentinel/contracts/log';
import type { StateStore } from '@netsentinel/contracts/state-store';
import { noteIncident } from '@netsentinel/alert/note';
import type { Alerting } from '@netsentinel/alert/routing/alerting';
import type { Policy } from '@netsentinel/respond/engine';
import type { PlaybookRunner } from '@netsentinel/respond/playbooks/runner';
import type { Analysis } from './analysis.types.ts';
import type { PlatformConfig } from './platform.config.ts';

/** `state` must be one that marks incidents for playbooks. Undefined where none may do anything. */
export async function createPlaybooks(options: {
  readonly config: PlatformConfig['playbooks'];
  readonly state: StateStore;
  readonly clock: Clock;
  readonly log: Logger;
  readonly policy: Policy;
  readonly analysis: Pick<Analysis, 'carryOut'>;
  readonly alerting: Alerting | undefined;
  readonly onAction: (action: Action) => void;
  readonly revert: (id: string, reason: string, by: string) => boolean;
  readonly send: (order: Order) => boolean;
}): Promise<PlaybookRunner | undefined> {
  const { config, state, clock, log, policy, analysis, alerting } = options;
  if (config === undefined) return undefined;
  const [{ PlaybookRunner }, { compileWhen }] = await Promise.all([
    import('@netsentinel/respond/playbooks/runner'),
    import('../playbooks/conditions.ts'),
  ]);
  return new PlaybookRunner({
    state,
    clock,
    log,
    config,
    policy,
    playbooks: config.playbooks.map(({ playbook, mode }) => ({ playbook, mode, matches: compileWhen(playbook) })),
    ports: {
      carryOut: (incident, work) => analysis.carryOut(incident, work),
      note: noteIncident,
      notifiers: new Set(alerting?.names),
      notify: async (tx, incident, { text, messages }, at) => {
        await alerting?.tell(tx, incident, messages, text, at);
      },
      sent: (planned, told) => {
        for (const action of planned) options.onAction(action);
        if (told) alerting?.wake();
      },
      revert: (id, reason, by) => void options.revert(id, reason, by),
      record: (line) => void options.send({ kind: 'record', ...line }),
    },
  });
}
