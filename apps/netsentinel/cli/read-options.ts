/** The options of commands that read other people's logs, and what they come to. */
import { Option, type Command } from 'commander';
import type { ParseOptions } from '@netsentinel/contracts/parser';
import { NetSentinelError } from '@netsentinel/kernel/errors';

export interface ReadArguments {
  readonly zone: string;
  readonly year?: string;
  readonly trustedProxy?: string[];
  readonly pattern?: string;
}

export function addReadOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--zone <zone>', 'time zone of times that name none: an IANA name or an offset').default('UTC'),
    )
    .option('--year <year>', 'year of the newest time that names none (default: now)')
    .option('--trusted-proxy <network...>', 'networks whose word about the client’s address is believed')
    .option('--pattern <format>', 'the format string of the log: nginx’s log_format, Apache’s LogFormat');
}

/** @throws NetSentinelError USAGE_ZONE, USAGE_YEAR, USAGE_NETWORK */
export async function readOptions(given: ReadArguments): Promise<Omit<ParseOptions, 'fileName'>> {
  const [{ zoneOf }, { parseNetwork }] = await Promise.all([
    import('@netsentinel/normalise/text/zone'),
    import('@netsentinel/kernel/address'),
  ]);
  if (zoneOf(given.zone) === undefined) {
    throw new NetSentinelError('USAGE_ZONE', 'user', 'this is no time zone', {
      hint: 'For example Europe/Berlin, UTC or +02:00.',
    });
  }
  const trustedProxies = given.trustedProxy ?? [];
  for (const network of trustedProxies) {
    if (parseNetwork(network) === undefined) {
      throw new NetSentinelError('USAGE_NETWORK', 'user', 'a trusted proxy is an address or a network', {
        hint: 'For example 10.0.0.0/8 or 192.0.2.1.',
      });
    }
  }
  return { zone: given.zone, referenceMs: referenceOf(given.year), trustedProxies, pattern: given.pattern };
}

function referenceOf(year: string | undefined): number {
  if (year === undefined) return Date.now();
  if (!/^(19[7-9]|2\d\d)\d$/.test(year))
    throw new NetSentinelError('USAGE_YEAR', 'user', '--year takes a year, such as 2026');
  // The last second of the year but one day, which times without a year may be ahead.
  return Date.UTC(Number(year), 11, 30, 23, 59, 59);
}
