/** What is in a persona's redis before anybody comes: the sessions, caches and queues of one small web application, others on each install. */
import type { Persona } from '../persona/persona.types.ts';
import { SeededRandom } from '../persona/seeded-random.ts';
import type { Value } from './store/values.ts';

export interface SeededKey {
  readonly key: string;
  readonly value: Value;
  /** Seconds that it lives from any time it is asked for; renewed as sessions and caches are. */
  readonly ttl?: number;
}

const APPLICATIONS = ['laravel', 'app', 'shop', 'crm', 'portal', 'api', 'cms', 'tickets'];
const PRODUCTS = [
  'kettle',
  'lamp',
  'desk',
  'chair',
  'mug',
  'notebook',
  'backpack',
  'charger',
  'monitor',
  'headset',
  'router',
  'cable',
];
const AGENTS = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64)',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)',
  'Mozilla/5.0 (X11; Linux x86_64)',
];

export function seedKeys(persona: Persona): readonly SeededKey[] {
  const random = new SeededRandom(persona.derive('redis keys', 32), 'redis keys');
  const application = random.pick(APPLICATIONS);
  const keys: SeededKey[] = [];
  const add = (key: string, value: Value, ttl?: number): void => {
    keys.push({ key: `${application}:${key}`, value, ...(ttl === undefined ? {} : { ttl }) });
  };
  const text = (value: string): Value => ({ type: 'string', text: value });
  const users = random.between(14, 46);
  for (let i = 0; i < users; i++) {
    const id = random.between(3, 4200);
    const session = {
      user_id: id,
      ip: `10.${random.between(0, 30)}.${random.between(0, 255)}.${random.between(2, 250)}`,
      agent: random.pick(AGENTS),
      csrf: random.hex(32),
    };
    add(`session:${random.hex(32)}`, text(JSON.stringify(session)), random.between(300, 7200));
    if (random.between(0, 2) > 0) continue;
    const name = random.letters(random.between(4, 8), 'aeiourstlnmkd');
    const fields = new Map([
      ['name', name],
      ['email', `${name}@${persona.domain}`],
      ['plan', random.pick(['free', 'basic', 'pro'])],
      ['logins', String(random.between(1, 900))],
    ]);
    add(`user:${id}`, { type: 'hash', fields });
  }
  const counts = new Map<string, number>();
  for (let i = random.between(5, 10); i > 0; i--) {
    const product = random.between(100, 999);
    const price = `${random.between(4, 400)}.${random.pick(['00', '50', '90', '99'])}`;
    add(
      `cache:product:${product}`,
      text(JSON.stringify({ id: product, name: random.pick(PRODUCTS), price, stock: random.between(0, 80) })),
      random.between(60, 3600),
    );
    counts.set(String(product), random.between(1, 2500));
  }
  add('popular', { type: 'zset', scores: counts });
  add('stats:visits', text(String(random.between(4000, 900_000))));
  add('config:maintenance', text('0'));
  const jobs = Array.from({ length: random.between(2, 9) }, () =>
    JSON.stringify({
      job: random.pick(['SendMail', 'ResizeImage', 'SyncStock', 'BuildReport']),
      id: random.hex(16),
      attempts: 0,
    }),
  );
  add('queues:default', { type: 'list', items: jobs });
  add('online', {
    type: 'set',
    members: new Set(Array.from({ length: random.between(3, 12) }, () => String(random.between(3, 4200)))),
  });
  return keys;
}
