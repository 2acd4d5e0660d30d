/** What passes between the event store and its worker: one request, one answer, errors with their code. */
import type { Fault } from '@netsentinel/kernel/errors';
import type { DatabaseOptions } from './database.ts';
import type { EventEngine } from './event-engine.ts';

export type EngineMethod =
  | 'append'
  | 'useKeys'
  | 'watermarks'
  | 'page'
  | 'aggregate'
  | 'body'
  | 'exportParquet'
  | 'interrupt'
  | 'retain'
  | 'erase'
  | 'backup'
  | 'describe'
  | 'close';

export interface EngineRequest {
  readonly id: number;
  readonly method: EngineMethod;
  readonly args: readonly unknown[];
}

export type EngineAnswer =
  | { readonly id: number; readonly ok: true; readonly value: unknown }
  | { readonly id: number; readonly ok: false; readonly error: EngineError };

export interface EngineError {
  readonly message: string;
  readonly code?: string;
  readonly fault?: Fault;
  readonly hint?: string;
}

export type WorkerOptions = DatabaseOptions;

export type EngineResult<M extends EngineMethod> = Awaited<ReturnType<EventEngine[M]>>;
