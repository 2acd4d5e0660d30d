/** What every state store must do, on the embedded engine and on a real server alike. */
import type { Action } from '@netsentinel/contracts/action';
import type { Exception } from '@netsentinel/contracts/exception';
import type { Incident } from '@netsentinel/contracts/incident';
import type { SourceRecord } from '@netsentinel/contracts/source';
import type { StateStore } from '@netsentinel/contracts/state-store';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { accessBookCases } from './access-book.cases.ts';
import { attackerCases } from './attacker.cases.ts';
import { alertBookCases } from './alert-book.cases.ts';
import { auditBookCases } from './audit-book.cases.ts';
import { caseworkCases } from './casework.cases.ts';
import { playbookBookCases } from './playbook-book.cases.ts';
import { programBookCases } from './program-book.cases.ts';
import { ownRulesCases } from './own-rules.cases.ts';
import { ruleBookCases } from './rule-book.cases.ts';

export interface StateStoreHarness {
  /** Opens the store; called again after `close` it finds what was there. */
  open(): Promise<StateStore>;
  /** Opens what `backup` has written, where the engine writes files. */
  openBackup?(file: string): Promise<StateStore>;
  /** A place for a backup. */
  readonly backupFile: string;
  destroy(): Promise<void>;
}

const HOSTILE = [
  `'; drop table incidents; --`,
  `"quoted" and \\backslash`,
  '%_\u{1f480}\u{10ffff}',
  '\u202ereversed\u001b[2J',
  '$1 ? :name @x',
];

export function incidentFixture(id: string, changes: Partial<Incident> = {}): Incident {
  return {
    id,
    actor: '203.0.113.7',
    addresses: ['203.0.113.7'],
    status: 'open',
    title: 'Brute force, then a login',
    severity: 'high',
    score: 70,
    firstSeen: 1_000,
    lastSeen: 2_000,
    sourceVerified: true,
    tactics: ['TA0006'],
    techniques: ['T1110.001'],
    detections: [],
    timeline: [{ time: 1_000, kind: 'login', title: 'root' }],
    credentials: [],
    commands: [],
    files: [],
    fingerprints: [],
    sessions: [],
    counts: { events: 3, logins: 1, failures: 2, commands: 0 },
    omitted: {},
    actions: [],
    version: 1,
    ...changes,
  };
}

export function actionFixture(id: string, changes: Partial<Action> = {}): Action {
  return {
    id,
    incident: 'i1',
    actor: '203.0.113.7',
    kind: 'block',
    target: '203.0.113.7',
    responder: 'nftables',
    reason: 'brute force',
    status: 'planned',
    createdAt: 1_000,
    expiresAt: 2_000,
    updatedAt: 1_000,
    ...changes,
  };
}

