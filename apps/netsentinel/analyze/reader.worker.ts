/** A thread that reads log files for an analysis: as many pieces of each as are asked for, sifted. */
import { parentPort, workerData } from 'node:worker_threads';
import { LogFile } from './log-file.ts';
import type { ReaderAnswer, ReaderOrder, ReaderSetup } from './reader-messages.ts';
import { buffersOf, NotableSender, type SentNotables } from './sent-notables.ts';
import { createSifter } from './sifter.ts';

const port = parentPort!;
const { sifting, parse, nowMs } = workerData as ReaderSetup;
const sifter = await createSifter(sifting);

interface Served {
  readonly id: number;
  readonly file: LogFile<SentNotables>;
  wanted: number;
  isBusy: boolean;
}

const served = new Map<number, Served>();

port.on('message', (order: ReaderOrder) => {
  const { id } = order;
  if (order.kind === 'open') {
    const file = new LogFile({
      file: order.file,
      index: order.index,
      parse,
      nowMs,
      sifter,
      keeper: new NotableSender(),
    });
    served.set(id, { id, file, wanted: 0, isBusy: false });
    return;
  }
  const one = served.get(id);
  if (one === undefined) return;
  if (order.kind === 'close') {
    served.delete(id);
    void one.file.close();
  } else {
    one.wanted += order.pieces;
    void serve(one);
  }
});

async function serve(one: Served): Promise<void> {
  if (one.isBusy) return;
  one.isBusy = true;
  while (one.wanted > 0 && served.has(one.id)) {
    one.wanted--;
    const piece = await one.file.next();
    const answer: ReaderAnswer = { id: one.id, piece, read: one.file.read };
    port.postMessage(answer, piece === undefined ? [] : [piece.timesMs.buffer, ...buffersOf(piece.notable)]);
    if (piece === undefined) served.delete(one.id);
    // Orders that came meanwhile, and other files, get their turn.
    await new Promise((resolve) => setImmediate(resolve));
  }
  one.isBusy = false;
}
