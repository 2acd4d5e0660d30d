/** A runner of playbooks on a real state store, with an enforcer, notifiers and an audit that tests answer for. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Action, ActionStatus } from '@netsentinel/contracts/action';
import type { Incident } from '@netsentinel/contracts/incident';
import { Playbook } from '@netsentinel/contracts/playbook';
import type { PlaybookRun } from '@netsentinel/contracts/playbook-run';
import type { PlaybookRecord } from '@netsentinel/contracts/playbook-record';
import type { StateStore } from '@netsentinel/contracts/state-store';
import { ManualClock } from '@netsentinel/kernel/clock';
import { silentLogger } from '@netsentinel/kernel/log';
import { markIncidents } from '@netsentinel/kernel/mark-incidents';
import { openSqliteStateStore } from '@netsentinel/store/state/sqlite/sqlite-state.store';
import { notificationFixture } from '@netsentinel/testkit/contracts/notifier.suite';
import { sampleIncident } from '@netsentinel/testkit/sample-incidents';
import { compilePolicy } from '../engine.ts';
import { RespondConfig } from '../respond.config.ts';
import type { LoadedPlaybook } from './runner.types.ts';
import { PlaybookRunner } from './runner.ts';

const POLICY = compilePolicy(RespondConfig.parse({ maxEvidenceAgeMs: 30 * 86_400_000 }));

export class Trial {
  readonly clock = new ManualClock();
  readonly notifiers = new Set(['mail', 'pager']);
  /** Lines that reached the audit, and orders that reached the enforcer. */
  readonly audit: PlaybookRecord[] = [];
  readonly reverts: string[] = [];
  config = { maxRuns: 10, maxRunsPerHour: 100, keepDays: 30 };
  playbooks: LoadedPlaybook[] = [];
  isAuditThere = true;
  /** Counts down with each transaction of a step; the one that meets zero fails. */
  failIn = Infinity;
  state!: StateStore;
  runner!: PlaybookRunner;
  readonly #folder = mkdtempSync(join(tmpdir(), 'runner-'));

  async start(): Promise<void> {
    const { clock } = this;
    const plain = await openSqliteStateStore({ file: join(this.#folder, 'state.db'), log: silentLogger, clock });
    this.state = markIncidents(plain, (tx, id) => tx.playbookDue(id, clock.now()));
    this.runner = this.#runner();
    this.runner.start();
  }

  /** As after kill -9: nothing but the store is left. */
  async restart(): Promise<void> {
    await this.runner.stop();
    await this.state.close();
    await this.start();
  }

  async close(): Promise<void> {
    await this.runner.stop();
    await this.state.close();
    rmSync(this.#folder, { recursive: true });
  }

  add(text: Record<string, unknown>, more: Partial<LoadedPlaybook> = {}): void {
    const playbook = Playbook.parse({ id: 'p', version: 1, title: 'A playbook', when: { condition: 'x' }, ...text });
    this.playbooks = [
      ...this.playbooks.filter((one) => one.playbook.id !== playbook.id),
      { playbook, mode: 'run', matches: (facts) => facts['severity'] === 'critical', ...more },
    ];
  }

  async put(id: string, change: Partial<Incident> = {}): Promise<void> {
    const incident = sampleIncident(id, this.clock.now(), { status: 'open', ...change });
    await this.state.transaction((tx) => tx.putIncident(incident));
    this.runner.changed();
  }

  /** Moves time on until it holds. */
  async until(check: () => boolean | Promise<boolean>, stepMs = 250): Promise<void> {
    for (let i = 0; !(await check()); i++) {
      if (i > 3000) throw new Error('it never came to that');
      this.clock.advance(stepMs);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  async run(at = 0): Promise<PlaybookRun> {
    return (await this.state.read.playbookRuns()).toReversed()[at]!;
  }

  /** Until the run stands so. */
  async stands(status: PlaybookRun['status'], at = 0): Promise<PlaybookRun> {
    await this.until(async () => (await this.run(at))?.status === status);
    return this.run(at);
  }

  async blocks(): Promise<readonly Action[]> {
    return (await this.state.read.actions({})).toReversed();
  }

  /** The enforcer's word on the newest block. */
  async say(status: ActionStatus, at = -1, detail?: string): Promise<void> {
    await this.until(async () => (await this.blocks()).length > 0);
    const action = (await this.blocks()).at(at)!;
    const next = { ...action, status, updatedAt: this.clock.now(), ...(detail === undefined ? {} : { detail }) };
    await this.state.transaction((tx) => tx.putAction(next));
    this.runner.changed();
  }

  async messages(): Promise<string[]> {
    return (await this.state.read.deliveries()).map(
      ({ notifier, notification }) => `${notifier}: ${notification.reason}`,
    );
  }

  /** All that wait were taken by the other side. */
  async taken(): Promise<void> {
    const ids = (await this.state.read.deliveries({ status: 'waiting' })).map(({ id }) => id);
    await this.state.transaction((tx) => tx.removeDeliveries(ids));
    this.runner.changed();
  }

  async notes(id = 'i1'): Promise<string[]> {
    const { timeline } = (await this.state.read.incident(id))!;
    return timeline.filter(({ kind }) => kind === 'playbook').map(({ title }) => title);
  }

  /** What the audit has, once each: `hold block done`. */
  lines(): string[] {
    const once = new Map(this.audit.map((line) => [line.id, line]));
    return [...once.values()].map(({ step, what, outcome }) => `${step} ${what} ${outcome}`.trim());
  }

  #runner(): PlaybookRunner {
    const { clock, playbooks, config, state } = this;
    return new PlaybookRunner({
      state,
      clock,
      log: silentLogger,
      playbooks,
      config,
      policy: POLICY,
      ports: {
        notifiers: this.notifiers,
        carryOut: async (id, work) => {
          const change = await work(await state.read.incident(id));
          if (change === undefined) return;
          await state.transaction(async (tx) => {
            if (change.incident !== undefined) await tx.putIncident(change.incident);
            for (const action of change.planned) await tx.putAction(action);
            await change.write(tx);
            if (--this.failIn === 0) throw new Error('disk full');
          });
        },
        note: (incident, { at, text, detail, mark }) =>
          incident.timeline.some(({ event }) => event === mark)
            ? incident
            : {
                ...incident,
                timeline: [...incident.timeline, { time: at, kind: 'playbook', title: text, detail, event: mark }],
              },
        notify: async (tx, _, { text, messages }, at) => {
          for (const { id, to } of messages)
            await tx.putDelivery({
              id,
              notifier: to,
              status: 'waiting',
              held: false,
              dueAt: at,
              createdAt: at,
              attempts: 0,
              notification: notificationFixture({ id, reason: text }),
            });
        },
        sent: () => {},
        revert: (id) => void this.reverts.push(id),
        record: (line) => {
          if (!this.isAuditThere) return;
          this.audit.push(line);
          this.runner.confirmed(line.id);
        },
      },
    });
  }
}
