/** What an awk program reads and writes: its operands as records, the files and commands of `getline`, and where `print` sends its lines. */
import type { CommandContext } from '../command.types.ts';
import { AwkFailure } from './awk-control.ts';
import type { AwkMachine } from './awk-machine.ts';
import type { AwkExpr } from './awk-syntax.ts';
import { fromInput, fromNumber, fromText, toNumber, toText } from './awk-values.ts';
import { bytesToBinary, errorText, readFile, readOperand, toBinary, writeBinary } from './text.ts';

const MAX_OUTPUT_BYTES = 1024 * 1024;

export class AwkStreams {
  readonly #ctx: CommandContext;
  readonly #machine: AwkMachine;
  readonly #operands: readonly string[];
  #files = new Map<string, { lines: string[]; next: number }>();
  #outputs = new Map<string, { sign: string; text: string }>();
  #input: AsyncGenerator<string> | undefined;
  #pending = '';

  constructor(machine: AwkMachine, operands: readonly string[]) {
    this.#ctx = machine.ctx;
    this.#machine = machine;
    this.#operands = operands;
  }

  /** To standard output, held back a little. */
  write(text: string): void {
    this.#pending += text;
    if (this.#pending.length > 8192) this.flush();
  }

  flush(): void {
    writeBinary(this.#ctx.stdout, this.#pending);
    this.#pending = '';
  }

  async *#records(): AsyncGenerator<string> {
    let any = false;
    for (const operand of this.#operands) {
      const assignment = /^([A-Za-z_]\w*)=(.*)$/s.exec(operand);
      if (assignment !== null) {
        this.#machine.variables.set(assignment[1]!, fromInput(toBinary(assignment[2]!)));
        continue;
      }
      any = true;
      const file = await readOperand(this.#ctx, operand);
      if (!file.ok) {
        this.flush();
        if (file.error === 'EISDIR') throw new AwkFailure(`read failure on ${operand}: Is a directory`);
        throw new AwkFailure(`cannot open ${operand} (${errorText(file.error)})`);
      }
      this.#machine.variables.set('FILENAME', fromText(operand));
      this.#machine.variables.set('FNR', fromNumber(0));
      yield* this.#split(file.text);
    }
    if (any) return;
    if (!this.#ctx.stdin.isTerminal || this.#machine.text('RS') !== '\n')
      yield* this.#split(bytesToBinary(await this.#ctx.stdin.readAll()));
    else
      for (;;) {
        const line = await this.#ctx.stdin.readLine();
        if (line === undefined) return;
        yield toBinary(line);
        this.flush();
      }
  }

  *#split(text: string): Generator<string> {
    let rest = text;
    while (rest !== '') {
      const separator = this.#machine.text('RS');
      let [end, next] = [-1, -1];
      if (separator.length === 1) [end, next] = [rest.indexOf(separator), rest.indexOf(separator) + 1];
      else if (separator === '') {
        rest = rest.replace(/^\n+/, '');
        const gap = /\n\n+/.exec(rest);
        if (gap !== null) [end, next] = [gap.index, gap.index + gap[0].length];
      } else {
        const match = this.#machine.regex(separator).match(rest);
        if (match !== undefined && match.end > match.start) [end, next] = [match.start, match.end];
      }
      if (rest === '') return;
      const record = end === -1 ? (separator === '' ? rest.replace(/\n$/, '') : rest) : rest.slice(0, end);
      rest = end === -1 ? '' : rest.slice(next);
      yield record;
    }
  }

  /** Makes the next record the current one, or gives it to `target`; false at the end of the input. */
  async nextRecord(target?: AwkExpr): Promise<boolean> {
    this.#ctx.step();
    this.#input ??= this.#records();
    const next = await this.#input.next();
    if (next.done === true) return false;
    for (const name of ['NR', 'FNR'])
      this.#machine.variables.set(name, fromNumber(toNumber(this.#machine.variables.get(name)!) + 1));
    if (target === undefined) this.#machine.record.set(next.value);
    else await this.#machine.assign(target, fromInput(next.value));
    return true;
  }

  /** 1, 0 at the end, -1 where there is no such file. */
  async getline(expr: AwkExpr & { kind: 'getline' }): Promise<number> {
    if (expr.from === undefined) return (await this.nextRecord(expr.target)) ? 1 : 0;
    const name = toText(await this.#machine.eval(expr.from));
    let source = this.#files.get(name);
    if (source === undefined) {
      let text = '';
      if (expr.command) text = await this.capture(name);
      else {
        const file = name === '-' ? await readOperand(this.#ctx, name) : readFile(this.#ctx, name);
        if (!file.ok) return -1;
        text = 'text' in file ? file.text : bytesToBinary(file.bytes);
      }
      source = { lines: [...this.#split(text)], next: 0 };
      if (this.#files.size < 50) this.#files.set(name, source);
    }
    const line = source.lines[source.next];
    if (line === undefined) return 0;
    source.next += 1;
    if (expr.target === undefined) this.#machine.record.set(line);
    else await this.#machine.assign(expr.target, fromInput(line));
    this.#machine.variables.set('NR', fromNumber(toNumber(this.#machine.variables.get('NR')!) + 1));
    return 1;
  }

  /** What a shell command prints. */
  async capture(command: string): Promise<string> {
    this.flush();
    let text = '';
    await this.#ctx.runScript(Buffer.from(command, 'latin1').toString('utf8'), [], {
      stdout: {
        isTerminal: false,
        write: (data) =>
          void (
            text.length < MAX_OUTPUT_BYTES && (text += typeof data === 'string' ? toBinary(data) : bytesToBinary(data))
          ),
      },
    });
    return text;
  }

  async close(name: string): Promise<number> {
    this.#files.delete(name);
    const output = this.#outputs.get(name);
    if (output === undefined) return -1;
    this.#outputs.delete(name);
    if (output.sign !== '|') return 0;
    this.flush();
    const bytes = Buffer.from(output.text, 'latin1');
    let given = false;
    const take = (): Uint8Array | undefined => (given ? undefined : ((given = true), bytes));
    const lines = output.text.split('\n');
    return this.#ctx.runScript(Buffer.from(name, 'latin1').toString('utf8'), [], {
      stdin: {
        isTerminal: false,
        setEcho: () => undefined,
        read: () => Promise.resolve(take()),
        readAll: () => Promise.resolve(take() ?? new Uint8Array()),
        readLine: () => Promise.resolve(lines.length > 1 ? lines.shift() : undefined),
      },
    });
  }

  async closeAll(): Promise<void> {
    this.flush();
    for (const name of Array.from(this.#outputs.keys())) await this.close(name);
  }

  /** `print … > name`, `>> name`, `| name`. */
  writeTo(name: string, sign: string, text: string): void {
    if (name === '/dev/stdout' || name === '-') this.write(text);
    else if (name === '/dev/stderr') writeBinary(this.#ctx.stderr, text);
    else {
      const open = this.#outputs.get(name);
      const output = open ?? { sign, text: '' };
      this.#outputs.set(name, output);
      if (output.sign === '|') output.text = (output.text + text).slice(0, MAX_OUTPUT_BYTES);
      else {
        const written = this.#ctx.fs.write(
          this.#ctx.resolve(name),
          Buffer.from(text, 'latin1'),
          this.#ctx.user,
          open !== undefined || output.sign === '>>' ? { append: true } : {},
        );
        if (!written.ok) throw new AwkFailure(`cannot open "${name}" for output (${errorText(written.error)})`);
      }
    }
  }
}
