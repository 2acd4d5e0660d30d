/**
 * A web application protects itself: `createGuard(options).inspect(request)` says what shall become of a request. In this order: the blocklist,
 * decoys, rate limits, inspection; the first that refuses decides. Free of frameworks; `adapters/` fit it into them.
 */
import { Blocklist, type BlocklistOptions } from './blocklist/blocklist.ts';
import type { FeedStatus } from './blocklist/feed.ts';
import { Clients, type ProxyOptions } from './client/client.ts';
import { blockedAnswer, limitedAnswer, unavailableAnswer } from './answers.ts';
import type { Allowed, Answer, BlockReason, Client, Decision, GuardLog, GuardRequest } from './guard.types.ts';
import { Honeytokens, wasSentBySomebody, type HoneytokenOptions } from './honeytokens/honeytokens.ts';
import { Inspection, type InspectionMode, type InspectionOptions } from './inspection/inspection.ts';
import { Limits, type LimitOptions, type Verdict } from './limits/limits.ts';
import { MemoryCounts } from './limits/memory-counts.ts';
import { RedisCounts, type RedisCountOptions } from './limits/redis-counts.ts';
import { namesOf, reportLine } from './report/report-event.ts';
import { Reporter, type ReportOptions, type ReportStatus } from './report/reporter.ts';

export type { AttackKind, WebFinding } from '@netsentinel/detect/web/web-inspection.types';
export type { BlocklistOptions } from './blocklist/blocklist.ts';
export type * from './guard.types.ts';
export type { HoneytokenOptions } from './honeytokens/honeytokens.ts';
export type { InspectionOptions } from './inspection/inspection.ts';
export type { LimitOptions } from './limits/limits.ts';
export type { ReportOptions } from './report/reporter.ts';

/** Whatever is left out is off; inspection watches unless it is told to block. */
export interface GuardOptions {
  readonly blocklist?: BlocklistOptions;
  /** Addresses and networks that are never blocked: those who look after the application. */
  readonly never?: readonly string[];
  readonly limits?: readonly LimitOptions[];
  /** Counts in a Redis that all processes of the application share; without it each counts for itself. */
  readonly limitStore?: RedisCountOptions;
  /** Most clients and keys that are counted in memory. Default 100000. */
  readonly maxCounted?: number;
  readonly inspection?: InspectionMode | InspectionOptions;
  readonly honeytokens?: HoneytokenOptions;
  /** The proxies in front of the application; without them nobody's `X-Forwarded-For` is believed. */
  readonly proxies?: ProxyOptions;
  readonly report?: ReportOptions;
  /** Where an operator is told of what happens. Default: warnings to the standard error. */
  readonly log?: GuardLog;
  /** Milliseconds since 1970, for tests. */
  readonly now?: () => number;
}

export interface GuardStatus {
  readonly blocklist: { readonly sources: readonly FeedStatus[]; readonly own: number; readonly fixed: number };
  readonly requests: Readonly<Record<Decision['action'], number>>;
  readonly counted: number;
  readonly report: ReportStatus | undefined;
}

export interface Guard {
  /** Never throws nor rejects, whatever the request holds. A promise only where rate limits are counted in Redis. */
  inspect(request: GuardRequest): Decision | Promise<Decision>;
  /** Whether `inspectBody` has something to look for in this request's body, if it has one: some frameworks read those of GET too. */
  wantsBody(request: GuardRequest): boolean;
  /** For a request that was let in. @param body its first bytes, at most `maxBodyBytes`; unpacked where they came with a `Content-Encoding` (`unpackFirst`) */
  inspectBody(request: GuardRequest, decision: Allowed, body: Uint8Array): Decision;
  /** A body that did not come in time. */
  tooSlow(request: GuardRequest, decision: Allowed): Decision;
  readonly maxBodyBytes: number;
  readonly bodyTimeoutMs: number;
  /** Blocks an address or network, in this process. */
  block(network: string, seconds: number): boolean;
  unblock(network: string): boolean;
  /** HTML of a decoy field or link, from `honeytokens`. */
  decoyField(): string;
  decoyLink(): string;
  status(): GuardStatus;
  /** Resolves when the blocklist was read once; false where it was not within 5 s. */
  ready(timeoutMs?: number): Promise<boolean>;
  close(): Promise<void>;
}

