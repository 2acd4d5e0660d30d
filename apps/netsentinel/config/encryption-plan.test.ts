/** What the platform is handed of `encryption`: keys that were read, and no mistake that would show only once something is to be opened. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { loadConfig } from '@netsentinel/kernel/config';
import type { KeyringOptions } from '@netsentinel/kernel/keyring-files';
import { masterKeys, planEncryption } from './encryption-plan.ts';
import { NetSentinelConfig } from './netsentinel.config.ts';

const folder = mkdtempSync(join(tmpdir(), 'ns-encryption-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function plan(text: string): Omit<KeyringOptions, 'directory'> {
  const loaded = loadConfig(NetSentinelConfig, { file: 'netsentinel.yaml', text });
  return masterKeys(planEncryption(loaded, join(folder, 'netsentinel.yaml')));
}

it('has its master keys, from files beside the configuration', () => {
  const [now, before] = [randomBytes(32), randomBytes(32)];
  writeFileSync(join(folder, 'now'), `${now.toString('base64')}\n`);
  writeFileSync(join(folder, 'before'), before.toString('hex'));
  expect(plan('encryption:\n  masterKey: { file: now }\n  previousMasterKey: { file: before }\n')).toEqual({
    masterKey: now,
    previousMasterKey: before,
  });
  expect(plan('logLevel: warn\n')).toEqual({});
});

it('names what is missing, and what is no key, without telling it', () => {
  expect(() => plan('encryption:\n  masterKey: { file: none }\n')).toThrow(
    expect.objectContaining({ code: 'SECRET_MISSING', where: 'netsentinel.yaml:2:14' }),
  );
  writeFileSync(join(folder, 'words'), 'correct horse battery staple');
  expect(() => plan('encryption:\n  previousMasterKey: { file: words }\n')).toThrow(
    expect.objectContaining({
      code: 'MASTER_KEY_BAD',
      where: 'netsentinel.yaml:2:22',
      message: expect.not.stringContaining('horse') as string,
    }),
  );
});

it('takes none that stands in the configuration, which is kept in the data folder', () => {
  expect(() => plan(`encryption:\n  masterKey: { value: "${'0'.repeat(64)}" }\n`)).toThrow(
    expect.objectContaining({ code: 'MASTER_KEY_BAD', message: expect.stringContaining('itself') as string }),
  );
});
