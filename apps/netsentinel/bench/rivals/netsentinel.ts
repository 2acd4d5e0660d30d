/** Ourselves, with what comes with us: a followed log, and blocks by nftables. */
import { chmodSync } from 'node:fs';
import { askPlatform } from '../../platform/control.ts';
import { dataFolder } from '../../launcher/data-folder.ts';
import { startWholeProduct } from '../whole-product.ts';
import { join } from 'node:path';
import type { PlatformStatus } from '@netsentinel/contracts/live';
import type { Rival } from './rival.types.ts';

const PATIENCE_MS = 60_000;

export const netsentinel: Rival = {
  name: 'netsentinel',
  async start({ lab, folder, log }) {
    // The collector is another user.
    chmodSync(folder, 0o755);
    const product = await startWholeProduct({
      folder,
      keepFolder: true,
      netns: lab.defender,
      config: {
        decoys: [{ id: 'ssh-1', type: 'ssh', address: lab.defender4, port: 2222 }],
        enforcer: { mode: 'enforce', nftables: {} },
        response: { blockOn: ['login-brute-force'], blockFrom: 101 },
        collectors: [{ id: 'auth', type: 'tail', options: { paths: [log] } }],
      },
    });
    const socket = dataFolder(join(folder, 'data')).platformSocket;
    for (const end = performance.now() + PATIENCE_MS; performance.now() < end;) {
      const { collectors } = (await askPlatform(socket, { ask: 'status' })) as PlatformStatus;
      if (collectors.some(({ id, sources }) => id === 'auth' && sources > 0)) break;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    return { stop: () => product.stop() };
  },
};
