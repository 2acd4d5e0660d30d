/** Benchmarks and faults that block somebody need a network of their own, which only root can make. */
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { namespacesUnavailable } from '@netsentinel/testkit/netns';

export function needNamespaces(code: 'BENCH_UNAVAILABLE' | 'FAULT_UNAVAILABLE'): void {
  const reason = namespacesUnavailable();
  if (reason !== undefined) throw new NetSentinelError(code, 'user', reason, { hint: 'Run it as root on Linux.' });
}
