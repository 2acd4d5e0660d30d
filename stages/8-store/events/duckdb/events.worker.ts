/** The thread that the event store lives in: opens the engine, then answers messages. */
import { parentPort, workerData } from 'node:worker_threads';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { EventEngine } from './event-engine.ts';
import type { EngineAnswer, EngineError, EngineRequest, WorkerOptions } from './event-store.messages.ts';

const port = parentPort!;
const post = (answer: EngineAnswer): void => port.postMessage(answer);

try {
  const engine = await EventEngine.open(workerData as WorkerOptions);
  port.on('message', (request: EngineRequest) => {
    const method = engine[request.method] as (...args: readonly unknown[]) => Promise<unknown>;
    method.apply(engine, [...request.args]).then(
      (value) => {
        post({ id: request.id, ok: true, value });
        if (request.method === 'close') port.close();
      },
      (error: unknown) => {
        post({ id: request.id, ok: false, error: plain(error) });
        if (request.method === 'close') port.close();
      },
    );
  });
  post({ id: 0, ok: true, value: undefined });
} catch (error) {
  post({ id: 0, ok: false, error: plain(error) });
  port.close();
}

function plain(error: unknown): EngineError {
  if (error instanceof NetSentinelError) {
    const { message, code, fault, hint } = error;
    return hint === undefined ? { message, code, fault } : { message, code, fault, hint };
  }
  return { message: error instanceof Error ? error.message : String(error) };
}
