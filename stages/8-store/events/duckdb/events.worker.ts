/** The thread that the event store lives in: opens the engine, then answers messages. */
import { parentPort, workerData } from 'node:worker_threads';
import { releaseMemorySoon } from '@netsentinel/kernel/release-memory';
import { EventEngine } from './event-engine.ts';
import { plainError, serve } from './event-engine.serve.ts';
import type { EngineAnswer, EngineRequest, WorkerOptions } from './event-store.messages.ts';

const port = parentPort!;
const post = (answer: EngineAnswer): void => port.postMessage(answer);

try {
  const engine = await EventEngine.open(workerData as WorkerOptions);
  port.on('message', (request: EngineRequest) => {
    void serve(engine, request).then((answer) => {
      post(answer);
      if (request.method === 'close') port.close();
    });
  });
  post({ id: 0, ok: true, value: undefined });
  releaseMemorySoon();
} catch (error) {
  post({ id: 0, ok: false, error: plainError(error) });
  port.close();
}