export function stateStoreSuite(name: string, create: () => Promise<StateStoreHarness>): void {
  describe(`state store: ${name}`, () => {
    let harness: StateStoreHarness;
    let store: StateStore;
    beforeEach(async () => {
      harness = await create();
      store = await harness.open();
    });
    afterEach(async () => {
      await store.close();
      await harness.destroy();
    });

    it('gives back what it was given, whatever is in it', async () => {
      for (const [i, text] of [...HOSTILE, 'nul \0 inside a document'].entries()) {
        const incident = incidentFixture(`i${i}`, { title: text, timeline: [{ time: 1, kind: 'x', title: text }] });
        const action = actionFixture(`a${i}`, { reason: text });
        await store.transaction(async (tx) => {
          await tx.putIncident(incident);
          await tx.putAction(action);
        });
        expect(await store.read.incident(incident.id)).toEqual(incident);
        expect(await store.read.action(action.id)).toEqual(action);
      }
      for (const text of HOSTILE) {
        await store.transaction(async (tx) => {
          await tx.putSetting(text, text);
          await tx.putMemory(text, text, new Uint8Array([0, 1, 255]), 5);
          await tx.putActorState(text, new Uint8Array(0), 5);
        });
        expect(await store.read.setting(text)).toBe(text);
        expect(Buffer.from((await store.read.memory(text, text))!)).toEqual(Buffer.from([0, 1, 255]));
        expect((await store.read.actors([text]))[0]?.state?.byteLength).toBe(0);
        expect(await store.read.incident(text)).toBeUndefined();
      }
    });

    it('changes all of it or nothing', async () => {
      await expect(
        store.transaction(async (tx) => {
          await tx.putSetting('a', '1');
          await tx.setWatermarks('c', [{ partition: 0, offset: 5n }]);
          expect(await tx.setting('a')).toBe('1');
          expect(await store.read.setting('a')).toBeUndefined();
          throw new Error('midway');
        }),
      ).rejects.toThrow('midway');
      expect(await store.read.setting('a')).toBeUndefined();
      expect(await store.read.watermarks('c')).toEqual([]);
      await store.transaction((tx) => tx.putSetting('a', '2'));
      expect(await store.read.setting('a')).toBe('2');
    });

    it('runs transactions one after another', async () => {
      await store.transaction((tx) => tx.putSetting('n', '0'));
      await Promise.all(
        Array.from({ length: 25 }, () =>
          store.transaction(async (tx) => {
            const n = Number(await tx.setting('n'));
            await tx.putSetting('n', String(n + 1));
          }),
        ),
      );
      expect(await store.read.setting('n')).toBe('25');
    });

    it('refuses a transaction that is used after its end', async () => {
      let late: (() => Promise<void>) | undefined;
      await store.transaction(async (tx) => {
        late = () => tx.putSetting('late', '1');
      });
      await expect(late!()).rejects.toMatchObject({ code: 'STATE_TRANSACTION_OVER' });
    });

    it('keeps watermarks by consumer, exactly', async () => {
      await store.transaction(async (tx) => {
        await tx.setWatermarks('a', [
          { partition: 1, offset: 7n },
          { partition: 0, offset: 2n ** 63n - 1n },
        ]);
        await tx.setWatermarks('b', [{ partition: 0, offset: 1n }]);
        await tx.setWatermarks('a', [{ partition: 1, offset: 8n }]);
      });
      expect(await store.read.watermarks('a')).toEqual([
        { partition: 0, offset: 2n ** 63n - 1n },
        { partition: 1, offset: 8n },
      ]);
      expect(await store.read.watermarks('b')).toEqual([{ partition: 0, offset: 1n }]);
    });

    it('lists incidents newest first, page by page, by status, actor and score', async () => {
      await store.transaction(async (tx) => {
        for (let i = 0; i < 23; i++)
          await tx.putIncident(
            incidentFixture(`i${String(i).padStart(2, '0')}`, {
              lastSeen: 1_000 + Math.floor(i / 3),
              status: i % 2 === 0 ? 'open' : 'closed',
              actor: i % 5 === 0 ? '198.51.100.1' : '203.0.113.7',
              score: i,
            }),
          );
      });
      const seen: string[] = [];
      let after: string | undefined;
      do {
        const page = await store.read.incidents({ limit: 4, ...(after === undefined ? {} : { after }) });
        expect(page.incidents.length).toBeLessThanOrEqual(4);
        seen.push(...page.incidents.map((incident) => incident.id));
        after = page.next;
      } while (after !== undefined);
      expect(seen).toEqual(Array.from({ length: 23 }, (_, i) => `i${String(22 - i).padStart(2, '0')}`));
      const ids = async (filter: Parameters<typeof store.read.incidents>[0]): Promise<number> =>
        (await store.read.incidents(filter)).incidents.length;
      expect(await ids({ status: ['closed'] })).toBe(11);
      expect(await ids({ status: [] })).toBe(0);
      expect(await ids({ actor: '198.51.100.1' })).toBe(5);
      expect(await ids({ minScore: 20 })).toBe(3);
      const [summary] = (await store.read.incidents({ limit: 1 })).incidents;
      expect(summary).not.toHaveProperty('timeline');
      expect(summary?.counts.failures).toBe(2);
      await expect(store.read.incidents({ after: 'x' })).rejects.toMatchObject({ code: 'STATE_BAD_PAGE_KEY' });
    });

    it('lists incidents that were last seen long ago', async () => {
      await store.transaction(async (tx) => {
        for (let i = 0; i < 6; i++)
          await tx.putIncident(
            incidentFixture(`i${i}`, {
              lastSeen: 1_000 + i,
              status: i === 1 ? 'closed' : i === 2 ? 'contained' : 'open',
            }),
          );
      });
      const { incidents } = await store.read.incidents({ status: ['open', 'contained'], lastSeenUntil: 1_003 });
      expect(incidents.map(({ id }) => id)).toEqual(['i3', 'i2', 'i0']);
    });

    it('lists incidents in which all words stand, whatever the words are', async () => {
      const titles = ['SSH break-in, 100% ROOT', 'Probing by ÜBER_user', `a \\ b "c" 'd'`, 'ssh_x', 'nul\0behind'];
      await store.transaction(async (tx) => {
        for (const [i, title] of titles.entries())
          await tx.putIncident(incidentFixture(`t${i}`, { title, actor: `192.0.2.${i}`, addresses: [] }));
      });
      const found = async (text: string): Promise<string[]> =>
        (await store.read.incidents({ text })).incidents.map(({ id }) => id).toSorted();
      expect(await found('')).toEqual(['t0', 't1', 't2', 't3', 't4']);
      expect(await found('  ROOT ssh ')).toEqual(['t0']);
      expect(await found('über')).toEqual(['t1']);
      expect(await found('192.0.2.3')).toEqual(['t3']);
      expect(await found('100%')).toEqual(['t0']);
      expect(await found('h_x')).toEqual(['t3']);
      expect(await found('h%x')).toEqual([]);
      expect(await found('\\')).toEqual(['t2']);
      expect(await found(`"c"`)).toEqual(['t2']);
      expect(await found('behind\0nul')).toEqual(['t4']);
      // Words, not the names of fields.
      expect(await found('lastSeen')).toEqual([]);
      await store.transaction((tx) => tx.putIncident(incidentFixture('t0', { title: 'renamed' })));
      expect(await found('root')).toEqual([]);
    });

    it('tells those of the tour from others, drops them alone, and gives none of them to an actor', async () => {
      const ids = async (filter = {}): Promise<string[]> =>
        (await store.read.incidents(filter)).incidents.map(({ id }) => id);
      await store.transaction(async (tx) => {
        await tx.putIncident(incidentFixture('tour~a', { actor: '203.0.113.9' }));
        await tx.putIncident(incidentFixture('tour', { actor: '203.0.113.8' }));
      });
      expect(await ids({ recorded: true })).toEqual(['tour~a']);
      expect(await ids({ recorded: false })).toEqual(['tour']);
      expect(await store.read.actors(['203.0.113.9'])).toEqual([{ hasIncidents: false }]);
      expect(await store.transaction((tx) => tx.removeRecorded())).toBe(1);
      expect(await ids()).toEqual(['tour']);
      expect(await store.transaction((tx) => tx.removeRecorded())).toBe(0);
    });

    it('lists those of known scanners, and those of others', async () => {
      const scanner = { id: 'shodan', name: 'Shodan', kind: 'research' } as const;
      await store.transaction(async (tx) => {
        await tx.putIncident(incidentFixture('a', { scanner }));
        await tx.putIncident(incidentFixture('b'));
      });
      const ids = async (filter: object): Promise<string[]> =>
        (await store.read.incidents(filter)).incidents.map(({ id }) => id).toSorted();
      expect(await ids({ scanner: true })).toEqual(['a']);
      expect(await ids({ scanner: false })).toEqual(['b']);
      expect(await ids({})).toEqual(['a', 'b']);
      expect(await ids({ text: 'research shodan' })).toEqual(['a']);
    });

    it('keeps what incidents taught, until long after it is over', async () => {
      const exception = (id: string, at: number, changes: Partial<Exception> = {}): Exception => ({
        id,
        rules: ['r1'],
        where: { 'source.ip': HOSTILE },
        reason: HOSTILE.join(' '),
        by: 'ada',
        at: new Date(at).toISOString(),
        incident: 'i1',
        ...changes,
      });
      const until = new Date(5).toISOString();
      const made = [exception('c', 3), exception('b', 2, { until }), exception('a', 1)];
      await store.transaction(async (tx) => {
        for (const one of made) await tx.putException(one);
        expect(await tx.exceptions()).toEqual(made);
      });
      const ended = { ...made[2]!, ended: { by: 'eve', at: new Date(7).toISOString() } };
      await store.transaction((tx) => tx.putException(ended));
      expect(await store.read.exceptions()).toEqual([made[0], made[1], ended]);
      expect(await store.transaction((tx) => tx.prune({ exceptions: 6 }))).toBe(1);
      expect(await store.transaction((tx) => tx.prune({ exceptions: 8 }))).toBe(1);
      expect(await store.read.exceptions()).toEqual([made[0]]);
    });

    it('pages past ids of any text', async () => {
      await store.transaction(async (tx) => {
        for (const [i, text] of HOSTILE.entries()) await tx.putIncident(incidentFixture(`${text}${i}`));
      });
      const first = await store.read.incidents({ limit: 3 });
      const second = await store.read.incidents({ limit: 3, after: first.next! });
      expect(new Set([...first.incidents, ...second.incidents].map((incident) => incident.id)).size).toBe(5);
    });

    it('tells of actors what is kept: their states, and the open incident of each', async () => {
      await store.transaction(async (tx) => {
        await tx.putIncident(incidentFixture('old', { lastSeen: 1 }));
        await tx.putIncident(incidentFixture('newest-but-closed', { lastSeen: 9, status: 'closed' }));
        await tx.putIncident(incidentFixture('newest-but-benign', { lastSeen: 8, status: 'benign' }));
        await tx.putIncident(incidentFixture('newer', { lastSeen: 5, status: 'contained' }));
        await tx.putIncident(incidentFixture('over', { actor: '198.51.100.1', status: 'closed' }));
        await tx.putActorState('203.0.113.7', new Uint8Array([7]), 5);
      });
      const [known, stranger, former] = await store.read.actors(['203.0.113.7', '192.0.2.1', '198.51.100.1']);
      expect(known?.incident?.id).toBe('newer');
      expect([...known!.state!]).toEqual([7]);
      expect(known?.hasIncidents).toBe(true);
      expect(stranger).toEqual({ hasIncidents: false });
      expect(former).toEqual({ hasIncidents: true });
      expect(await store.read.actors([])).toEqual([]);
    });

    it('tells of many actors at once, each its own', async () => {
      const names = Array.from({ length: 700 }, (_, i) => `10.0.${i >> 8}.${i & 255}`);
      await store.transaction(async (tx) => {
        for (const [i, actor] of names.entries()) {
          if (i % 2 === 0) await tx.putIncident(incidentFixture(`i${i}`, { actor }));
          if (i % 3 === 0) await tx.putActorState(actor, new Uint8Array([i & 255, i >> 8]), 5);
        }
      });
      for (const asked of [names, names.slice(0, 5), names.slice(0, 257)]) {
        const actors = await store.read.actors(asked);
        expect(actors.map(({ incident }) => incident?.id)).toEqual(
          asked.map((_, i) => (i % 2 === 0 ? `i${i}` : undefined)),
        );
        expect(actors.map(({ state }) => (state === undefined ? undefined : state[0]! + 256 * state[1]!))).toEqual(
          asked.map((_, i) => (i % 3 === 0 ? i : undefined)),
        );
      }
    });

    it('replaces an incident and an action', async () => {
      await store.transaction(async (tx) => {
        await tx.putIncident(incidentFixture('i'));
        await tx.putAction(actionFixture('a'));
      });
      await store.transaction(async (tx) => {
        await tx.putIncident(incidentFixture('i', { status: 'closed', version: 2 }));
        await tx.putAction(actionFixture('a', { status: 'verified' }));
      });
      expect((await store.read.incidents({ status: ['open'] })).incidents).toEqual([]);
      expect((await store.read.incident('i'))?.version).toBe(2);
      expect((await store.read.actions({ status: ['planned'] })).length).toBe(0);
      expect((await store.read.actions({ status: ['planned', 'verified'] })).length).toBe(1);
    });

    it('lists actions newest first', async () => {
      await store.transaction(async (tx) => {
        for (let i = 0; i < 5; i++)
          await tx.putAction(actionFixture(`a${i}`, { createdAt: i, incident: i < 3 ? 'i1' : 'i2' }));
      });
      expect((await store.read.actions()).map((action) => action.id)).toEqual(['a4', 'a3', 'a2', 'a1', 'a0']);
      expect((await store.read.actions({ incident: 'i1', limit: 2 })).map((action) => action.id)).toEqual(['a2', 'a1']);
      expect(await store.read.actions({ status: [] })).toEqual([]);
      const last = (await store.read.actions({ limit: 2 })).at(-1)!;
      expect((await store.read.actions({ after: last })).map((action) => action.id)).toEqual(['a2', 'a1', 'a0']);
      const same = { createdAt: last.createdAt, id: `${last.id}x` };
      expect((await store.read.actions({ after: same, limit: 1 })).map((action) => action.id)).toEqual(['a3']);
    });

    it('answers as many actions as it is asked for: the outbox sends all of them again', async () => {
      await store.transaction(async (tx) => {
        for (let i = 0; i < 1_200; i++) await tx.putAction(actionFixture(`a${i}`, { createdAt: i }));
      });
      expect(await store.read.actions({ limit: 200_000 })).toHaveLength(1_200);
      expect(await store.read.actions()).toHaveLength(100);
    });

    it('prunes what was not touched, and never what is open', async () => {
      await store.transaction(async (tx) => {
        for (const at of [1, 10]) {
          await tx.putActorState(`actor-${at}`, new Uint8Array([1]), at);
          await tx.putMemory('ssh-1', `key-${at}`, new Uint8Array([1]), at);
          await tx.putIncident(incidentFixture(`closed-${at}`, { status: 'closed', lastSeen: at }));
          await tx.putIncident(incidentFixture(`open-${at}`, { lastSeen: at }));
        }
      });
      expect(await store.transaction((tx) => tx.prune({}))).toBe(0);
      const all = { actors: 10, memory: 10, closedIncidents: 10 };
      expect(await store.transaction((tx) => tx.prune(all))).toBe(3);
      const [old, kept] = await store.read.actors(['actor-1', 'actor-10']);
      expect(old).not.toHaveProperty('state');
      expect(kept).toHaveProperty('state');
      expect((await store.read.incidents()).incidents.length).toBe(3);
    });

    it('keeps when each source was last heard', async () => {
      const record = (sensor: string, source: string, lastSeen: number): SourceRecord => ({
        sensor,
        source,
        firstSeen: 1,
        lastSeen,
        spells: 12,
        gapsMs: [60_000.5, 1],
        gapsAt: 2,
      });
      const hostile = HOSTILE.map((text) => record('files', text, 5));
      await store.transaction((tx) => tx.putSources([record('files', '', 3), record('other', '', 4), ...hostile]));
      const silent = { ...record('files', '', 9), silentSince: 7 };
      await store.transaction(async (tx) => {
        await tx.putSources([silent]);
        await tx.removeSources([{ sensor: 'other', source: '' }, ...hostile.slice(1)]);
      });
      expect(await store.read.sources()).toEqual(expect.arrayContaining([silent, hostile[0]]));
      expect(await store.read.sources()).toHaveLength(2);
    });

    accessBookCases(() => store);
    caseworkCases(() => store, incidentFixture);
    attackerCases(() => store, incidentFixture);
    alertBookCases(
      () => store,
      async () => {
        await store.close();
        return (store = await harness.open());
      },
      (id) => store.transaction((tx) => tx.putIncident(incidentFixture(id))),
    );

    auditBookCases(() => store);
    programBookCases(() => store);
    ownRulesCases(() => store);
    ruleBookCases(() => store);
    playbookBookCases(
      () => store,
      async () => {
        await store.close();
        return (store = await harness.open());
      },
    );

    it('bounds what a decoy may remember', async () => {
      const large = new Uint8Array(1024 * 1024 + 1);
      await expect(store.transaction((tx) => tx.putMemory('s', 'k', large, 1))).rejects.toMatchObject({
        code: 'STATE_MEMORY_TOO_LARGE',
      });
    });

    it('removes a setting', async () => {
      await store.transaction((tx) => tx.putSetting('k', 'v'));
      await store.transaction((tx) => tx.putSetting('k', undefined));
      expect(await store.read.setting('k')).toBeUndefined();
    });

    it('finds everything again after it was closed', async () => {
      await store.transaction((tx) => tx.putIncident(incidentFixture('i')));
      await store.close();
      store = await harness.open();
      expect(await store.read.incident('i')).toEqual(incidentFixture('i'));
    });

    it('copies itself while in use', async () => {
      await store.transaction((tx) => tx.putSetting('k', 'before'));
      const copying = store.backup(harness.backupFile);
      await store.transaction((tx) => tx.putSetting('k', 'after'));
      await copying;
      if (harness.openBackup === undefined) return;
      const copy = await harness.openBackup(harness.backupFile);
      expect(await copy.read.setting('k')).toBe('before');
      await copy.close();
    });

    it('refuses to work once closed', async () => {
      await store.close();
      await expect(store.transaction(async () => {})).rejects.toMatchObject({ code: 'STATE_CLOSED' });
      await expect(store.read.setting('k')).rejects.toMatchObject({ code: 'STATE_CLOSED' });
    });
  });
}
