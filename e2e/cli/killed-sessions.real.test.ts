/** The decoy host is killed in the middle of a session of each kind: what the platform had acknowledged is there once, and is the incident of who was there. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '@netsentinel/testkit/free-port';
import { expect, it } from 'vitest';
import { type BenchSession, heldDecoyBenches } from '../../apps/netsentinel/bench/decoys.bench.ts';
import { readAftermath } from '../../apps/netsentinel/fault/aftermath.ts';
import { up } from './netsentinel.ts';

const WAIT_MS = 30_000;

/** One each for who is inside when it is killed, and for who is about to be. */
const addresses = (index: number): readonly [string, string] => [`127.0.9.${index + 1}`, `127.0.8.${index + 1}`];

it('keeps what was acknowledged of a session of each kind', async () => {
  const top = mkdtempSync(join(tmpdir(), 'ns-killed-'));
  chmodSync(top, 0o777);
  const benches = await heldDecoyBenches();
  const [passive, console, ...ports] = await freePorts(benches.length + 2);
  const decoys = benches.map(({ type, config }, i) => ({
    id: `${type}-1`,
    type,
    address: '127.0.0.1',
    port: ports[i],
    options: type === 'ftp' ? { ...config, passivePorts: { from: passive, to: passive } } : config,
  }));
  writeFileSync(join(top, 'netsentinel.yaml'), JSON.stringify({ data: './data', console: { port: console }, decoys }));
  const product = await up([], { cwd: top });
  const sessions: BenchSession[] = [];
  try {
    sessions.push(
      ...(await Promise.all(
        benches.map(async (bench, i) => {
          try {
            return await bench.hold!({ port: ports[i]!, localAddress: addresses(i)[0] });
          } catch (error) {
            throw new Error(`no ${bench.type} session`, { cause: error });
          }
        }),
      )),
    );
    const told = (): number =>
      new Set(product.lines.filter((line) => line['t'] === 'incident').map((line) => line['id'])).size;
    await expect.poll(told, { timeout: WAIT_MS }).toBeGreaterThanOrEqual(benches.length);
    const begun = benches.map((bench, i) =>
      bench.hold!({ port: ports[i]!, localAddress: addresses(i)[1] }).then(
        (session) => void sessions.push(session),
        () => {},
      ),
    );
    process.kill(product.listening.pids['decoy host']!, 'SIGKILL');
    await Promise.all(sessions.map((session) => session.closed));
    await expect.poll(() => product.err(), { timeout: WAIT_MS }).toContain('is started again');
    await Promise.all(begun);
    // While it runs: what is told at the end is read with the next start.
    let aftermath = await readAftermath(join(top, 'data'));
    const isRead = async (): Promise<boolean> => {
      if (!aftermath.settled || aftermath.store.missing > 0) aftermath = await readAftermath(join(top, 'data'));
      return aftermath.settled && aftermath.store.missing === 0;
    };
    await expect.poll(isRead, { timeout: WAIT_MS }).toBe(true);
    const { stream, incidents } = aftermath;
    expect({ lost: stream.lost, doubled: stream.doubled }).toEqual({ lost: 0, doubled: 0 });
    expect(await product.stop()).toBe(0);
    for (const [i, { type }] of benches.entries()) {
      const [address] = addresses(i);
      const events = stream.events.filter(({ source }) => source?.ip === address);
      const own = incidents.filter((incident) => incident.addresses.includes(address));
      expect({
        type,
        first: events[0]?.event.action,
        said: events.length > 1,
        incidents: own.map(({ counts, sessions: told }) => ({
          events: counts.events,
          sessions: told.map(({ id }) => id),
        })),
      }).toEqual({
        type,
        first: `${type}-connect`,
        said: true,
        incidents: [{ events: events.length, sessions: [events[0]?.netsentinel?.session?.id] }],
      });
    }
  } finally {
    for (const session of sessions) session.close();
    await product.stop('SIGTERM');
    rmSync(top, { recursive: true, force: true });
  }
}, 120_000);
