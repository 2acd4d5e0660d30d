/** Programs that nobody listed, in lines that we wrote after their manuals: whom they blame, and that a client who plays with words blames nobody else. */
import type { EcsDocument } from '@netsentinel/contracts/parser';
import { describe, expect, it } from 'vitest';
import { syslog } from '../syslog.parser.ts';

const parser = syslog.create({ zone: 'UTC', referenceMs: Date.UTC(2026, 10, 21), trustedProxies: [] });
const read = (message: string) => parser.line!(`Nov 21 09:30:00 www ${message}`) as EcsDocument;

const CLIENT = '198.51.100.7';
const FAILURES: readonly (readonly [line: string, user: string | undefined])[] = [
  [`mosquitto[1]: 1795253401: Client auto-1 [${CLIENT}:51234] disconnected: not authorised.`, undefined],
  [
    `asterisk[2]: NOTICE[12]: chan_sip.c:28 handle: Registration from '"100" <sip:100@192.0.2.10>' failed for '${CLIENT}:5071' - Wrong password`,
    '100',
  ],
  [
    `freeswitch[3]: [WARNING] sofia_reg.c:17 SIP auth failure (REGISTER) on sofia profile 'internal' for [bob@192.0.2.10] from ip ${CLIENT}`,
    'bob',
  ],
  [`openvpn[4]: ${CLIENT}:41194 TLS Auth Error: Auth Username/Password verification failed for peer`, undefined],
  [`openvpn[4]: bob/${CLIENT}:41194 SENT CONTROL [bob]: 'AUTH_FAILED' (status=1)`, undefined],
  [`nextcloud[5]: {core} Login failed: 'admin' (Remote IP: '${CLIENT}')`, undefined],
  [
    `gitea[6]: auth.go:204:SignInPost() [I] Failed authentication attempt for bob from ${CLIENT}:52310: user does not exist`,
    'bob',
  ],
  [
    `grafana[7]: logger=authn t=2026-11-21T09:30:05Z level=warn msg="Failed to authenticate request" remote_addr=${CLIENT}`,
    undefined,
  ],
  [
    `vaultwarden[8]: [ERROR] Username or password is incorrect. Try again. IP: ${CLIENT}. Username: bob@example.com.`,
    'bob@example.com',
  ],
  [`roundcube: <8b3c> Failed login for bob@example.com from ${CLIENT} in session 8b3c (error: 0)`, 'bob@example.com'],
  [`gitlab[9]: Failed Login: username=bob ip=${CLIENT}`, 'bob'],
  [`jenkins[10]: INFO j.security.AuthLog: failed to authenticate user bob from ${CLIENT}`, 'bob'],
  [
    `keycloak[11]: WARN type="LOGIN_ERROR", userId="null", ipAddress="${CLIENT}", error="invalid_user_credentials", username="bob"`,
    'bob',
  ],
  [
    `homeassistant[12]: WARNING Login attempt or request with invalid authentication from www.example.net (${CLIENT}).`,
    undefined,
  ],
  [
    `pvedaemon[13]: authentication failure; rhost=::ffff:${CLIENT} user=root@pam msg=Authentication failure`,
    'root@pam',
  ],
  [`basic_ncsa_auth[14]: user bob authentication failed from ${CLIENT}`, 'bob'],
  [`redis[15]: 1:M # Failed AUTH attempt for user default from ${CLIENT}:40112`, 'default'],
  [
    `smbd[16]: Auth: [SMB2,(null)] user [WORKGROUP]\\[bob] at [Sat, 21 Nov 2026 09:30:38 UTC] with [NTLMv2] status [NT_STATUS_WRONG_PASSWORD] workstation [X] remote host [ipv4:${CLIENT}:51234] mapped to [WORKGROUP]\\[bob]. local host [ipv4:192.0.2.10:445]`,
    'bob',
  ],
  [`phpmyadmin[17]: user denied: root (mysql-denied) from ${CLIENT}`, undefined],
  [`sogod[18]: SOGoRootPage Login from '${CLIENT}' for user 'bob' might not have worked`, 'bob'],
  [
    `prosody[19]: c2s55 info Failed authentication attempt (not-authorized) for user bob@example.org from IP: ${CLIENT}`,
    'bob@example.org',
  ],
];

it.each(FAILURES)('%s', (line, user) => {
  const { event, source, user: found } = read(line) as EcsDocument & { user?: { name?: string } };
  expect(event).toMatchObject({ category: ['authentication'], outcome: 'failure' });
  expect(source?.ip).toBe(CLIENT);
  expect(found?.name).toBe(user);
});

describe('says nothing of logins where', () => {
  it.each([
    `app[1]: GET /help/login-failed from ${CLIENT} 200`,
    `app[1]: password changed for bob from ${CLIENT}`,
    `app[1]: health check ok from ${CLIENT}: authentication backend reachable`,
    `freeswitch[3]: SIP auth challenge (REGISTER) on sofia profile 'internal' for [bob@192.0.2.10] from ip ${CLIENT}`,
  ])('%s', (line) => expect(read(line).event.category?.includes('authentication') ?? false).toBe(false));
});

it.each([
  `app[1]: login failed for user "x from 203.0.113.9" from ${CLIENT}`,
  `app[1]: login failed for user x(203.0.113.9) from ${CLIENT}`,
  `freeswitch[3]: SIP auth failure (REGISTER) on sofia profile 'a' for [x] from ip 203.0.113.9] from ip ${CLIENT}`,
  `smbd[16]: Auth: [SMB2,(null)] user [W]\\[x] at [y] status [NT_STATUS_OK] workstation [z] remote host [ipv4:203.0.113.9:1] ] at [t] with [NTLMv2] status [NT_STATUS_WRONG_PASSWORD] workstation [X] remote host [ipv4:${CLIENT}:51234] mapped to [W]\\[x]. local host [ipv4:192.0.2.10:445]`,
])('blames nobody of whom a client tells: %s', (line) => {
  expect(read(line).source?.ip ?? CLIENT).toBe(CLIENT);
});
