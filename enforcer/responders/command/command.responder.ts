/**
 * Blocks with a program of the operator's: started with an argument list and never through a shell, with a fixed environment, killed when it
 * takes too long, its output bounded. Where it can print what it holds, every change is proven, and what somebody else did is mended.
 */
import type { Clock } from '@netsentinel/contracts/clock';
import { formatNetwork, parseNetwork, type Network } from '@netsentinel/kernel/address';
import { HeldListResponder } from '../../held-list/held-list-responder.ts';
import type { HolderFailure, HolderLook, HolderResult, ListHolder, Wanted } from '../../held-list/list-holder.types.ts';
import { findProgram, runProgram, type Command } from '../../program.ts';
import type { Change, ResponderDefinition } from '../../responder.types.ts';
import { CommandConfig } from './command.config.ts';
import { fillPlaceholders } from './fill-placeholders.ts';

export const command: ResponderDefinition<CommandConfig> = {
  id: 'command',
  summary: 'Runs a program of your own for each change.',
  config: CommandConfig,
  create: (ctx, config) => new HeldListResponder('command', ctx, new OwnProgram(ctx.clock, config), config),
};

/** 200,000 networks as text. */
const MAX_LISTED_BYTES = 10 * 1024 * 1024;

type Listed = { readonly ok: true; readonly there: ReadonlySet<string> } | HolderFailure;

class OwnProgram implements ListHolder {
  readonly detail: string;
  readonly #clock: Clock;
  readonly #config: CommandConfig;

  constructor(clock: Clock, config: CommandConfig) {
    this.#clock = clock;
    this.#config = config;
    this.detail = config.block[0]!;
  }

  plan(change: Change): readonly string[] {
    const command = this.#commandOf(change.network, change.kind === 'block' ? change.remainingMs : undefined);
    return [command.join(' ').slice(0, 512)];
  }

  async replace(wanted: Wanted): Promise<HolderResult> {
    const { replace, list } = this.#config;
    if (replace !== undefined) {
      const lines: string[] = [];
      for (const [network, remainingMs] of wanted.all()) lines.push(`${network} ${Math.ceil(remainingMs / 1000)}\n`);
      const result = await this.#run(replace, lines.join(''));
      return result.ok ? { ok: true } : failure(`replace: ${result.reason}`);
    }
    const listed = await this.#list(list ?? []);
    return listed.ok ? this.change(differing(listed.there, wanted), wanted) : listed;
  }

  async change(networks: readonly string[], wanted: Wanted): Promise<HolderResult> {
    const waiting = [...networks];
    let reason: string | undefined;
    const work = async (): Promise<void> => {
      for (let text = waiting.pop(); text !== undefined && reason === undefined; text = waiting.pop()) {
        const network = parseNetwork(text);
        if (network === undefined) continue;
        const result = await this.#run(this.#commandOf(network, wanted.remainingMs(text)));
        if (!result.ok) reason ??= result.reason;
      }
    };
    await Promise.all(Array.from({ length: this.#config.parallel }, work));
    return reason === undefined ? { ok: true } : failure(reason);
  }

  async seen(networks: readonly string[], wanted: Wanted): Promise<readonly boolean[]> {
    const { list } = this.#config;
    // Without a list its word is all there is.
    if (list === undefined) return networks.map(() => true);
    const listed = await this.#list(list);
    return networks.map(
      (network) => listed.ok && listed.there.has(network) === (wanted.remainingMs(network) !== undefined),
    );
  }

  async look(wanted: Wanted): Promise<HolderLook> {
    const { list } = this.#config;
    if (list === undefined) return { ok: true };
    const listed = await this.#list(list);
    if (!listed.ok) return listed;
    const entries = differing(listed.there, wanted).length;
    return entries === 0 ? { ok: true } : { ok: true, altered: { what: 'what is blocked was altered', entries } };
  }

  #commandOf(network: Network, remainingMs: number | undefined): Command {
    if (remainingMs === undefined) return fillPlaceholders(this.#config.unblock, network);
    const seconds = Math.max(1, Math.ceil(remainingMs / 1000));
    return fillPlaceholders(this.#config.block, network, {
      seconds,
      until: Math.ceil((this.#clock.now() + remainingMs) / 1000),
    });
  }

  /** A program without a path is looked for in the system's folders. */
  #run(command: readonly string[], input?: string): ReturnType<typeof runProgram> {
    const [name = '', ...args] = command;
    const program: Command = name.includes('/') ? [name] : (findProgram(name) ?? [name]);
    return runProgram(program, args, {
      timeoutMs: this.#config.timeoutMs,
      maxOutput: MAX_LISTED_BYTES,
      ...(input === undefined ? {} : { input }),
    });
  }

  /** What is blocked, as `list` prints it. Lines that are no network are passed over. */
  async #list(list: readonly string[]): Promise<Listed> {
    const result = await this.#run(list);
    if (!result.ok) return failure(`list: ${result.reason}`);
    const there = new Set<string>();
    for (const line of result.output.split('\n')) {
      const network = parseNetwork(line.trim());
      if (network !== undefined) there.add(formatNetwork(network));
    }
    return { ok: true, there };
  }
}

function differing(there: ReadonlySet<string>, wanted: Wanted): string[] {
  const differ = [...there].filter((network) => wanted.remainingMs(network) === undefined);
  for (const [network] of wanted.all()) if (!there.has(network)) differ.push(network);
  return differ;
}

function failure(reason: string): HolderFailure {
  return {
    ok: false,
    reason,
    hint: 'Run the program by hand, as the user of the enforcer and with an empty environment (`env -i`).',
  };
}
