/** Where OpenSSH's server writes the client's address. */
import type { EcsEndpoint } from '@netsentinel/contracts/parser';
import { endpointOf, portOf } from '../../../text/endpoint.ts';

/** At the end of a line. */
export const PEER = / from (\S+)(?: port (\d+)(?: ssh[12])?)?$/;

/** The text behind `literal` as a peer: `ADDRESS`, `ADDRESS port N`. */
export function peerBehind(message: string, literal: string): EcsEndpoint | undefined {
  if (!message.startsWith(literal)) return undefined;
  const [address = '', word, port] = message.slice(literal.length).split(' ', 3);
  return address === ''
    ? undefined
    : endpointOf(address, word === 'port' ? portOf(port?.replace(/:.*$/, '')) : undefined);
}

export function withoutPreauth(message: string): string {
  return message.endsWith(' [preauth]') ? message.slice(0, -10) : message;
}
