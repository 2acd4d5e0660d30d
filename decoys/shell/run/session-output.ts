/** Where the programs of a session write: one for standard output, one for standard error. */
import type { CommandOutput } from '../command.types.ts';

export interface SessionWriter {
  write(data: string | Uint8Array, stream: 'stdout' | 'stderr'): void;
}

export class SessionOutput implements CommandOutput {
  readonly #writer: SessionWriter;
  readonly #stream: 'stdout' | 'stderr';
  readonly isTerminal: boolean;

  constructor(writer: SessionWriter, stream: 'stdout' | 'stderr', isTerminal: boolean) {
    this.#writer = writer;
    this.#stream = stream;
    this.isTerminal = isTerminal;
  }

  write(data: string | Uint8Array): void {
    this.#writer.write(data, this.#stream);
  }
}