/** Throws `GUARD_OPTIONS` where an option cannot be right. */
export function createGuard(options: GuardOptions = {}): Guard {
  return new LocalGuard(options);
}

const NO_FINDINGS: readonly never[] = [];

class LocalGuard implements Guard {
  readonly #now: () => number;
  readonly #clients: Clients;
  readonly #blocklist: Blocklist;
  readonly #limits: Limits;
  readonly #memory: MemoryCounts;
  readonly #redis: RedisCounts | undefined;
  readonly #inspection: Inspection;
  readonly #honeytokens: Honeytokens;
  readonly #reporter: Reporter | undefined;
  readonly #requests = { allow: 0, block: 0, limit: 0, honeytoken: 0 };

  constructor(options: GuardOptions) {
    const log = options.log ?? toStandardError;
    this.#now = options.now ?? Date.now;
    this.#clients = new Clients(options.proxies, options.never ?? [], log);
    this.#inspection = new Inspection(options.inspection ?? 'watch');
    this.#honeytokens = new Honeytokens(options.honeytokens ?? {});
    this.#memory = new MemoryCounts(options.maxCounted ?? 100_000);
    this.#reporter = options.report === undefined ? undefined : new Reporter(options.report, log);
    this.#redis = options.limitStore === undefined ? undefined : new RedisCounts(options.limitStore, this.#memory, log);
    this.#limits = new Limits(options.limits ?? [], this.#redis ?? this.#memory);
    this.#blocklist = new Blocklist(options.blocklist ?? {}, log, this.#now);
  }

  get maxBodyBytes(): number {
    return this.#inspection.maxBodyBytes;
  }
  get bodyTimeoutMs(): number {
    return this.#inspection.bodyTimeoutMs;
  }

