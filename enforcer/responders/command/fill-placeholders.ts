/** Puts a network into an argument list. All that is put in consists of digits, letters a to f, and . : / only, whatever an attacker sent. */
import { formatAddress, formatNetwork, type Network } from '@netsentinel/kernel/address';
import type { Command } from '../../program.ts';

export function fillPlaceholders(
  args: readonly string[],
  network: Network,
  end?: { readonly seconds: number; readonly until: number },
): Command {
  const values: Readonly<Record<string, string>> = {
    network: formatNetwork(network),
    address: formatAddress({ family: network.family, value: network.base }),
    prefix: String(network.prefix),
    family: String(network.family),
    ...(end === undefined ? {} : { seconds: String(end.seconds), until: String(end.until) }),
  };
  const [program = '', ...rest] = args;
  return [
    program,
    ...rest.map((arg) => arg.replaceAll(/\{([a-z]+)\}/g, (whole, name: string) => values[name] ?? whole)),
  ];
}
