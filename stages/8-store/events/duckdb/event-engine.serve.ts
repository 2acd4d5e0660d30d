/** Answers one request with the engine: what the worker does with each message, and what an engine in the caller's own thread does. */
import { NetSentinelError } from '@netsentinel/kernel/errors';
import type { EventEngine } from './event-engine.ts';
import type { EngineAnswer, EngineError, EngineRequest } from './event-store.messages.ts';

/** Never rejects: what fails is an answer, too. */
export async function serve(engine: EventEngine, request: EngineRequest): Promise<EngineAnswer> {
  const method = engine[request.method] as (...args: readonly unknown[]) => Promise<unknown>;
  try {
    return { id: request.id, ok: true, value: await method.apply(engine, [...request.args]) };
  } catch (error) {
    return { id: request.id, ok: false, error: plainError(error) };
  }
}

/** An error as it crosses between threads. */
export function plainError(error: unknown): EngineError {
  if (error instanceof NetSentinelError) {
    const { message, code, fault, hint } = error;
    return hint === undefined ? { message, code, fault } : { message, code, fault, hint };
  }
  return { message: error instanceof Error ? error.message : String(error) };
}
