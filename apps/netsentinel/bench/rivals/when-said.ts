import type { ChildProcess } from 'node:child_process';
import { NetSentinelError } from '@netsentinel/kernel/errors';

const PATIENCE_MS = 60_000;
const KEPT = 4000;
/** A program's words before those of the program itself: what it complains of comes with what it says. */
export const SAYING_ALL = ['sh', '-c', 'exec "$@" 2>&1', 'sh'];

/** Resolves once the program has written what is looked for on its output, which is read on; rejects where it ends before, or is silent for a minute. */
export function whenSaid(child: ChildProcess, wanted: RegExp): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = '';
    const fail = (how: string): void => {
      clearTimeout(timer);
      const hint = said === '' ? 'It wrote nothing.' : `It wrote: ${said.slice(-KEPT)}`;
      reject(
        new NetSentinelError('BENCH_START', 'operational', `${child.spawnargs.slice(4).join(' ')} ${how}`, { hint }),
      );
    };
    const timer = setTimeout(() => fail('did not start'), PATIENCE_MS);
    child.once('close', (code) => fail(`ended with ${code}`));
    child.stdout?.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-KEPT * 4);
      if (!wanted.test(said)) return;
      clearTimeout(timer);
      resolve();
    });
  });
}
