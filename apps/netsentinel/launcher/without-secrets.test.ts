import { expect, it } from 'vitest';
import { withoutSecrets } from './without-secrets.ts';

it('hides passwords wherever they stand, and nothing else', () => {
  const options = {
    password: 'hunter2',
    credentials: { accept: [{ user: 'root', password: 'toor' }], anyAfterTries: 'seeded', weakPairs: true },
    auth: 'password',
    passivePorts: { from: 1, to: 2 },
    publicKeys: { accept: ['SHA256:x'] },
    passiveAddress: null,
  };
  const shown = withoutSecrets(options);
  expect(shown).toEqual({
    ...options,
    password: '***',
    credentials: { ...options.credentials, accept: [{ user: 'root', password: '***' }] },
  });
  // That none is set is worth knowing.
  expect(withoutSecrets({ password: '' })).toEqual({ password: '' });
});
