/**
 * What guard costs a request: `./netsentinel bench guard --json`. All of it on: a full blocklist, two rate limits, decoys, inspection of the head. Requests are
 * those of browsers with parameters of every kind, each from another client; every hundredth is an attack.
 */
import { blockedNetworks } from './networks.ts';
import { createGuard, type Decision, type GuardRequest } from '../guard.ts';

export interface GuardBenchResult {
  readonly bench: 'guard';
  readonly entries: number;
  readonly requests: number;
  readonly p50_us: number;
  readonly p99_us: number;
  readonly p999_us: number;
  readonly mean_us: number;
  /** The same without inspection: blocklist, limits and decoys alone. */
  readonly p99_without_inspection_us: number;
  readonly blocked: number;
  readonly failed: boolean;
}

const FLOOR_US = 30;
const AGENT = 'Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0';

export async function benchGuard({
  entries,
  requests,
}: {
  entries: number;
  requests: number;
}): Promise<GuardBenchResult> {
  const networks = blockedNetworks(entries);
  const bare = await measure(networks, requests, 'off');
  const whole = await measure(networks, requests, 'block');
  const us = (sorted: Float64Array, share: number): number =>
    Math.round(sorted[Math.floor(sorted.length * share)]! * 100) / 100;
  const p99 = us(whole.took, 0.99);
  return {
    bench: 'guard',
    entries,
    requests,
    p50_us: us(whole.took, 0.5),
    p99_us: p99,
    p999_us: us(whole.took, 0.999),
    mean_us: Math.round((whole.took.reduce((sum, one) => sum + one, 0) / requests) * 100) / 100,
    p99_without_inspection_us: us(bare.took, 0.99),
    blocked: whole.blocked,
    failed: p99 > FLOOR_US,
  };
}

async function measure(
  networks: readonly string[],
  requests: number,
  inspection: 'off' | 'block',
): Promise<{ took: Float64Array; blocked: number }> {
  const guard = createGuard({
    blocklist: { networks },
    limits: [
      { name: 'all', requests: 1_000_000, windowS: 60 },
      { name: 'login', requests: 10, windowS: 60, paths: ['/login'], methods: ['POST'] },
    ],
    honeytokens: { paths: ['/admin/backup', '/.env', '/wp-login.php'], blockS: 0 },
    inspection,
    log: () => undefined,
  });
  for (let i = 0; i < 20_000; i++) void guard.inspect(requestOf(i));
  // Each on its own, and made before: what is measured is guard.
  const took = new Float64Array(requests);
  let blocked = 0;
  for (let i = 0; i < requests; i++) {
    const request = requestOf(i + 20_000);
    const started = process.hrtime.bigint();
    const decision = guard.inspect(request) as Decision;
    took[i] = Number(process.hrtime.bigint() - started) / 1000;
    if (decision.action === 'block') blocked++;
  }
  await guard.close();
  return { took: took.sort(), blocked };
}

const TARGETS: readonly ((i: number) => string)[] = [
  () => '/',
  (i) => `/products/${i}/view?page=${i % 50}&sort=price_asc`,
  (i) => `/static/app-${i % 20}.3f2a.js`,
  (i) => `/search?q=blue+shoes+${i}&lang=de`,
  (i) => `/api/items/${i}?fields=name,price&limit=20`,
  () => '/login',
];
const ATTACK = '/items?id=1%27%20UNION%20SELECT%20password%20FROM%20users--%20-';

function requestOf(i: number): GuardRequest {
  // Every hundredth client is in the list, and most have never been seen.
  const peer =
    i % 3 === 0 ? `2001:db8:${(i % 65_536).toString(16)}:1::7` : `${20 + (i % 100)}.${(i >> 8) & 255}.${i & 255}.9`;
  return {
    method: i % 6 === 5 ? 'POST' : 'GET',
    target: i % 100 === 99 ? ATTACK : TARGETS[i % TARGETS.length]!(i),
    headers: {
      host: 'www.example.org',
      'user-agent': AGENT,
      accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
      'accept-language': 'de,en-US;q=0.7',
      'accept-encoding': 'gzip, deflate, br',
      referer: 'https://www.example.org/products/list',
      cookie: `session=4f2a${i}ab; theme=dark`,
      connection: 'keep-alive',
    },
    peer,
  };
}
