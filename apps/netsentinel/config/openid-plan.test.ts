/** What the platform is handed of `console.openId`: secrets that were read, and no mistake that would show only at the door. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import type { OpenIdConfig } from '@netsentinel/api/auth/openid/openid.config';
import { loadConfig } from '@netsentinel/kernel/config';
import { loopbackCertificate } from '@netsentinel/testkit/certificate';
import { NetSentinelConfig } from './netsentinel.config.ts';
import { planOpenId } from './openid-plan.ts';

const folder = mkdtempSync(join(tmpdir(), 'ns-openid-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function plan(more: string): OpenIdConfig | undefined {
  const text = `console:\n  openId:\n    issuer: https://id.example.org\n    clientId: x\n${more}`;
  const loaded = loadConfig(NetSentinelConfig, { file: 'netsentinel.yaml', text });
  return planOpenId(loaded, join(folder, 'netsentinel.yaml'));
}

it('has its secrets, from files beside the configuration', () => {
  const { cert } = loopbackCertificate();
  writeFileSync(join(folder, 'secret'), 'of the client\n');
  writeFileSync(join(folder, 'ca.pem'), cert);
  expect(plan('    clientSecret: { file: secret }\n    ca: { file: ca.pem }\n')).toMatchObject({
    issuer: 'https://id.example.org',
    clientSecret: { value: 'of the client' },
    ca: { value: cert.trim() },
  });
});

it('names what is missing, and an authority that is none', () => {
  expect(() => plan('    clientSecret: { file: none }\n')).toThrow(
    expect.objectContaining({ code: 'SECRET_MISSING', where: 'netsentinel.yaml:3:5' }),
  );
  expect(() => plan('    ca: { value: none }\n')).toThrow(
    expect.objectContaining({ code: 'OPENID_BAD_CA', where: 'netsentinel.yaml:5:9' }),
  );
});
