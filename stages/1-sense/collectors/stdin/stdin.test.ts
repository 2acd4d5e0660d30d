import { PassThrough } from 'node:stream';
import { expect, it, vi } from 'vitest';
import type { Collector } from '@netsentinel/contracts/collector';
import { FakePlatform } from '@netsentinel/testkit/fake-platform';
import { stdinCollector } from './stdin.collector.ts';

const LATER = { timeout: 30_000 };
const line = (n: number): string =>
  `Nov 21 09:30:00 www sshd[${n}]: Failed password for root from 198.51.100.7 port ${1000 + n} ssh2\n`;

async function start(format?: string): Promise<{ platform: FakePlatform; input: PassThrough; collector: Collector }> {
  const platform = new FakePlatform();
  const input = new PassThrough();
  const config = stdinCollector.config.parse(format === undefined ? {} : { format });
  const collector = stdinCollector.create({ ...platform.context(), stdin: input }, config);
  await collector.start();
  return { platform, input, collector };
}

it('reads records as they come, in pieces that end anywhere', async () => {
  const { platform, input, collector } = await start();
  const text = Array.from({ length: 10 }, (_, n) => line(n + 1)).join('');
  for (let at = 0; at < text.length; at += 77) input.write(text.slice(at, at + 77));
  await vi.waitFor(() => expect(platform.originals).toHaveLength(10), LATER);
  expect(collector.status()).toMatchObject({ sources: 1, problems: [] });
  input.end(line(11).trimEnd());
  await vi.waitFor(() => expect(platform.originals).toHaveLength(11), LATER);
  expect(collector.status().problems).toEqual(['the standard input has ended']);
  await collector.close();
});

it('is what it is said to be', async () => {
  const { platform, input } = await start('nginx-access');
  input.end('no such line\n');
  await vi.waitFor(() => expect(platform.refusals).toHaveLength(1), LATER);
});

it('a single line is recognised once nothing more comes', async () => {
  const { platform, input } = await start();
  input.write(line(1));
  await vi.waitFor(() => expect(platform.originals).toHaveLength(1), LATER);
});

it('does not start without one', () => {
  expect(() => stdinCollector.create(new FakePlatform().context(), {})).toThrow('no standard input');
});
