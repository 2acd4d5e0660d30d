import { expect, it } from 'vitest';
import { describedOf, type MachineToDescribe } from './describe-machines.ts';

const seed = Buffer.alloc(32, 7).toString('base64');
const machine = (...decoys: MachineToDescribe['decoys']): MachineToDescribe => ({ id: 'web', seed, decoys });

it('tells what a scanner finds at each decoy of one machine', async () => {
  const decoys = await describedOf([
    machine({ id: 'ssh', type: 'ssh', options: {} }, { id: 'web', type: 'http', options: { server: 'nginx' } }),
  ]);
  expect(decoys['ssh']).toMatchObject({ service: 'ssh', product: 'OpenSSH' });
  expect(decoys['ssh']!.version).toMatch(/^9\.2p1 Debian/);
  expect(decoys['web']).toMatchObject({ service: 'http', product: 'nginx', host: decoys['ssh']!.host });
  expect(decoys['ssh']!.host).not.toBe('');
});

it('goes on with the others where one cannot say what it is', async () => {
  const decoys = await describedOf([
    machine({ id: 'odd', type: 'ssh', options: { no: 'such option' } }, { id: 'ssh', type: 'ssh', options: {} }),
  ]);
  expect(decoys['odd']).toMatchObject({ service: '', product: '', version: '' });
  expect(decoys['ssh']).toMatchObject({ product: 'OpenSSH' });
});
