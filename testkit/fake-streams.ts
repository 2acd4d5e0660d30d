/** The standard streams of a program under test: input from a text, output kept as text. */
import type { CommandInput, CommandOutput } from '@netsentinel/decoys/shell/command.types';

/** Stdin from a text. */
export function textInput(text: string | Uint8Array): CommandInput {
  let rest = Buffer.from(text);
  return {
    isTerminal: false,
    setEcho: () => undefined,
    read: () => {
      const chunk = rest;
      rest = Buffer.alloc(0);
      return Promise.resolve(chunk.length === 0 ? undefined : chunk);
    },
    readLine: () => {
      if (rest.length === 0) return Promise.resolve(undefined);
      const at = rest.indexOf(10);
      const line = rest.subarray(0, at === -1 ? rest.length : at).toString();
      rest = at === -1 ? Buffer.alloc(0) : rest.subarray(at + 1);
      return Promise.resolve(line);
    },
    readAll: () => {
      const all = rest;
      rest = Buffer.alloc(0);
      return Promise.resolve(all);
    },
  };
}

/** Keeps what a program wrote. */
export class Sink implements CommandOutput {
  readonly isTerminal = false;
  readonly chunks: Buffer[] = [];
  write(data: string | Uint8Array): void {
    this.chunks.push(Buffer.from(data));
  }
  get text(): string {
    return Buffer.concat(this.chunks).toString();
  }
}
