import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { resolveSecrets, revealed, Secret } from './secret.ts';

const folder = mkdtempSync(join(tmpdir(), 'secret-'));
afterAll(() => rmSync(folder, { recursive: true }));
const sources = { env: { SMTP: 'from-env', EMPTY: '' }, folder, where: 'netsentinel.yaml:3:5' };

it('reads secrets from variables and files, at any depth, and leaves the rest alone', () => {
  writeFileSync(join(folder, 'token'), 'from-file\n');
  const options = { host: 'mail', password: { env: 'SMTP' }, list: [{ token: { file: 'token' } }], n: 1, none: null };
  expect(resolveSecrets(options, sources)).toEqual({
    host: 'mail',
    password: { value: 'from-env' },
    list: [{ token: { value: 'from-file' } }],
    n: 1,
    none: null,
  });
  expect(revealed({ value: 'x' })).toBe('x');
});

it('says what is missing and where', () => {
  for (const secret of [{ env: 'NOT_THERE' }, { env: 'EMPTY' }, { file: 'nowhere' }])
    expect(() => resolveSecrets({ secret }, sources)).toThrow(
      expect.objectContaining({ code: 'SECRET_MISSING', where: 'netsentinel.yaml:3:5' }) as Error,
    );
  expect(() => revealed({ env: 'SMTP' })).toThrow(expect.objectContaining({ code: 'SECRET_UNRESOLVED' }) as Error);
});

it('takes a reference, and no bare text', () => {
  expect(Secret.safeParse('hunter2').success).toBe(false);
  expect(Secret.safeParse({ env: 'NETSENTINEL_X' }).success).toBe(false);
  expect(Secret.safeParse({ env: 'A', file: 'b' }).success).toBe(false);
});
