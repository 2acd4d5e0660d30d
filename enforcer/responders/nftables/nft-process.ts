/**
 * Runs nft. `NftSession` keeps one `nft -i` alive: a transaction through it takes 0.1 ms where a new process takes 3. Each line is
 * one transaction. Where the session does not answer, the same commands go through a process of their own.
 */
import type { Clock } from '@netsentinel/contracts/clock';
import { InteractiveProgram, type Dialogue } from '../../interactive-program.ts';
import { runProgram, summarize, type Command, type CommandResult } from '../../program.ts';
import { Turns } from '../../turns.ts';

/** Longer scripts go through a process of their own: interactive line editing is slow on very long lines, and nft keeps what they took of memory. */
const MAX_SESSION_LINE = 8 * 1024;

/** 100,000 elements take one to two seconds. Where somebody changes anything in nftables meanwhile it begins anew, for ever if that goes on. */
const LIST_MS = 4000;

const CLOSED: CommandResult = { ok: false, reason: 'closed' };

/** How one speaks with `nft -i`. */
export const NFT_DIALOGUE: Dialogue = {
  args: ['-i'],
  // A word that nft does not know. Its complaint is a line that says so, and one that quotes the word.
  markLine: (word) => word,
  markAt: (lines, word) => {
    const quoted = lines.indexOf(word);
    return quoted < 0 ? -1 : Math.max(0, quoted - 1);
  },
};

export class NftSession {
  readonly #command: Command;
  readonly #timeoutMs: number;
  readonly #program: InteractiveProgram;
  readonly #turns = new Turns();
  #closed = false;
  /** Transactions that had to go through a process of their own. */
  fallbacks = 0;

  constructor(command: Command, clock: Clock, timeoutMs: number) {
    this.#command = command;
    this.#timeoutMs = timeoutMs;
    this.#program = new InteractiveProgram(command, NFT_DIALOGUE, clock, timeoutMs);
  }

  /** Runs the commands as one transaction, after those that were asked for before. Never rejects. */
  run(commands: readonly string[]): Promise<CommandResult> {
    return this.#turns.take(() => this.#run(commands));
  }

  async #run(commands: readonly string[]): Promise<CommandResult> {
    const line = commands.join('; ');
    if (this.#closed) return CLOSED;
    if (line.length <= MAX_SESSION_LINE) {
      // Where it gives no answer, the line is safe to repeat.
      const answer = await this.#program.ask(line);
      const complaint = answer?.split('\n').find((part) => part.startsWith('Error:'));
      if (answer !== undefined)
        return complaint === undefined ? { ok: true } : { ok: false, reason: summarize(complaint) };
      // Closing is what ended the session: a process started now would outlive its owner.
      if (this.#closed) return CLOSED;
      this.fallbacks += 1;
    }
    return this.runAlone(commands);
  }

  /** Whether the commands would succeed as one transaction; changes nothing. */
  check(commands: readonly string[]): Promise<CommandResult> {
    return this.runAlone(commands, ['-c']);
  }

  /** Runs the commands as one transaction in a process of their own. */
  async runAlone(commands: readonly string[], options: readonly string[] = []): Promise<CommandResult> {
    const input = `${commands.join('\n')}\n`;
    // Large scripts take time in proportion; 100,000 entries need about half a second on a slow machine.
    const timeoutMs = this.#timeoutMs + Math.ceil(input.length / 100);
    const result = await runProgram(this.#command, [...options, '-f', '-'], { input, timeoutMs });
    return result.ok ? { ok: true } : { ok: false, reason: result.reason };
  }

  /** What is in the table, in pieces as nft prints it. Beside what the session does. */
  async list(table: string, onOutput: (text: string) => void): Promise<CommandResult> {
    const args = ['list', 'table', 'inet', table];
    const { ok, ...result } = await runProgram(this.#command, args, { timeoutMs: LIST_MS, onOutput });
    return ok ? { ok } : { ok, reason: 'reason' in result ? result.reason : '' };
  }

  /** Resolves when no process of this session is left; whatever is asked from now on fails. */
  async close(): Promise<void> {
    this.#closed = true;
    const left = this.#program.close();
    await this.#turns.done();
    await left;
  }
}
