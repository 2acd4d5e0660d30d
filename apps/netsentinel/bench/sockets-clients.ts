/** A process of clients of `bench sockets`. The clock is the machine's monotonic one, which all its processes read alike. */
import { openEngineClient } from './engine-client.ts';
import type { FromClients, ToClients } from './sockets-processes.types.ts';

const ROOMS = ['incidents', 'actions', 'system'];
const OPENING_AT_ONCE = 50;
/** So that no source address has more than the server lets it have. */
const SOURCES = 4;

const took: number[] = [];
let received: number[] = [];
let [outOfOrder, closed] = [0, 0];

const say = (message: FromClients): void => void process.send!(message);

process.on('message', (message: ToClients) => {
  if (message.t === 'report') say({ t: 'report', took: Float64Array.from(took), received, outOfOrder, closed });
  else
    open(message).then(
      () => say({ t: 'opened' }),
      (error: unknown) => say({ t: 'failed', why: String(error) }),
    );
});
process.on('disconnect', () => process.exit());

async function open({ clients, port, cookies }: Extract<ToClients, { t: 'open' }>): Promise<void> {
  received = Array.from({ length: clients }, () => 0);
  let next = 0;
  const opening = async (): Promise<void> => {
    for (let n = next++; n < clients; n = next++) {
      const last = new Map<string, number>();
      await openEngineClient({
        port,
        from: `127.0.0.${2 + (n % SOURCES)}`,
        cookie: cookies[n % cookies.length]!,
        rooms: ROOMS,
        onEvent: (text) => take(n, text, last),
        onClose: () => closed++,
      });
    }
  };
  await Promise.all(Array.from({ length: OPENING_AT_ONCE }, opening));
}

function take(client: number, text: string, last: Map<string, number>): void {
  const now = process.hrtime.bigint();
  const due = /@(\d+)@/.exec(text)?.[1];
  if (due === undefined) return;
  took.push(Number(now - BigInt(due)) / 1000);
  received[client]!++;
  const name = text.slice(2, text.indexOf('"', 2));
  const offset = Number(text.slice(text.lastIndexOf(',') + 1, -1));
  const before = last.get(name);
  if (before !== undefined && offset !== before + 1) outOfOrder++;
  last.set(name, offset);
}
