/**
 * Erasing at a word: a value of a field, or all that came from an address. Recordings and uploads first, events last: where it is cut short, asked again it finds the rest.
 */
import { z } from 'zod';
import type { BlobStore } from '@netsentinel/contracts/blob-store';
import type { Clock } from '@netsentinel/contracts/clock';
import { ErasureOrder, type Erased } from '@netsentinel/contracts/erasure';
import type { EventFilter, EventStore } from '@netsentinel/contracts/event-store';
import type { Incident } from '@netsentinel/contracts/incident';
import type { StateStore } from '@netsentinel/contracts/state-store';
import { eraseFromIncident, erasePasswords } from '@netsentinel/alert/erase-from-incident';
import { actorOf, formatAddress, parseAddress } from '@netsentinel/kernel/address';
import { mayErase } from '@netsentinel/kernel/erased-event';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { nonceOf, type SealedTexts } from '@netsentinel/kernel/sealed-text';
import type { Analysis } from './analysis.types.ts';

/** An order of the command line. */
export const ErasureByCommand = z.strictObject({ order: ErasureOrder, by: z.string().min(1).max(200) });

const CREDENTIAL = 'netsentinel.credential.';
const BODY = 'http.request.body.content';
const PAGE = 500;
/** Texts and hashes that are looked for at a time. */
const EVENTS_PAGE = 1000;
/** What detectors and decoys remember is searched for a value of at least so many characters: a shorter one is in all of it. */
const MIN_REMEMBERED = 4;

/** A password of fewer characters may be anybody's name or command: it goes as a password only. */
const MIN_TELLING = 8;

const LEFT_ALWAYS: readonly string[] = [
  'the stream: until its segments expire (stream.retention), sealed where it is a credential',
  'backups, and what was exported, shared or told to others before',
  'actions and playbook runs, with the addresses that they are about',
  'messages that wait to be delivered',
];
const LEFT_OF_VALUE: readonly string[] = [
  'other fields of events that do not have it in this one: commands, URLs, bodies of requests but for passwords of eight characters and more',
  'recordings and uploads in which it was typed',
];
const LEFT_OF_ADDRESS: readonly string[] = [
  'events of others that name the address: tunnels, probes, related.ip',
  'what a running decoy remembers of the attacker, until it is started again',
];

export interface ErasurePorts {
  readonly events: EventStore;
  readonly state: StateStore;
  readonly blobs: BlobStore;
  readonly analysis: Pick<Analysis, 'rewrite'>;
  readonly texts: SealedTexts;
  readonly clock: Clock;
}

export interface Erasures {
  /** Rejects with `ERASURE_BAD_ADDRESS`, `ERASURE_BAD_FIELD`, or `ERASURE_BUSY` while another one runs. */
  erase(order: ErasureOrder): Promise<Erased>;
  /** The same for the command line; in the audit. */
  eraseFor(by: string, order: ErasureOrder): Promise<Erased>;
  /** What the audit may say of it: never the value. */
  describe(order: ErasureOrder): { readonly field: string; readonly value: string };
  /** Passwords that were last tried before this time (epoch milliseconds) go out of incidents that were over by then. Answers of how many. */
  expirePasswords(before: number): Promise<number>;
}

