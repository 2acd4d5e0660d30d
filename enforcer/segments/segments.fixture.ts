/** An enforcer as a process of its own, for tests to kill amid a change of segments: files and reasons on stdin, changes on stdout, a line each. */
import { createInterface } from 'node:readline';
import { SegmentFile } from '@netsentinel/contracts/segments';
import { systemClock } from '@netsentinel/kernel/clock';
import { createLogger } from '@netsentinel/kernel/log';
import { createEnforcer } from '../enforcer.ts';
import { EnforcerConfig } from '../enforcer.config.ts';
import { configuredResponders } from '../responders/index.ts';

const [directory = '', ...prefix] = process.argv.slice(2);
const config = EnforcerConfig.parse({ mode: 'enforce', responders: { openvswitch: { prefix } } });
const enforcer = await createEnforcer({
  config,
  directory,
  clock: systemClock,
  log: createLogger('segments', { level: 'error' }),
  responders: await configuredResponders(config),
  onReply: () => {},
});
const say = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);
say({ history: enforcer.segments.history() });
createInterface({ input: process.stdin })
  .on('line', (line) => {
    const { file, reason } = JSON.parse(line) as { file: unknown; reason: string };
    void enforcer.segments.apply(SegmentFile.parse(file), 'test', reason).then(say);
  })
  .once('close', () => void enforcer.close());
