/** What is made of what a provider says, in the forms that providers have. */
import { describe, expect, it } from 'vitest';
import { nameOf, roleOf } from './claims.ts';
import { OpenIdConfig } from './openid.config.ts';

const config = (change: object = {}): OpenIdConfig =>
  OpenIdConfig.parse({
    issuer: 'https://id.example.org',
    clientId: 'x',
    roles: [
      { has: 'soc-admins', role: 'admin' },
      { has: 'soc', role: 'analyst' },
    ],
    ...change,
  });

describe('the role', () => {
  it('is that of the first entry that somebody has, in the order of the configuration', () => {
    expect(roleOf({ groups: ['soc', 'soc-admins'] }, config())).toBe('admin');
    expect(roleOf({ groups: ['others', 'soc'] }, config())).toBe('analyst');
    expect(roleOf({ groups: 'soc' }, config())).toBe('analyst');
  });

  it('is the default, or none, where somebody has none', () => {
    for (const groups of [undefined, null, [], ['SOC'], 'soc-admins ', { soc: true }, [['soc']], 7]) {
      expect(roleOf({ groups }, config())).toBeUndefined();
      expect(roleOf({ groups }, config({ defaultRole: 'read-only' }))).toBe('read-only');
    }
  });

  it('may stand deep in a claim, or in one whose name has points', () => {
    const inside = { realm_access: { roles: ['soc'] } };
    expect(roleOf(inside, config({ roleClaim: 'realm_access.roles' }))).toBe('analyst');
    expect(roleOf(inside, config({ roleClaim: 'realm_access.roles.0.x' }))).toBeUndefined();
    const address = 'https://example.org/roles';
    expect(roleOf({ [address]: ['soc'] }, config({ roleClaim: address }))).toBe('analyst');
  });

  it('is nothing that an object has by nature', () => {
    const roles = [{ has: 'Object', role: 'admin' }];
    for (const roleClaim of ['constructor.name', '__proto__', 'groups.constructor.name'])
      expect(roleOf({ groups: {} }, config({ roleClaim, roles }))).toBeUndefined();
  });
});

describe('the name of a new account', () => {
  it.each([
    ['ada', 'ada'],
    ['ada@example.org', 'ada@example.org'],
    ['Ada Lovelace', 'Ada-Lovelace'],
    ['Zoë Müller', 'Zoe-Muller'],
    ['../../etc', 'etc'],
    ['CORP\\ada', 'CORP-ada'],
    ['ada\u202e\u0000<script>', 'ada-script'],
    ['x'.repeat(500), 'x'.repeat(60)],
  ])('%j is %j', (said, name) => {
    expect(nameOf({ preferred_username: said }, config(), 's')).toBe(name);
  });

  it('is the address or the subject where the provider tells no name that could be one', () => {
    expect(nameOf({ email: 'ada@example.org' }, config(), 's1')).toBe('ada@example.org');
    expect(nameOf({ preferred_username: '愛田', email: 7 }, config(), 's1')).toBe('s1');
    expect(nameOf({}, config(), '***')).toBe('somebody');
  });
});

describe('the issuer', () => {
  it.each([
    'http://id.example.org',
    'https://id.example.org/?a',
    'https://ada@id.example.org',
    'id.example.org',
    'ftp://localhost',
  ])('is not %s', (issuer) => {
    expect(OpenIdConfig.safeParse({ issuer, clientId: 'x' }).success).toBe(false);
  });

  it('may be without TLS on this machine', () => {
    expect(OpenIdConfig.safeParse({ issuer: 'http://localhost:3000/realms/x', clientId: 'x' }).success).toBe(true);
  });
});
