/** The three servers answer the probes as the real ones did when they were last asked (`http-servers.real.test.ts` asks them again). */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { shapeOf } from './answer-shape.ts';
import { askAll } from './ask-all.ts';
import { listen, playedServers } from './played-servers.ts';
import { PROBES } from './probes.ts';
import { KNOWN_DIFFERENCES } from './known-differences.ts';

interface Recorded {
  readonly versions: Readonly<Record<'nginx' | 'apache' | 'lighttpd', string>>;
  readonly answers: Readonly<Record<'nginx' | 'apache' | 'lighttpd', Readonly<Record<string, string>>>>;
}
const recorded = JSON.parse(readFileSync(new URL('fixtures/answers.json', import.meta.url), 'utf8')) as Recorded;

describe.each(['nginx', 'apache', 'lighttpd'] as const)('%s', (name) => {
  it('answers as the real one, but for what is known', async () => {
    const { server, port } = await listen(playedServers(recorded.versions)[name]);
    const answers = await askAll(port);
    server.close();
    const differences = PROBES.filter((probe, i) => recorded.answers[name][probe.name] !== shapeOf(answers[i]!)).map(
      (probe) => probe.name,
    );
    expect(differences).toEqual(KNOWN_DIFFERENCES[name]);
    expect(PROBES.length).toBeGreaterThan(190);
  }, 30_000);
});
