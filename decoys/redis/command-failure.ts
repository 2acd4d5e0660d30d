/** How a command gives up in the middle: its error, caught where commands are called and sent as the answer. */
import { ErrorReply } from './resp/reply.ts';

export class CommandFailure extends Error {
  readonly reply: ErrorReply;

  /** `text` with its code: `ERR syntax error`. */
  constructor(text: string) {
    super(text);
    this.reply = new ErrorReply(text);
  }
}

export const syntaxError = (): CommandFailure => new CommandFailure('ERR syntax error');
export const notAnInteger = (): CommandFailure => new CommandFailure('ERR value is not an integer or out of range');
export const notAFloat = (): CommandFailure => new CommandFailure('ERR value is not a valid float');
