/** Debian's nginx, Apache and lighttpd beside ours: 195 probes to both, every difference listed, and at least 95 of 100 alike. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { recordShare } from '@netsentinel/testkit/conformance-share';
import { afterAll, describe, expect, it } from 'vitest';
import { normalised, shapeOf } from './differential/answer-shape.ts';
import { askAll } from './differential/ask-all.ts';
import { KNOWN_DIFFERENCES } from './differential/known-differences.ts';
import { listen, playedServers } from './differential/played-servers.ts';
import { PROBES } from './differential/probes.ts';
import { startReferenceServers } from './differential/reference-servers.ts';

const folder = mkdtempSync(join(tmpdir(), 'http-reference-'));
chmodSync(folder, 0o755);
const servers = await startReferenceServers(folder, 18_600);
afterAll(async () => {
  for (const server of servers) await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe.skipIf(servers.length === 0).each(servers)('$name', ({ name, port }) => {
  it('is answered alike', async () => {
    const real = await askAll(port);
    const own = /Server: \w+\/([\d.]+)/.exec(real[0]!.text)?.[1] ?? '';
    const versions = { nginx: own, apache: own, lighttpd: own };
    const { server, port: played } = await listen(playedServers(versions)[name]);
    const ours = await askAll(played);
    server.close();
    const different = PROBES.filter((_probe, i) => shapeOf(real[i]!) !== shapeOf(ours[i]!)).map((probe) => probe.name);
    const report = different.map((probe) => {
      const i = PROBES.findIndex((each) => each.name === probe);
      const lines = (text: string) => text.split('\r\n').slice(0, 12).join('\n    ');
      return `${probe}\n  real (${real[i]!.end}):\n    ${lines(normalised(real[i]!))}\n  ours (${ours[i]!.end}):\n    ${lines(normalised(ours[i]!))}`;
    });
    process.stdout.write(
      `${name} ${own}: ${PROBES.length - different.length} of ${PROBES.length} alike\n${report.join('\n')}\n`,
    );
    recordShare({
      decoy: 'http',
      beside: `${name} ${own}`,
      probes: PROBES.length,
      alike: PROBES.length - different.length,
    });
    expect(different.filter((probe) => !KNOWN_DIFFERENCES[name].includes(probe))).toEqual([]);
    expect(different.length).toBeLessThan(PROBES.length * 0.05);
  }, 60_000);
});
