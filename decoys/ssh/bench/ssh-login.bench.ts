/**
 * Full logins a second over curve25519, ssh-ed25519 and a password, and what held shells cost: a client process of our own against the decoy in this
 * one, over loopback. `node ssh-login.bench.ts [--logins 4000] [--hold 5000] [--machine]` prints JSON.
 */
import { fork } from 'node:child_process';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { createSshHarness } from '@netsentinel/testkit/ssh-harness';
import { SshClient } from '@netsentinel/testkit/ssh-client';
import { createPersona } from '../../persona/persona.ts';
import { openMachine } from '../../shell/machine.ts';
import { MSG } from '../messages.ts';
import { WireWriter } from '../wire.ts';

const KB = 1024;
const { values } = parseArgs({
  options: {
    logins: { type: 'string', default: '4000' },
    hold: { type: 'string', default: '0' },
    concurrency: { type: 'string', default: '64' },
    /** The real machine behind the login; without it a stand-in that costs next to nothing. */
    machine: { type: 'boolean', default: false },
    client: { type: 'string' },
  },
});

if (values.client === undefined) await runServer();
else await runClient(Number(values.client));

async function runServer(): Promise<void> {
  const harness = createSshHarness({
    checksEvents: false,
    keepsEvents: false,
    ...(values.machine ? { openMachine, persona: createPersona(Buffer.alloc(32, 7), 'debian-12-server') } : {}),
    config: {
      credentials: { accept: [{ user: 'root', password: 'toor' }] },
      maxStartups: { start: 10_000, rate: 30, full: 10_000 },
    },
  });
  const port = await harness.listen();
  const hold = Number(values.hold);
  globalThis.gc?.();
  const before = process.memoryUsage().rss;
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  const child = fork(import.meta.filename, [
    '--client',
    String(port),
    '--logins',
    values.logins,
    '--hold',
    values.hold,
    '--concurrency',
    values.concurrency,
  ]);
  await new Promise<void>((resolve) => {
    child.on('message', (result: object) => {
      if (hold === 0) {
        console.log(JSON.stringify(result));
        child.disconnect();
        return;
      }
      globalThis.gc?.();
      const { rss, heapUsed, external } = process.memoryUsage();
      console.log(
        JSON.stringify({
          ...result,
          shells: harness.decoy.connections,
          kbEach: Math.round((rss - before) / hold / KB),
          heapKbEach: Math.round(heapUsed / hold / KB),
          externalKbEach: Math.round(external / hold / KB),
          longestStallMs: Math.round(delay.max / 1e6),
        }),
      );
      child.disconnect();
    });
    child.on('exit', () => resolve());
  });
  await harness.close();
}

async function runClient(port: number): Promise<void> {
  const hold = Number(values.hold);
  const total = hold > 0 ? hold : Number(values.logins);
  const held: SshClient[] = [];
  const login = async (): Promise<void> => {
    const client = await SshClient.connect(port);
    if (!(await client.login('root', 'toor'))) throw new Error('refused');
    if (hold === 0) return client.close();
    client.send(
      new WireWriter()
        .u8(MSG.CHANNEL_OPEN)
        .string('session')
        .u32(0)
        .u32(1 << 21)
        .u32(32_768)
        .view(),
    );
    await client.until(MSG.CHANNEL_OPEN_CONFIRMATION);
    client.send(
      new WireWriter()
        .u8(MSG.CHANNEL_REQUEST)
        .u32(0)
        .string('pty-req')
        .bool(true)
        .string('xterm')
        .u32(80)
        .u32(24)
        .u32(0)
        .u32(0)
        .string('')
        .view(),
    );
    client.send(new WireWriter().u8(MSG.CHANNEL_REQUEST).u32(0).string('shell').bool(true).view());
    await client.until(MSG.CHANNEL_DATA);
    held.push(client);
  };
  const started = performance.now();
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next++ < total) await login();
  };
  await Promise.all(Array.from({ length: Number(values.concurrency) }, worker));
  const seconds = (performance.now() - started) / 1000;
  process.send!({ bench: hold > 0 ? 'ssh-hold' : 'ssh', logins: total, loginsPerSecond: Math.round(total / seconds) });
  process.once('disconnect', () => process.exit(0));
}
