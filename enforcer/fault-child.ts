/** An enforcer as a process of its own, for `fault.ts` to kill: orders on stdin, replies on stdout, a line each. Its third argument: what else is set about nftables, or `responders` in its place. */
import { createInterface } from 'node:readline';
import { systemClock } from '@netsentinel/kernel/clock';
import { createLogger } from '@netsentinel/kernel/log';
import { EnforcerConfig } from './enforcer.config.ts';
import { createEnforcer } from './enforcer.ts';
import { configuredResponders } from './responders/index.ts';

const [directory = '', namespace = '', settings = '{}'] = process.argv.slice(2);
const { responders, ...nftables } = JSON.parse(settings) as { readonly responders?: object };
const config = EnforcerConfig.parse({
  mode: 'enforce',
  limits: { ordersPerMinute: 1_000_000 },
  ...(responders === undefined
    ? { nftables: { ...nftables, command: ['ip', 'netns', 'exec', namespace, 'nft'] } }
    : { responders }),
});
const say = (line: object): void => {
  process.stdout.write(`${JSON.stringify(line)}\n`);
};
const enforcer = await createEnforcer({
  config,
  directory,
  clock: systemClock,
  log: createLogger('fault', { level: 'error' }),
  responders: await configuredResponders(config),
  onReply: ({ id, status }) => say({ kind: 'reply', id, status }),
});
// A start waits for slow responders only so long; what is compared is what they make of it.
while (enforcer.describe().responders.some(({ available, busyMs }) => !available || busyMs > 0))
  await new Promise((resolve) => setTimeout(resolve, 20));
say({ kind: 'ready', blocks: enforcer.list().map(({ id, target, expiresAt }) => ({ id, target, expiresAt })) });
createInterface({ input: process.stdin })
  .on('line', (line) => enforcer.handle(JSON.parse(line)))
  .once('close', () => void enforcer.close());
