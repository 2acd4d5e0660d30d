import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decoySuite } from '@netsentinel/testkit/contracts/decoy.suite';
import { expect, it } from 'vitest';
import { datagramTypes, decoyTypes, findDecoy } from './index.ts';

// A decoy of datagrams has no connections to be tested on.
for (const type of decoyTypes.filter((one) => !datagramTypes.has(one)))
  decoySuite(type, async () => (await findDecoy(type))!);

it('lists every decoy that there is', () => {
  const home = dirname(fileURLToPath(import.meta.url));
  const folders = readdirSync(home, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'node_modules')
    .map(({ name }) => name)
    .filter((name) => readdirSync(join(home, name)).includes(`${name}.decoy.ts`));
  expect(decoyTypes.filter((type) => !datagramTypes.has(type)).toSorted()).toEqual(folders.toSorted());
});

it('knows no others', async () => {
  expect(await findDecoy('gopher')).toBeUndefined();
  expect(await findDecoy('toString')).toBeUndefined();
});
