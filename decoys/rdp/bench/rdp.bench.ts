/** Connections by TLS to the login screen, painted; as scanners and screenshot takers have them. */
import { BenchClient } from '../../service/bench/bench-client.ts';
import type { BenchTarget, DecoyBench } from '../../service/bench/bench-target.ts';
import {
  attachUser,
  clientInfo,
  confirmActive,
  connectInitial,
  connectionRequest,
  erectDomain,
  finalization,
  join,
  sendData,
  withSecurity,
} from '../rdp-client.fixture.ts';

const TLS = 1;
const USER = 1006;
const CHANNELS = [USER, 1003];
const INFO = 0x40;
/** In the server's demand for the client's capabilities. */
const DEMAND = 'RDP\0';
/** The screen is larger; what fits the first of its updates is enough. */
const SCREEN_BYTES = 3000;

async function packet(client: BenchClient): Promise<Buffer> {
  const head = await client.read(4);
  return client.read(head.readUInt16BE(2) - 4);
}

async function screen(target: BenchTarget): Promise<BenchClient> {
  const client = await BenchClient.open(target);
  client.send(connectionRequest(TLS));
  await packet(client);
  await client.secure();
  client.send(connectInitial({ channels: [] }));
  await packet(client);
  client.send(erectDomain());
  client.send(attachUser());
  await packet(client);
  for (const channel of CHANNELS) {
    client.send(join(USER, channel));
    await packet(client);
  }
  client.send(sendData(USER, withSecurity(INFO, clientInfo('Administrator', ''))));
  await client.until(DEMAND);
  client.send(sendData(USER, confirmActive()));
  for (const pdu of finalization()) client.send(sendData(USER, pdu));
  await client.read(SCREEN_BYTES);
  return client;
}

export const rdpBench: DecoyBench = {
  type: 'rdp',
  unit: 'screens',
  config: { persona: 'windows-2019-fileserver' },
  async run(target) {
    (await screen(target)).close();
  },
  async hold(target) {
    return (await screen(target)).rest();
  },
};
