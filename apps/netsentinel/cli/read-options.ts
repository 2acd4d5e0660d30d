/** The options of commands that read other people's logs, and what they come to. */
import { Option, type Command } from 'commander';
import type { ParseOptions } from '@netsentinel/contracts/parser';
import { parseNetwork } from '@netsentinel/kernel/address';
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
  const { zoneOf } = await import('@netsentinel/normalise/text/zone');
  if (zoneOf(given.zone) === undefined) {
    throw new NetSentinelError('USAGE_ZONE', 'user', 'this is no time zone', {
      hint: 'For example Europe/Berlin, UTC or +02:00.',
    });
  }
  const trustedProxies = given.trustedProxy ?? [];
  needNetworks(trustedProxies, 'a trusted proxy', '10.0.0.0/8 or 192.0.2.1');
  return { zone: given.zone, referenceMs: referenceOf(given.year), trustedProxies, pattern: given.pattern };
}

/** @throws NetSentinelError USAGE_NETWORK */
export function needNetworks(texts: readonly string[], what: string, example: string): void {
  if (texts.every((text) => parseNetwork(text) !== undefined)) return;
  throw new NetSentinelError('USAGE_NETWORK', 'user', `${what} is an address or a network`, {
    hint: `For example ${example}.`,
  });
}

function referenceOf(year: string | undefined): number {
  if (year === undefined) return Date.now();
  if (!/^(19[7-9]|2\d\d)\d$/.test(year))
    throw new NetSentinelError('USAGE_YEAR', 'user', '--year takes a year, such as 2026');
  // The last second of the year but one day, which times without a year may be ahead.
  return Date.UTC(Number(year), 11, 30, 23, 59, 59);
}
