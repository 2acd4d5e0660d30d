/** A capture's first stage: opens the socket that sees the packets of one network and nothing else, and puts the filter on it for good. */
import { parseNetwork } from '@netsentinel/kernel/address';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { programBytes } from '../bpf.ts';
import { DESCRIPTORS } from '../descriptors.ts';
import { runFirstStage } from '../first-stage.ts';
import { inheritAs, openPacketSocket } from '../libc.ts';
import { interfaceIndex } from '../watch-scope.ts';
import { networkFilter } from './network-filter.ts';

/** What comes while the second stage starts, or writes to a slow disk, waits here. */
const BUFFER_BYTES = 16 * 1024 * 1024;

export interface CaptureRequest {
  readonly network: string;
  /** Names; all where there are none. */
  readonly interfaces: readonly string[];
}

runFirstStage((text) => {
  const { network: of, interfaces } = JSON.parse(text) as CaptureRequest;
  const network = parseNetwork(of);
  if (network === undefined)
    throw new NetSentinelError('CAPTURE_BAD_REQUEST', 'bug', 'the launcher asked for what cannot be captured');
  const indexes = interfaces.map((name) => interfaceIndex(name, 'enforcer.responders.capture.interfaces'));
  const filter = programBytes(networkFilter(network, indexes));
  const packets = openPacketSocket(filter, { bufferBytes: BUFFER_BYTES, nonBlocking: true, timestamps: true });
  inheritAs(packets, DESCRIPTORS.packets);
});
