/** Why a text is no shell program, with what bash says about it. */
export class ShellSyntaxError extends Error {
  readonly line: number;
  /** More text could complete it: an interactive shell asks for another line. */
  readonly incomplete: boolean;
  /** bash shows the offending line of a script below these. */
  readonly showsLine: boolean;

  constructor(message: string, line: number, options: { incomplete?: boolean; showsLine?: boolean } = {}) {
    super(message);
    this.name = 'ShellSyntaxError';
    this.line = line;
    this.incomplete = options.incomplete ?? false;
    this.showsLine = options.showsLine ?? false;
  }
}
