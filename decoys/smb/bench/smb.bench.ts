/** Logins over SMB 3.0 by NTLMv2, and the list of shares connected to. */
import { BenchClient } from '../../service/bench/bench-client.ts';
import type { BenchTarget, DecoyBench } from '../../service/bench/bench-target.ts';
import { framed, RawSmb2 } from '../smb-client.fixture.ts';

const USER = 'root';
const PASSWORD = 'benchmark';
const DIALECT = 0x0300;

async function login(target: BenchTarget): Promise<BenchClient> {
  const client = await BenchClient.open(target);
  const smb = new RawSmb2({
    send: (message) => client.send(framed(message)),
    receive: async () => client.read((await client.read(4)).readUInt32BE(0)),
    close: () => client.close(),
  });
  await smb.negotiate([DIALECT]);
  smb.dialect = DIALECT;
  const failure = await smb.login(USER, PASSWORD);
  if (failure !== undefined) throw new Error(`the login failed: ${failure.toString(16)}`);
  const tree = await smb.tree('IPC$');
  if (tree?.status !== 0) throw new Error('no IPC$');
  return client;
}

export const smbBench: DecoyBench = {
  type: 'smb',
  unit: 'logins',
  config: { credentials: { accept: [{ user: USER, password: PASSWORD }], remember: false } },
  async run(target) {
    (await login(target)).close();
  },
  async hold(target) {
    return (await login(target)).rest();
  },
};