export function createErasures({ events, state, blobs, analysis, texts, clock }: ErasurePorts): Erasures {
  let isBusy = false;
  let expiredUntil = 0;

  async function erase(order: ErasureOrder): Promise<Erased> {
    if (isBusy)
      throw new NetSentinelError('ERASURE_BUSY', 'user', 'something else is being erased; ask again once that is done');
    isBusy = true;
    try {
      return 'address' in order ? await ofAddress(order.address, order.dryRun) : await ofValue(order);
    } finally {
      isBusy = false;
    }
  }

  async function ofValue({ field, value, dryRun }: Extract<ErasureOrder, { field: string }>): Promise<Erased> {
    if (!mayErase(field) || field.endsWith('.ip'))
      throw new NetSentinelError('ERASURE_BAD_FIELD', 'user', `${field} is what events are known by`, {
        hint: 'Erase all that came from an address instead, or name a field that tells of somebody.',
      });
    const isCredential = field.startsWith(CREDENTIAL);
    const meant: (readonly [field: string, filter: EventFilter])[] = [[field, { field, op: 'eq', value }]];
    // A form that was sent is an event of its own.
    if (isCredential && value.length >= MIN_TELLING)
      for (const form of new Set([
        value,
        encodeURIComponent(value),
        new URLSearchParams({ '': value }).toString().slice(1),
      ]))
        meant.push([BODY, { field: BODY, op: 'contains', value: form }]);
    const without = (incident: Incident): Incident => {
      if (!isCredential) return eraseFromIncident(incident, value);
      const next = erasePasswords(incident, (password) => password === value);
      return value.length < MIN_TELLING ? next : eraseFromIncident(next, value);
    };
    const told = await incidentsWhere((incident) => without(incident) !== incident);
    const left = [...LEFT_ALWAYS, ...LEFT_OF_VALUE];
    const nothing = { dryRun, recordings: 0, uploads: 0, left };
    if (dryRun) {
      let found = 0;
      for (const [, filter] of meant) found += await count([filter]);
      return { ...nothing, events: found, incidents: told.length, memories: 0 };
    }
    const isIn = (_: string, bytes: Uint8Array): boolean => Buffer.from(bytes).includes(value);
    const memories = await analysis.rewrite(() =>
      state.transaction(async (tx) => {
        for (const id of told) {
          const incident = await tx.incident(id);
          if (incident !== undefined) await tx.putIncident(without(incident));
        }
        if (value.length < MIN_REMEMBERED) return 0;
        return (await tx.forgetActors(isIn)) + (await tx.dropMemories(isIn));
      }),
    );
    let erased = 0;
    for (const [of, filter] of meant) erased += (await events.erase({ filters: [filter] }, of)).events;
    return { ...nothing, events: erased, incidents: told.length, memories };
  }

  async function ofAddress(text: string, dryRun: boolean): Promise<Erased> {
    const parsed = parseAddress(text);
    if (parsed === undefined)
      throw new NetSentinelError('ERASURE_BAD_ADDRESS', 'user', 'this is no IP address', {
        hint: 'One address, 192.0.2.7 or 2001:db8::7; networks are not erased.',
      });
    const address = formatAddress(parsed);
    const actor = actorOf(address);
    const filters: EventFilter[] = [{ field: 'source.ip', op: 'eq', value: address }];
    const recordings = await valuesOf(filters, 'netsentinel.recording.id');
    const uploads: string[] = [];
    for (const sha256 of await valuesOf(filters, 'netsentinel.upload.sha256'))
      if (!(await isOthersToo(sha256, filters[0]!))) uploads.push(sha256);
    const about = await incidentsWhere(({ addresses }) => addresses.includes(address), actor);
    const left = [...LEFT_ALWAYS, ...LEFT_OF_ADDRESS];
    if (dryRun)
      return {
        dryRun,
        events: await count(filters),
        incidents: about.length,
        recordings: recordings.length,
        uploads: uploads.length,
        memories: 0,
        left,
      };
    const gone = { recordings: 0, uploads: 0 };
    for (const id of recordings) if (await blobs.removeRecording(id)) gone.recordings++;
    for (const sha256 of uploads) if (await blobs.remove(sha256)) gone.uploads++;
    const [incidents, memories] = await analysis.rewrite(() =>
      state.transaction(async (tx) => [
        await tx.removeIncidents(about),
        (await tx.forgetActors((one) => one === actor)) + (await tx.dropMemories((key) => key.endsWith(`/${actor}`))),
      ]),
    );
    const { events: erased } = await events.erase({ filters });
    return { dryRun, events: erased, incidents, ...gone, memories, left };
  }

  async function count(filters: readonly EventFilter[]): Promise<number> {
    const rows = await events.aggregate({ where: { filters: [...filters] }, by: [{ field: 'event.kind', top: 100 }] });
    return rows.reduce((sum, row) => sum + row.count, 0);
  }

  /** Each once. */
  async function valuesOf(filters: readonly EventFilter[], field: string): Promise<string[]> {
    const found = new Set<string>();
    const where = [...filters, { field, op: 'exists' as const }];
    let after: string | undefined;
    do {
      const page = await events.query({
        filters: where,
        limit: EVENTS_PAGE,
        maxBytes: 4 * 1024 * 1024,
        ...(after === undefined ? {} : { after }),
      });
      for (const event of page.events) {
        const value = field.split('.').reduce<unknown>((at, name) => (at as Record<string, unknown>)[name], event);
        if (typeof value === 'string') found.add(value);
      }
      after = page.next;
    } while (after !== undefined);
    return [...found];
  }

  async function isOthersToo(sha256: string, from: EventFilter): Promise<boolean> {
    const filters: EventFilter[] = [
      { field: 'netsentinel.upload.sha256', op: 'eq', value: sha256 },
      { ...from, not: true },
    ];
    return (await events.query({ filters, limit: 1 })).events.length > 0;
  }

  /** Ids. @param seenSince down to which time of their last activity */
  async function incidentsWhere(
    isMeant: (incident: Incident) => boolean,
    actor?: string,
    seen: { readonly until?: number; readonly since?: number } = {},
  ): Promise<string[]> {
    const found: string[] = [];
    let after: string | undefined;
    do {
      const page = await state.read.incidents({
        limit: PAGE,
        ...(actor === undefined ? {} : { actor }),
        ...(seen.until === undefined ? {} : { lastSeenUntil: seen.until }),
        ...(after === undefined ? {} : { after }),
      });
      for (const { id, lastSeen } of page.incidents) {
        if (lastSeen < (seen.since ?? 0)) return found;
        const incident = await state.read.incident(id);
        if (incident !== undefined && isMeant(incident)) found.push(id);
      }
      after = page.next;
    } while (after !== undefined);
    return found;
  }

  function describe(order: ErasureOrder): { readonly field: string; readonly value: string } {
    const [field, value] = 'address' in order ? ['address', order.address] : [order.field, order.value];
    // The same for the same value, and for nobody without the keys a way back to it.
    return { field, value: nonceOf(texts.seal(field, value)) };
  }

  return {
    erase,
    describe,
    async eraseFor(by, order) {
      const done = await erase(order);
      if (done.dryRun) return done;
      const { field, value } = describe(order);
      const { events: erased, incidents } = done;
      await state.transaction((tx) =>
        tx.addAudit({
          at: clock.now(),
          account: by,
          address: '',
          action: 'eraseData',
          target: 'erasures',
          after: { field, value, events: erased, incidents },
        }),
      );
      return done;
    },
    async expirePasswords(before) {
      const without = (incident: Incident): Incident => erasePasswords(incident, (_, last) => last < before);
      const ids = await incidentsWhere((incident) => without(incident) !== incident, undefined, {
        until: before,
        since: expiredUntil,
      });
      if (ids.length > 0)
        await analysis.rewrite(() =>
          state.transaction(async (tx) => {
            for (const id of ids) {
              const incident = await tx.incident(id);
              if (incident !== undefined) await tx.putIncident(without(incident));
            }
          }),
        );
      expiredUntil = before;
      return ids.length;
    },
  };
}