  inspect(request: GuardRequest): Decision | Promise<Decision> {
    const nowMs = this.#now();
    const client = this.#clients.of(request.peer, request.headers);
    const refused = this.#atTheDoor(request, client, nowMs);
    if (refused !== undefined) return this.#decided(request, refused, nowMs);
    const verdict = this.#limits.count(request, client, nowMs);
    if (verdict instanceof Promise)
      return verdict.then((one) => this.#decided(request, this.#within(request, client, one), nowMs));
    return this.#decided(request, this.#within(request, client, verdict), nowMs);
  }

  wantsBody(request: GuardRequest): boolean {
    const isLookedAt = this.#inspection.mode !== 'off' || this.#honeytokens.fields.length > 0;
    return isLookedAt && this.#inspection.canReadBody(request);
  }

  inspectBody(request: GuardRequest, { client, headers, findings }: Allowed, body: Uint8Array): Decision {
    const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString();
    const type = request.headers['content-type'];
    const field = this.#honeytokens.filled(text, typeof type === 'string' ? type : '');
    if (field !== undefined) {
      const answer = blockedAnswer();
      this.#blockToucher(request, client);
      return this.#redecided(request, { action: 'honeytoken', honeytoken: field, client, findings, answer }, text);
    }
    const found = this.#inspection.body(request, body);
    if (found.length === 0) return { action: 'allow', client, headers, findings };
    const all = [...findings, ...found];
    if (this.#inspection.refuses(found)) return this.#redecided(request, block('inspection', client, all), text);
    const allowed: Allowed = { action: 'allow', client, headers, findings: all };
    this.#report(request, allowed, this.#now(), text);
    return allowed;
  }

  tooSlow(request: GuardRequest, { client, findings }: Allowed): Decision {
    const answer: Answer = { ...blockedAnswer(), status: 408 };
    return this.#redecided(request, { action: 'block', reason: 'slow-body', client, findings, answer });
  }

  block(network: string, seconds: number): boolean {
    return this.#blocklist.block(network, this.#now() + seconds * 1000);
  }

  unblock(network: string): boolean {
    return this.#blocklist.unblock(network);
  }

  decoyField(): string {
    return this.#honeytokens.decoyField();
  }

  decoyLink(): string {
    return this.#honeytokens.decoyLink();
  }

  status(): GuardStatus {
    return {
      blocklist: this.#blocklist.status(),
      requests: { ...this.#requests },
      counted: this.#memory.size,
      report: this.#reporter?.status(),
    };
  }

  ready(timeoutMs = 5_000): Promise<boolean> {
    return this.#blocklist.ready(timeoutMs);
  }

  async close(): Promise<void> {
    this.#blocklist.close();
    this.#redis?.close();
    await this.#reporter?.close();
  }

  /** What needs to know no more than who asks, and for which path. */
  #atTheDoor(request: GuardRequest, client: Client, nowMs: number): Decision | undefined {
    const { parsed } = client;
    const isNever = parsed !== undefined && this.#clients.isNever(parsed);
    if (!isNever) {
      if (this.#blocklist.isClosed)
        return { action: 'block', reason: 'no-blocklist', client, findings: NO_FINDINGS, answer: unavailableAnswer() };
      if (parsed !== undefined && this.#blocklist.has(parsed, nowMs)) return block('blocklist', client, NO_FINDINGS);
    }
    const decoy = this.#honeytokens.touched(request);
    if (decoy === undefined) return undefined;
    this.#blockToucher(request, client);
    const { name, answer } = decoy;
    return { action: 'honeytoken', honeytoken: name, client, findings: NO_FINDINGS, answer };
  }

  #within(request: GuardRequest, client: Client, { exceeded, headers }: Verdict): Decision {
    if (exceeded !== undefined)
      return { action: 'limit', limit: exceeded, client, findings: NO_FINDINGS, answer: limitedAnswer(headers) };
    const findings = this.#inspection.head(request);
    if (this.#inspection.refuses(findings)) return block('inspection', client, findings);
    return { action: 'allow', client, headers, findings };
  }

  #blockToucher(request: GuardRequest, client: Client): void {
    const { blockMs } = this.#honeytokens;
    if (blockMs === 0 || wasSentBySomebody(request)) return;
    if (!this.#clients.mayBlock(client, request.peer, request.headers)) return;
    this.#blocklist.block(client.actor, this.#now() + blockMs);
  }

  #decided(request: GuardRequest, decision: Decision, nowMs: number): Decision {
    this.#requests[decision.action]++;
    this.#report(request, decision, nowMs);
    return decision;
  }

  /** It had been let in before its body was seen. */
  #redecided(request: GuardRequest, decision: Decision, body?: string): Decision {
    this.#requests.allow--;
    this.#requests[decision.action]++;
    this.#report(request, decision, this.#now(), body);
    return decision;
  }

  #report(request: GuardRequest, decision: Decision, atMs: number, body?: string): void {
    const reporter = this.#reporter;
    if (reporter === undefined || decision.client.parsed === undefined) return;
    if (reporter.what === 'findings' && decision.action === 'allow' && decision.findings.length === 0) return;
    reporter.add(reportLine({ request, decision, body, atMs }), decision.client.actor);
  }
}

function block(reason: BlockReason, client: Client, findings: Decision['findings']): Decision {
  return { action: 'block', reason, client, findings, answer: blockedAnswer() };
}

const toStandardError: GuardLog = (level, message, fields) => {
  if (level === 'warn') process.stderr.write(`netsentinel guard: ${message} ${JSON.stringify(fields)}\n`);
};

/** For an application's own log: what a refusal was for. */
export function describeDecision(decision: Decision): string {
  const { action, findings } = decision;
  if (action === 'limit') return `limited: ${decision.limit}`;
  if (action === 'honeytoken') return `decoy touched: ${decision.honeytoken}`;
  if (action === 'block') return `blocked: ${decision.reason === 'inspection' ? namesOf(findings) : decision.reason}`;
  return findings.length === 0 ? 'allowed' : `allowed, but saw ${namesOf(findings)}`;
}
