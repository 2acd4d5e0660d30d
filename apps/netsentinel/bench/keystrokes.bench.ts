/**
 * What a person sees: a keystroke typed into an attacker's SSH session, through decoy, platform and live channel, until Chromium has drawn
 * it, while other sessions make background events. Both ends read the same machine's clock.
 */
import { launchConsoleOnIncident } from './live-console.ts';
import { percentile, startWholeProduct } from './whole-product.ts';
import { connectSsh, type SshChannel, type SshClient } from '@netsentinel/testkit/ssh-client/ssh-client';

const PORT = 22_023;
const SESSIONS = 20;

export async function benchKeystrokes({
  keystrokes,
  background,
}: {
  keystrokes: number;
  background: number;
}): Promise<Record<string, number>> {
  const product = await startWholeProduct({
    config: {
      decoys: [{ id: 'ssh-1', type: 'ssh', address: '127.0.0.1', port: PORT, options: { credentials: { any: true } } }],
      console: { port: 18_089 },
    },
  });
  const clients: SshClient[] = [];
  let stopNoise = (): void => {};
  try {
    const login = async (localAddress: string): Promise<SshClient> => {
      const client = await connectSsh({
        host: '127.0.0.1',
        port: PORT,
        localAddress,
        user: 'root',
        password: 'letmein',
      });
      clients.push(client);
      return client;
    };
    const watched = await login('127.0.0.9');
    const shell = await watched.shell({ type: 'xterm', columns: 80, rows: 24 });
    shell.onData(() => {});
    shell.write('uname -a\n');
    const console = await launchConsoleOnIncident(product.consoleUrl, '127.0.0.9');
    const noise = await startNoise(login, background);
    stopNoise = () => noise.stop();
    const times: number[] = [];
    const started = performance.now();
    const eventsBefore = noise.sent();
    for (let i = 0; i < keystrokes; i++) {
      // Each keystroke makes a text that the terminal has not shown before.
      const mark = `k${i.toString(36)}x`;
      shell.write(`\u0015${mark.slice(0, -1)}`);
      await console.shows(mark.slice(0, -1));
      const drawn = console.shows(mark);
      await new Promise((resolve) => setTimeout(resolve, 20 + ((i * 37) % 60)));
      const sent = performance.timeOrigin + performance.now();
      shell.write(mark.slice(-1));
      times.push((await drawn) - sent);
    }
    const seconds = (performance.now() - started) / 1000;
    times.sort((a, b) => a - b);
    const result = {
      keystrokes,
      p50_ms: percentile(times, 0.5),
      p99_ms: percentile(times, 0.99),
      max_ms: times.at(-1) ?? Number.NaN,
      background_per_second: Math.round((noise.sent() - eventsBefore) / seconds),
    };
    await console.close();
    return result;
  } finally {
    stopNoise();
    for (const client of clients) client.close();
    await product.stop();
  }
}

/** Sessions that type commands, together so many lines a second; each is an event. */
async function startNoise(
  login: (address: string) => Promise<SshClient>,
  perSecond: number,
): Promise<{ sent(): number; stop(): void }> {
  if (perSecond === 0) return { sent: () => 0, stop: () => {} };
  const shells: SshChannel[] = [];
  for (let i = 0; i < SESSIONS; i++) {
    const shell = await (await login(`127.0.1.${i + 1}`)).shell(false);
    shell.onData(() => {});
    shells.push(shell);
  }
  let sent = 0;
  let owed = 0;
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    owed = Math.min(owed + ((now - last) / 1000) * perSecond, perSecond);
    last = now;
    for (; owed >= 1; owed--, sent++) shells[sent % shells.length]!.write(`: line ${sent}\n`);
  }, 10);
  return { sent: () => sent, stop: () => clearInterval(timer) };
}
