/** Tests of the decoys that a person asks for from afar: one at a time, marked as ours, and the last one's verdict. */
import type { Clock } from '@netsentinel/contracts/clock';
import { DecoyVerdict, type DecoyTest } from '@netsentinel/contracts/decoy-test';
import type { FromPlatform, ToPlatform } from '@netsentinel/contracts/process';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { testAddress } from '../verify/test-address.ts';
import type { OwnTests } from './own-tests.ts';

const MAX_FAILED = 2_048;

export interface DecoyTestsOptions {
  readonly clock: Pick<Clock, 'now'>;
  readonly ownTests: Pick<OwnTests, 'announce'>;
  /** To the launcher, which answers with `decoys-tested`. */
  readonly send: (order: Extract<FromPlatform, { t: 'test-decoys' }>) => void;
}

export class DecoyTests {
  readonly #options: DecoyTestsOptions;
  #test: DecoyTest = { isRunning: false };

  constructor(options: DecoyTestsOptions) {
    this.#options = options;
  }

  status(): DecoyTest {
    return this.#test;
  }

  /** @throws NetSentinelError `DECOY_TEST_RUNNING` while another one runs, `DECOY_TEST_UNMARKED` where it could not be told from an attack */
  begin(): DecoyTest {
    const { clock, ownTests, send } = this.#options;
    if (this.#test.isRunning)
      throw new NetSentinelError('DECOY_TEST_RUNNING', 'user', 'The decoys are being tested: wait for the result.');
    const address = testAddress();
    if (address === undefined)
      throw new NetSentinelError(
        'DECOY_TEST_UNMARKED',
        'user',
        `${process.platform} has no loopback network to come from, so that the test would count as an attack. Run \`netsentinel decoys verify\` at the machine.`,
      );
    ownTests.announce(address);
    const { verdict } = this.#test;
    this.#test = { isRunning: true, startedAt: clock.now(), ...(verdict === undefined ? {} : { verdict }) };
    send({ t: 'test-decoys', address });
    return this.#test;
  }

  ended({ verdict: raw, error }: Extract<ToPlatform, { t: 'decoys-tested' }>): void {
    const { verdict: before, startedAt } = this.#test;
    const found = DecoyVerdict.safeParse(raw);
    const failed = error?.message ?? (found.success ? undefined : 'what the test answered is no verdict');
    const verdict = failed === undefined ? found.data : before;
    this.#test = {
      isRunning: false,
      ...(startedAt === undefined ? {} : { startedAt }),
      endedAt: this.#options.clock.now(),
      ...(failed === undefined ? {} : { failed: failed.slice(0, MAX_FAILED) }),
      ...(verdict === undefined ? {} : { verdict }),
    };
  }
}
