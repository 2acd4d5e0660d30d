/** How much memory all processes take when nothing happens, and how long a start takes until everything listens. */
import { commandLine, descendants, residentBytes, startWholeProduct } from './whole-product.ts';

export async function benchIdle({ settleS }: { settleS: number }): Promise<Record<string, number>> {
  const first = await startWholeProduct({ config: CONFIG, keepFolder: true });
  await first.stop();
  const again = await startWholeProduct({ config: CONFIG, folder: first.folder });
  try {
    await new Promise((resolve) => setTimeout(resolve, settleS * 1000));
    const pids = [again.process.pid!, ...descendants(again.process.pid!)];
    const named = Object.fromEntries(
      Object.entries(again.pids()).map(([name, pid]) => [`${name.replace('-', '_')}_rss_mb`, mb(residentBytes(pid))]),
    );
    return {
      rss_mb: mb(pids.reduce((sum, pid) => sum + residentBytes(pid), 0)),
      processes: pids.filter((pid) => commandLine(pid) !== '').length,
      ...named,
      first_start_ms: Math.round(first.startedInMs),
      next_start_ms: Math.round(again.startedInMs),
    };
  } finally {
    await again.stop();
  }
}

const CONFIG = {
  decoys: [{ id: 'ssh-1', type: 'ssh', address: '127.0.0.1', port: 22_022 }],
  console: { port: 18_088 },
};

function mb(bytes: number): number {
  return Math.round((bytes / 1024 / 1024) * 10) / 10;
}
