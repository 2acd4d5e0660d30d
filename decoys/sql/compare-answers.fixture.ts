/** The same statements, one after the other, to a real server and to its decoy; what they say differently is told in words for a person. */
import { readFileSync } from 'node:fs';
import { recordShare } from '@netsentinel/testkit/conformance-share';
import { createDecoyContext, listenFor } from '@netsentinel/testkit/decoy-harness';
import type { DecoyDefinition } from '@netsentinel/contracts/decoy';
import { expect, it } from 'vitest';
import type { Persona } from '../persona/persona.types.ts';
import type { RealServer } from './real-servers.fixture.ts';

export interface AskedServer {
  ask(sql: string): Promise<string>;
  close(): void;
}

export interface Comparison<Config> {
  readonly decoy: DecoyDefinition<Config, Persona>;
  /** Whom it is compared with, as it is told. */
  readonly beside: string;
  /** A statement a line. */
  readonly probes: URL;
  readonly leastProbes: number;
  readonly user: string;
  /** What the real one says that it is, and the decoy is told to be. */
  readonly version: () => string;
  readonly start: (password: string) => Promise<RealServer>;
  readonly login: (port: number, user: string, password: string) => Promise<AskedServer>;
  /** Takes out of an answer what is each machine's own. */
  readonly mask: (answer: string) => string;
}

const PASSWORD = 'secret';
const LEAST_SHARE = 0.96;
const SHOWN = 1500;

/** The test that at least 96 of 100 statements are answered alike. */
export function itAnswersAsRealServersDo<Config>(comparison: Comparison<Config>): void {
  const { decoy: definition, beside, user, mask } = comparison;
  it(`answers at least 96 of 100 statements as ${beside} does`, { timeout: 60_000 }, async () => {
    const probes = readFileSync(comparison.probes, 'utf8')
      .split('\n')
      .filter((line) => line !== '');
    const recorded = createDecoyContext({ id: `${definition.id}-1` });
    const config = { version: comparison.version(), credentials: { accept: [{ user, password: PASSWORD }] } };
    const decoy = await listenFor(definition.create(recorded.ctx, definition.config.parse(config)));
    const real = await comparison.start(PASSWORD);
    try {
      const theirs = await comparison.login(real.port, user, PASSWORD);
      const ours = await comparison.login(decoy.port, user, PASSWORD);
      const differences: string[] = [];
      for (const probe of probes) {
        const [wanted, got] = [mask(await theirs.ask(probe)), mask(await ours.ask(probe))];
        if (wanted === got) continue;
        differences.push(`${probe}\n${differing('real', wanted, got)}\n${differing('ours', got, wanted)}`);
      }
      const alike = probes.length - differences.length;
      console.log(`${alike} of ${probes.length} statements answered alike\n${differences.join('\n')}`);
      recordShare({ decoy: definition.id, beside, probes: probes.length, alike });
      theirs.close();
      ours.close();
      expect(probes.length).toBeGreaterThanOrEqual(comparison.leastProbes);
      expect(alike / probes.length).toBeGreaterThanOrEqual(LEAST_SHARE);
      expect(recorded.failures).toEqual([]);
    } finally {
      await real.stop();
      await decoy.close();
    }
  });
}

/** A time of this year, to its fractions, as `NOW`: only the content of the tables is older. */
export function maskThisYear(answer: string): string {
  const year = new Date().getUTCFullYear();
  return answer.replaceAll(/(\d{4})-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?/g, (time, of: string) =>
    Number(of) === year ? 'NOW' : time,
  );
}

/** The lines that the other has not. */
function differing(who: string, answer: string, other: string): string {
  const known = new Set(other.split('\n'));
  const own = answer.split('\n').filter((line) => !known.has(line));
  const text = own.length === 0 ? '(the same lines in another order or number)' : own.join('\n       ');
  return `  ${who} ${text.slice(0, SHOWN)}`;
}
