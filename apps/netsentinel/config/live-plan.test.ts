/** What the platform is handed of `console.live`: secrets that were read, and no mistake that would show only once Redis is there. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { loadConfig } from '@netsentinel/kernel/config';
import { loopbackCertificate } from '@netsentinel/testkit/certificate';
import { NetSentinelConfig } from './netsentinel.config.ts';
import { planLive } from './live-plan.ts';

const folder = mkdtempSync(join(tmpdir(), 'ns-live-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function plan(redis: string): ReturnType<typeof planLive> {
  const text = `console:\n  live:\n    redis:\n${redis}`;
  const loaded = loadConfig(NetSentinelConfig, { file: 'netsentinel.yaml', text });
  return planLive(loaded, join(folder, 'netsentinel.yaml'));
}

it('is nothing where nothing is shared', () => {
  expect(planLive(loadConfig(NetSentinelConfig, { file: 'netsentinel.yaml', text: '' }), folder)).toEqual({});
});

it('has its secrets, from files beside the configuration', () => {
  const { cert, key } = loopbackCertificate();
  writeFileSync(join(folder, 'secret'), `${'s'.repeat(32)}\n`);
  writeFileSync(join(folder, 'cert.pem'), cert);
  writeFileSync(join(folder, 'key.pem'), key);
  const tls = '      tls: { ca: { file: cert.pem }, cert: { file: cert.pem }, key: { file: key.pem } }\n';
  expect(plan(`      secret: { file: secret }\n      password: { value: x }\n${tls}`)).toMatchObject({
    redis: {
      host: '127.0.0.1',
      port: 6379,
      prefix: 'netsentinel:',
      password: { value: 'x' },
      secret: { value: 's'.repeat(32) },
      tls: { ca: { value: cert.trim() }, key: { value: key.trim() } },
    },
  });
});

it('says what is missing or wrong, and where', () => {
  const secret = `      secret: { value: ${'s'.repeat(32)} }\n`;
  expect(() => plan('      port: 6379\n')).toThrow(/secret/);
  expect(() => plan('      secret: { file: none }\n')).toThrow(expect.objectContaining({ code: 'SECRET_MISSING' }));
  expect(() => plan('      secret: { value: short }\n')).toThrow(
    expect.objectContaining({ code: 'LIVE_SHORT_SECRET', where: 'netsentinel.yaml:4:15' }),
  );
  for (const tls of ['{ ca: { value: none } }', '{ cert: { value: none } }', '{ key: { value: none } }'])
    expect(() => plan(`${secret}      tls: ${tls}\n`)).toThrow(expect.objectContaining({ code: 'LIVE_BAD_TLS' }));
});
