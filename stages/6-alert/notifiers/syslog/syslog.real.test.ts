/** Debian's rsyslog takes what we send, over UDP, TCP and TLS, and reads its parts as we meant them. It is started by hand, on the loopback. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@netsentinel/kernel/clock';
import { silentLogger } from '@netsentinel/kernel/log';
import { HOSTILE_TEXTS, hostileNotification, notificationFixture } from '@netsentinel/testkit/contracts/notifier.suite';
import { loopbackCertificate } from '@netsentinel/testkit/certificate';
import { freePort, listening } from '@netsentinel/testkit/free-port';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { syslogNotifier } from './syslog.notifier.ts';

const RSYSLOGD = '/usr/sbin/rsyslogd';
const isThere = existsSync(RSYSLOGD) && globSync('/usr/lib/*/rsyslog/lmnsd_gtls.so').length > 0;

interface Received {
  readonly severity: string;
  readonly facility: string;
  readonly program: string;
  readonly kind: string;
  readonly data: string;
  readonly text: string;
}

describe.skipIf(!isThere)('rsyslog', () => {
  let folder: string;
  let daemon: ChildProcess;
  const ports = { udp: 0, tcp: 0, tls: 0 };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'rsyslog-'));
    for (const name of ['udp', 'tcp', 'tls'] as const) ports[name] = await freePort();
    const { cert, key } = loopbackCertificate();
    writeFileSync(join(folder, 'cert.pem'), cert);
    writeFileSync(join(folder, 'key.pem'), key, { mode: 0o600 });
    writeFileSync(
      join(folder, 'rsyslog.conf'),
      `global(workDirectory="${folder}" defaultNetstreamDriverCAFile="${folder}/cert.pem" defaultNetstreamDriverCertFile="${folder}/cert.pem" defaultNetstreamDriverKeyFile="${folder}/key.pem" maxMessageSize="64k")
module(load="imudp")
module(load="imtcp" streamDriver.name="gtls" streamDriver.mode="1" streamDriver.authMode="anon")
module(load="imptcp")
template(name="parts" type="list" option.jsonf="on") {
  property(outname="severity" name="syslogseverity-text" format="jsonf")
  property(outname="facility" name="syslogfacility-text" format="jsonf")
  property(outname="program" name="app-name" format="jsonf")
  property(outname="kind" name="msgid" format="jsonf")
  property(outname="data" name="structured-data" format="jsonf")
  property(outname="text" name="msg" format="jsonf")
}
input(type="imudp" address="127.0.0.1" port="${ports.udp}")
input(type="imptcp" address="127.0.0.1" port="${ports.tcp}")
input(type="imtcp" address="127.0.0.1" port="${ports.tls}")
action(type="omfile" file="${folder}/out.jsonl" template="parts")
`,
    );
    daemon = spawn(RSYSLOGD, ['-n', '-f', join(folder, 'rsyslog.conf'), '-i', join(folder, 'pid')], {
      stdio: 'ignore',
    });
    await listening(ports.tcp, 'rsyslogd');
    await listening(ports.tls, 'rsyslogd');
  });
  afterAll(async () => {
    if (daemon.exitCode === null) {
      daemon.kill('SIGKILL');
      await once(daemon, 'close');
    }
    rmSync(folder, { recursive: true, force: true });
  });

  const received = (): Received[] =>
    existsSync(join(folder, 'out.jsonl'))
      ? readFileSync(join(folder, 'out.jsonl'), 'utf8')
          .split('\n')
          .filter(Boolean)
          .map((line) => JSON.parse(line) as Received)
      : [];

  it.each(['udp', 'tcp', 'tls'] as const)(
    'reads the parts of a message over %s, one message for each, whatever is in it',
    async (transport) => {
      const before = received().length;
      const options = syslogNotifier.config.parse({
        host: '127.0.0.1',
        transport,
        port: ports[transport],
        facility: 'local5',
        ...(transport === 'tls' ? { ca: { value: loopbackCertificate().cert } } : {}),
      });
      const notifier = syslogNotifier.create({ name: 'rsyslog', clock: systemClock, log: silentLogger }, options);
      expect(await notifier.send(notificationFixture())).toMatchObject({ ok: true });
      await expect.poll(() => received().length, { timeout: 20_000 }).toBe(before + 1);
      const last = received().at(-1)!;
      expect(last).toMatchObject({ severity: 'err', facility: 'local5', program: 'netsentinel', kind: 'opened' });
      expect(last.data).toContain(
        '[netsentinel@32473 id="a1b2c3" severity="high" incident="inc-1" status="open" score="81"',
      );
      expect(last.text).toContain(
        '[HIGH] SSH break-in from 203.0.113.7, logged in as root | Why now: New incident | Who: 203.0.113.7',
      );
      for (const text of HOSTILE_TEXTS)
        expect(await notifier.send(hostileNotification(text))).toMatchObject({ ok: true });
      await expect.poll(() => received().length, { timeout: 20_000 }).toBe(before + 1 + HOSTILE_TEXTS.length);
      for (const one of received().slice(before))
        expect(one).toMatchObject({ facility: 'local5', program: 'netsentinel' });
    },
  );
});
