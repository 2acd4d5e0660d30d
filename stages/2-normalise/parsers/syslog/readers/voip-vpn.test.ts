/** Telephone exchanges, VPN gateways and small guards, in lines that we wrote after their sources. */
import type { EcsDocument } from '@netsentinel/contracts/parser';
import { expect, it } from 'vitest';
import { syslog } from '../syslog.parser.ts';

const CLIENT = '198.51.100.7';
const parser = () => syslog.create({ zone: 'UTC', referenceMs: Date.UTC(2026, 10, 22), trustedProxies: [] });
const read = (message: string) => parser().line!(`Nov 21 09:30:00 gate ${message}`) as EcsDocument;

it.each([
  [
    `asterisk[2]: SECURITY[7]: res_security_log.c:114 in cb: SecurityEvent="ChallengeResponseFailed",Service="PJSIP",AccountID="6001",LocalAddress="IPV4/UDP/192.0.2.2/5060",RemoteAddress="IPV4/UDP/${CLIENT}/54784"`,
    '6001',
  ],
  [
    `asterisk[2]: NOTICE[7]: chan_sip.c:1 x: Registration from '"bob" <sip:bob@192.0.2.2>' failed for '${CLIENT}:5071' - Wrong password`,
    'bob',
  ],
])('Asterisk: %s', (line, name) => {
  expect(read(line)).toMatchObject({
    event: { category: ['authentication'], outcome: 'failure', action: 'sip-login' },
    source: { ip: CLIENT },
    user: { name },
  });
});

it('Asterisk: what is no failure, and calls that were refused', () => {
  const event = (name: string): string =>
    `asterisk[2]: SECURITY[7]: x: SecurityEvent="${name}",AccountID="a",RemoteAddress="IPV4/UDP/${CLIENT}/5"`;
  expect(read(event('ChallengeSent')).event.outcome).toBeUndefined();
  expect(read(event('SuccessfulAuth')).event.outcome).toBe('success');
  expect(
    read(
      `asterisk[2]: NOTICE[7]: x: Call from '' (${CLIENT}:5060) to extension '00441' rejected because extension not found`,
    ),
  ).toMatchObject({ event: { action: 'voip-refused' }, source: { ip: CLIENT } });
});

it('strongSwan: the failure names a connection, its packets the peer, before or after', () => {
  const own = parser();
  const say = (words: string) => own.line!(`Nov 21 09:30:00 gate charon[15]: ${words}`) as EcsDocument;
  say(`06[NET] <84> received packet: from ${CLIENT}[28819] to 192.0.2.1[500] (1072 bytes)`);
  expect(say('06[IKE] <con2|84> EAP-MS-CHAPv2 verification failed, retry (1)')).toMatchObject({
    event: { outcome: 'failure', action: 'vpn-login' },
    source: { ip: CLIENT },
  });
  expect(say('06[IKE] <con2|85> EAP-MS-CHAPv2 verification failed, retry (1)').source).toBeUndefined();
  expect(say(`06[NET] <con2|85> sending packet: from 192.0.2.1[4500] to ${CLIENT}[28808] (128 bytes)`)).toMatchObject({
    event: { outcome: 'failure' },
    source: { ip: CLIENT },
  });
  expect(
    say(`06[NET] <con2|85> sending packet: from 192.0.2.1[4500] to ${CLIENT}[28808] (128 bytes)`).event.outcome,
  ).toBeUndefined();
});

it.each([
  ['vpn-refused', `kernel: [82508.102168] wireguard: wg1: Invalid handshake initiation from ${CLIENT}:51820`],
  ['tarpit-connection', `endlessh[3]: ACCEPT host=::ffff:${CLIENT} port=39917 fd=5 n=1/4096`],
  [
    'spam',
    `MailScanner[18]: Message 4bsM from ${CLIENT} (x@example.org) to example.com is spam, SpamAssassin (not cached, score=25.5, required 4, X 5.0`,
  ],
  [
    'mail-rejected',
    `MailScanner[18]: Message 4bsM from ${CLIENT} (x@example.org) to example.com is spam, SpamAssassin (not cached, score=5.5, required 4, X 5.0`,
  ],
  ['wrong-protocol', `postfix/smtpd[26]: warning: non-SMTP command from unknown[${CLIENT}]: GET / HTTP/1.1`],
  [
    'helo-rejected',
    `postfix/smtpd[19]: NOQUEUE: reject: RCPT from unknown[${CLIENT}]: 504 5.5.2 <WIN>: Helo command rejected: need fully-qualified hostname; from=<a> to=<b> proto=ESMTP helo=<WIN>`,
  ],
])('%s', (action, line) => {
  expect(read(line)).toMatchObject({ event: { outcome: 'failure', action }, source: { ip: CLIENT } });
});

it('a ban by a guard is an alert', () => {
  expect(read(`fail2ban.actions[912]: NOTICE [sshd] Ban ${CLIENT}`)).toMatchObject({
    event: { kind: 'alert' },
    source: { ip: CLIENT },
    rule: { name: expect.any(String) },
  });
});
