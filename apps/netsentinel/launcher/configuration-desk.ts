/**
 * Where people's words about the configuration arrive (ADR 0034). What is asked is looked up, and changes are judged, in a process of its own; a change that holds is kept
 * as a version, takes the file's place, and is handed on to be started with. Where that fails, the text before is put back.
 */
import { fork } from 'node:child_process';
import { renameSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Logger } from '@netsentinel/contracts/log';
import type { ConfigurationChange } from '@netsentinel/contracts/configuration';
import type { FromPlatform, ToPlatform } from '@netsentinel/contracts/process';
import { describeError, NetSentinelError } from '@netsentinel/kernel/errors';
import { fromWireError, toWireError } from '@netsentinel/kernel/wire-error';
import type { UpPlan } from '../cli/up.plan.ts';
import type { ConfigurationHistory } from '../config/configuration-history.ts';
import { writeLike } from '../config/write-like.ts';
import type { AcceptedChange, ClerkReply, ClerkRequest } from './configuration-clerk.types.ts';
import { ONE_LANGUAGE } from './lean.ts';

const CLERK = fileURLToPath(new URL('./configuration.clerk.ts', import.meta.url));
const CLERK_MS = 20_000;
const MAX_AT_ONCE = 4;

type ConfigurationOrder = Extract<FromPlatform, { t: 'configuration' }>;
type ConfigurationReply = Extract<ToPlatform, { t: 'configuration-answer' }>;

/** A change that has taken the file's place, to be started with. */
export interface WrittenChange {
  readonly version: number;
  readonly plan: UpPlan;
}

export interface ConfigurationDeskOptions {
  readonly history: ConfigurationHistory;
  readonly historyFolder: string;
  /** The command line of the `up` that runs, without the program's name. */
  readonly argv: readonly string[];
  readonly file: string;
  readonly now: () => number;
  readonly log: Logger;
  /** For tests: what stands in for the clerk. */
  readonly askClerk?: (request: ClerkRequest) => Promise<ClerkReply>;
}

export class ConfigurationDesk {
  readonly #options: ConfigurationDeskOptions;
  #asked = 0;
  #isChanging = false;
  #next = Promise.withResolvers<WrittenChange>();

  constructor(options: ConfigurationDeskOptions) {
    this.#options = options;
  }

  /** Resolves with the next change that is to be started with. None is taken from then on until it is `settled`. */
  get next(): Promise<WrittenChange> {
    return this.#next.promise;
  }

  async answer({ request, ask }: ConfigurationOrder): Promise<ConfigurationReply> {
    try {
      return { t: 'configuration-answer', request, answer: await this.#work(ask) };
    } catch (error) {
      return { t: 'configuration-answer', request, error: toWireError(error, 'CONFIGURATION_FAILED') };
    }
  }

  /** What came of the change that was handed on. `error`: the text before is to be put back. */
  settled(version: number, before: string, error?: unknown): void {
    const { history, file } = this.#options;
    if (error !== undefined) {
      history.settle(version, 'failed', describeError(error));
      // A file that was not there before stays, empty: it means the same.
      writeLike(file, before, file);
    }
    this.#next = Promise.withResolvers();
    this.#isChanging = false;
  }

  /** All runs with this text; that it cannot be kept hinders nobody. */
  started(text: string): void {
    const { history, now, log } = this.#options;
    try {
      history.started(text, now());
    } catch (error) {
      log.error('the configuration is not kept as a version', { error: describeError(error) });
    }
  }

  async #work(ask: ConfigurationOrder['ask']): Promise<unknown> {
    const { askClerk = forkClerk, argv, file, historyFolder } = this.#options;
    const changes = ask.what === 'change' || ask.what === 'restore';
    if (this.#asked >= MAX_AT_ONCE || (changes && this.#isChanging))
      throw new NetSentinelError(
        'CONFIGURATION_BUSY',
        'operational',
        'the configuration is being changed, or asked for by many',
      );
    this.#asked++;
    if (changes) this.#isChanging = true;
    let isHandedOn = false;
    try {
      const reply = await askClerk({ ask, argv, file, history: historyFolder });
      if ('error' in reply) throw fromWireError(reply.error);
      if (!changes || reply.accepted === undefined) return reply.answer;
      const version = this.#write(reply.accepted, ask);
      isHandedOn = true;
      this.#next.resolve({ version, plan: reply.accepted.plan });
      return { ...(reply.answer as ConfigurationChange), version };
    } finally {
      this.#asked--;
      if (changes && !isHandedOn) this.#isChanging = false;
    }
  }

  /** First a version, then the file: a crash in between is a change that was not made, and a version that says so by never having run. */
  #write(
    { text, candidate }: AcceptedChange,
    ask: Extract<ConfigurationOrder['ask'], { what: 'change' | 'restore' }>,
  ): number {
    const { history, file, now } = this.#options;
    const { version } = history.add({
      at: new Date(now()).toISOString(),
      by: ask.by,
      ...(ask.reason === undefined ? {} : { reason: ask.reason }),
      ...(ask.what === 'restore' ? { restores: ask.version } : {}),
      state: 'starting',
      text,
    });
    renameSync(candidate, file);
    return version;
  }
}

async function forkClerk(request: ClerkRequest): Promise<ClerkReply> {
  const clerk = fork(CLERK, [], {
    execArgv: [ONE_LANGUAGE, '--disable-warning=ExperimentalWarning'],
    timeout: CLERK_MS,
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  try {
    return await new Promise<ClerkReply>((resolve, reject) => {
      clerk.once('message', (reply) => resolve(reply as unknown as ClerkReply));
      clerk.once('error', reject);
      clerk.once('close', (code) => reject(new Error(`the clerk ended with ${String(code)}`)));
      clerk.send(request);
    });
  } finally {
    clerk.kill();
  }
}
