/**
 * Tests of the decoys, at the word of a person who is not at the machine. A process of its own runs each (`verify/decoys.verifier.ts`), confined: it reads what
 * decoys answer. One at a time; it ends in some minutes, whatever the decoys do.
 */
import type { ChildProcess } from 'node:child_process';
import type { Logger } from '@netsentinel/contracts/log';
import type { FromPlatform, ToPlatform } from '@netsentinel/contracts/process';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { toWireError } from '@netsentinel/kernel/wire-error';
import type { DecoyPlan, PlannedDecoy } from '../config/decoy-plan.ts';
import type { DecoysToTest } from '../verify/decoys.verifier.ts';
import { guardChannel } from './channel-guard.ts';
import { readFromVerifier } from './child-messages.ts';
import { personaSeed } from './data-folder.ts';
import { relayOutput } from './relay-output.ts';

/** All decoys of a machine take two minutes; whoever answers nothing is waited for. */
const TEST_MS = 15 * 60_000;
/** All that it ever says is one verdict. */
const VERDICT_BYTES = 256 * 1024;

type TestOrder = Extract<FromPlatform, { t: 'test-decoys' }>;
type TestAnswer = Extract<ToPlatform, { t: 'decoys-tested' }>;

export interface DecoyTesterOptions {
  readonly plan: Pick<DecoyPlan, 'personas'>;
  /** As they were bound. */
  readonly decoys: readonly PlannedDecoy[];
  readonly isStopped: (decoy: string) => boolean;
  /** This install's seed. */
  readonly install: Uint8Array;
  readonly spawn: () => ChildProcess;
  readonly log: Logger;
  /** For tests: how long one may take. */
  readonly testMs?: number;
}

export class DecoyTester {
  readonly #options: DecoyTesterOptions;
  #child: ChildProcess | undefined;

  constructor(options: DecoyTesterOptions) {
    this.#options = options;
  }

  /** Answers once it is over, with the verdict or why there is none. */
  async obey({ address }: TestOrder): Promise<TestAnswer> {
    try {
      return { t: 'decoys-tested', verdict: await this.#test(address) };
    } catch (error) {
      return { t: 'decoys-tested', error: toWireError(error, 'DECOYS_NOT_TESTED') };
    }
  }

  stop(): void {
    this.#child?.kill('SIGKILL');
  }

  #test(address: string): Promise<unknown> {
    const { spawn, log, testMs = TEST_MS } = this.#options;
    const machines = this.#machines();
    if (this.#child !== undefined)
      throw new NetSentinelError('DECOYS_NOT_TESTED', 'operational', 'the decoys are being tested already');
    if (machines.length === 0)
      throw new NetSentinelError('DECOYS_NOT_TESTED', 'user', 'no decoy listens, so there is none to test');
    const child = spawn();
    this.#child = child;
    guardChannel(child, {
      maxTotalBytes: VERDICT_BYTES,
      onBroken: (reason) => log.error('the test of the decoys abused its channel and is killed', { reason }),
    });
    relayOutput(child);
    let timer: NodeJS.Timeout | undefined;
    return new Promise<unknown>((resolve, reject) => {
      const fail = (why: string): void => reject(new NetSentinelError('DECOYS_NOT_TESTED', 'operational', why));
      timer = setTimeout(() => fail('the test took too long'), testMs);
      child.once('message', (raw) => {
        const said = readFromVerifier(raw);
        if (said === undefined) fail('the test said what nobody understands');
        else resolve(said.verdict);
      });
      child.once('error', (error) => fail(`it could not be started: ${error.message}`));
      child.once('exit', (code, signal) => fail(`the test ended with ${signal ?? String(code)}; the log says why`));
      child.send({ from: address, machines } satisfies DecoysToTest);
    }).finally(() => {
      clearTimeout(timer);
      child.kill('SIGKILL');
      this.#child = undefined;
    });
  }

  /** What listens, by the machine that it is a part of. */
  #machines(): DecoysToTest['machines'] {
    const { plan, decoys, install, isStopped } = this.#options;
    const there = decoys.filter(({ id }) => !isStopped(id));
    return [...Map.groupBy(there, ({ persona }) => persona)].map(([id, own]) => ({
      id,
      seed: personaSeed(install, id, plan.personas[id]),
      file: plan.personas[id]?.file,
      decoys: own,
    }));
  }
}
