/**
 * Ports that a decoy listens on besides its own, for connections that belong to sessions on that one (FTP's data connections). A decoy asks for them
 * by a field `passivePorts` of its options; the launcher binds them at the decoy's address and hands them over as further listeners of it, so that
 * `accept` sees them as `connection.destination.port`.
 */
export const MAX_PASSIVE_PORTS = 256;

/** Both included. */
export interface PassivePortRange {
  readonly from: number;
  readonly to: number;
}

/** All ports of the range. */
export function portsIn({ from, to }: PassivePortRange): readonly number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}

/** What a decoy's options, which have been read with their schema, ask for; nothing where they have no such field. */
export function passivePortsOf(options: unknown): readonly number[] {
  const range = (options as { readonly passivePorts?: PassivePortRange } | undefined)?.passivePorts;
  return range === undefined ? [] : portsIn(range);
}
