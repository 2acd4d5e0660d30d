/** `bench decoys`: each kind of decoy by what its `bench/` in `decoys/` measures. A line for each. */
import type { DecoyBench } from '@netsentinel/decoys/service/bench/bench-target';
import type { MixedKind } from '@netsentinel/decoys/service/bench/hold.bench';

export type { BenchSession } from '@netsentinel/decoys/service/bench/bench-target';

interface Kind {
  readonly load: () => Promise<DecoyBench>;
  /** Its part in a hundred sessions that are held at once: attackers come for shells most, then for pages. */
  readonly held: number;
}

const kinds: Readonly<Record<string, Kind>> = {
  http: { load: async () => (await import('@netsentinel/decoys/http/bench/http.bench')).httpBench, held: 15 },
  telnet: { load: async () => (await import('@netsentinel/decoys/telnet/bench/telnet.bench')).telnetBench, held: 25 },
  redis: { load: async () => (await import('@netsentinel/decoys/redis/bench/redis.bench')).redisBench, held: 5 },
  mysql: { load: async () => (await import('@netsentinel/decoys/mysql/bench/mysql.bench')).mysqlBench, held: 5 },
  banner: { load: async () => (await import('@netsentinel/decoys/ftp/bench/ftp.bench')).bannerBench, held: 0 },
  ssh: { load: async () => (await import('@netsentinel/decoys/ssh/bench/ssh.bench')).sshBench, held: 30 },
  ftp: { load: async () => (await import('@netsentinel/decoys/ftp/bench/ftp.bench')).ftpBench, held: 5 },
  postgres: {
    load: async () => (await import('@netsentinel/decoys/postgres/bench/postgres.bench')).postgresBench,
    held: 5,
  },
  smb: { load: async () => (await import('@netsentinel/decoys/smb/bench/smb.bench')).smbBench, held: 5 },
  rdp: { load: async () => (await import('@netsentinel/decoys/rdp/bench/rdp.bench')).rdpBench, held: 5 },
};

/** Those with a session to hold. */
export async function heldDecoyBenches(): Promise<readonly DecoyBench[]> {
  return Promise.all(
    Object.values(kinds)
      .filter(({ held }) => held > 0)
      .map(({ load }) => load()),
  );
}

export const decoyBenchKinds: readonly string[] = ['all', ...Object.keys(kinds)];

export interface DecoyBenchOptions {
  readonly kind: string;
  readonly seconds: number;
  readonly concurrency: number;
  readonly sessions: number;
  readonly hold: boolean;
  /** 0: no endurance. */
  readonly minutes: number;
}

/** Units a second of one kind or of all, one after the other; with `hold`, sessions held open; with `minutes`, half of both for so long. */
export async function benchDecoys(options: DecoyBenchOptions): Promise<Readonly<Record<string, unknown>>> {
  const chosen = Object.entries(kinds).filter(([name]) => options.kind === 'all' || options.kind === name);
  const benches = await Promise.all(chosen.map(async ([, { load, held }]) => ({ bench: await load(), weight: held })));
  const mix: MixedKind[] =
    benches.length === 1
      ? benches.map(({ bench }) => ({ bench, weight: 1 }))
      : benches.filter(({ weight }) => weight > 0);
  const held = mix.filter(({ bench }) => bench.hold !== undefined);
  if (options.minutes > 0) {
    const { benchEndurance } = await import('@netsentinel/decoys/service/bench/endurance.bench');
    return {
      ...(await benchEndurance({
        minutes: options.minutes,
        sessions: held.length === 0 ? 0 : Math.round(options.sessions / 2),
        mix: held,
        rated: benches.map(({ bench }) => bench).filter(({ wanted }) => wanted !== undefined),
        progress: (line) => process.stderr.write(`${line}\n`),
      })),
    };
  }
  if (options.hold) {
    const { benchHold } = await import('@netsentinel/decoys/service/bench/hold.bench');
    return { ...(await benchHold(held, options.sessions)) };
  }
  const { benchDecoy } = await import('@netsentinel/decoys/service/bench/decoy.bench');
  const results = [];
  for (const { bench } of benches) results.push(await benchDecoy(bench, options));
  return { results, failed: results.some(({ failed }) => failed) };
}
