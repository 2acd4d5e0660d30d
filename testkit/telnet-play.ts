/** Plays a probe against a Telnet server on loopback, and says what came back in a form that can be compared. */
import { connect, type Socket } from 'node:net';
import type { TelnetProbe } from './telnet-probes.ts';

/** Silent for so long, a server has said what it has to say. `login` takes a while to start. */
const QUIET_MS = 250;
/** What is typed ahead of a question meets it or not as processes happen to run: such a probe may try its luck again. */
const AHEAD_TIMES = 3;
const PATIENT_MS = 800;
const AT_ONCE = 8;

export interface TelnetSide {
  readonly port: number;
  /** Takes out what is the machine's own: names, addresses. */
  normalise(text: string): string;
}

/** What the two answer differently; empty where they are alike. */
export async function compareTelnet(
  probes: readonly TelnetProbe[],
  daemon: TelnetSide,
  decoy: TelnetSide,
): Promise<readonly string[]> {
  const suspects: TelnetProbe[] = [];
  const left = [...probes];
  const worker = async (): Promise<void> => {
    for (let probe = left.pop(); probe !== undefined; probe = left.pop())
      if ((await difference(probe, daemon, decoy, QUIET_MS)) !== undefined) suspects.push(probe);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  // A machine under load lets processes wait: what is different must be so alone and with patience.
  const differences: string[] = [];
  for (const probe of suspects) {
    let found: string | undefined;
    for (let times = isTypedAhead(probe) ? AHEAD_TIMES : 1; times > 0; times--) {
      found = await difference(probe, daemon, decoy, PATIENT_MS);
      if (found === undefined) break;
    }
    if (found !== undefined) differences.push(found);
  }
  return differences;
}

/** Sends several lines at once. */
function isTypedAhead({ steps }: TelnetProbe): boolean {
  return steps.some((step) => step.indexOf('\n') !== step.lastIndexOf('\n'));
}

async function difference(
  probe: TelnetProbe,
  daemon: TelnetSide,
  decoy: TelnetSide,
  quietMs: number,
): Promise<string | undefined> {
  const [theirs, ours] = await Promise.all([play(daemon, probe, quietMs), play(decoy, probe, quietMs)]);
  return theirs === ours ? undefined : `${probe.name}\n  daemon ${theirs}\n  decoy  ${ours}`;
}

/** What came after each step, in hexadecimal where it is not text. */
async function play(side: TelnetSide, probe: TelnetProbe, quietMs: number): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port: side.port });
  const answers: string[] = [];
  let received: Buffer[] = [];
  let closed = false;
  socket.on('data', (chunk: Buffer) => received.push(chunk));
  socket.on('error', () => (closed = true));
  socket.on('close', () => (closed = true));
  socket.on('end', () => (closed = true));
  for (const step of [Buffer.alloc(0), ...probe.steps]) {
    if (step.length > 0 && !closed) socket.write(step);
    await quiet(socket, quietMs, () => closed);
    answers.push(printable(side.normalise(Buffer.concat(received).toString('latin1'))) + (closed ? ' closed' : ''));
    received = [];
  }
  socket.destroy();
  return answers.join(' | ');
}

function quiet(socket: Socket, quietMs: number, isClosed: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    let timer = setTimeout(done, quietMs);
    function done(): void {
      socket.off('data', again);
      resolve();
    }
    function again(): void {
      clearTimeout(timer);
      timer = setTimeout(done, isClosed() ? 0 : quietMs);
    }
    socket.on('data', again);
  });
}

function printable(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]/g, (character) => `<${character.charCodeAt(0).toString(16)}>`);
}
