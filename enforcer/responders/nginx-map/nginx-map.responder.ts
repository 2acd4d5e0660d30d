/**
 * Refuses requests in nginx by a file that its configuration includes in a `geo` block. The file is replaced as a whole; reloads are held
 * apart, since each starts new workers, and all that came meanwhile goes with the next. nginx ends no block by itself: we look each second.
 * While the enforcer is down, blocks in the file outlast their time until it is back.
 */
import type { Clock } from '@netsentinel/contracts/clock';
import { formatNetwork } from '@netsentinel/kernel/address';
import { HeldListResponder } from '../../held-list/held-list-responder.ts';
import { ListFile } from '../../held-list/list-file.ts';
import type { HolderLook, HolderResult, ListHolder, Wanted } from '../../held-list/list-holder.types.ts';
import { Pauses } from '../../pauses.ts';
import { findProgram, runProgram, type Command } from '../../program.ts';
import type { Change, ResponderDefinition } from '../../responder.types.ts';
import { NginxMapConfig } from './nginx-map.config.ts';

export const nginxMap: ResponderDefinition<NginxMapConfig> = {
  id: 'nginx-map',
  summary: 'Refuses requests in nginx, by a file for its `geo` block.',
  config: NginxMapConfig,
  create: (ctx, config) => new HeldListResponder('nginx-map', ctx, new NginxFile(ctx.clock, config), config),
};

const HEAD =
  '# Written by NetSentinel; changes here are undone. For: geo $netsentinel_blocked { default 0; include THIS; }\n';

class NginxFile implements ListHolder {
  readonly detail: string;
  readonly #clock: Clock;
  readonly #config: NginxMapConfig;
  readonly #file: ListFile;
  readonly #pauses: Pauses;
  #reloadedAt = -Infinity;

  constructor(clock: Clock, config: NginxMapConfig) {
    this.#clock = clock;
    this.#config = config;
    this.#file = new ListFile(config.file);
    this.#pauses = new Pauses(clock);
    this.detail = `${config.file}, read by nginx`;
  }

  plan({ kind, network }: Change): readonly string[] {
    const line = `${formatNetwork(network)} 1;`;
    const reload = this.#reloadCommand()?.join(' ') ?? 'nginx -s reload';
    return [
      `${kind === 'block' ? 'add to' : 'take from'} ${this.#config.file}: ${line}`.slice(0, 512),
      reload.slice(0, 512),
    ];
  }

  /** Writes the file and has it read. An empty list is a file too: without it nginx would not start. */
  async replace(wanted: Wanted): Promise<HolderResult> {
    const command = this.#reloadCommand();
    if (command === undefined)
      return {
        ok: false,
        reason: 'the program nginx was found in none of the system folders',
        hint: 'Install nginx, or say in `reload` how it is reloaded.',
      };
    const lines = [HEAD];
    for (const [network] of wanted.all()) lines.push(`${network} 1;\n`);
    try {
      this.#file.write(lines.join(''));
    } catch (error) {
      return {
        ok: false,
        reason: `the file cannot be written: ${(error as Error).message}`,
        hint: 'See that its folder exists and the enforcer may write there.',
      };
    }
    return this.#reload(command);
  }

  /** The file is always written as a whole. */
  change(_networks: readonly string[], wanted: Wanted): Promise<HolderResult> {
    return this.replace(wanted);
  }

  seen(networks: readonly string[]): Promise<readonly boolean[]> {
    const written = this.#file.isAsWritten();
    return Promise.resolve(networks.map(() => written));
  }

  look(wanted: Wanted): Promise<HolderLook> {
    if (this.#file.isUntouched()) return Promise.resolve({ ok: true });
    return Promise.resolve({
      ok: true,
      altered: { what: `${this.#config.file} was altered`, entries: wanted.size },
    });
  }

  close(): void {
    this.#pauses.end();
  }

  #reloadCommand(): Command | undefined {
    const [program, ...rest] = this.#config.reload;
    if (program !== undefined) return [program, ...rest];
    const nginx = findProgram('nginx');
    return nginx === undefined ? undefined : [...nginx, '-s', 'reload'];
  }

  async #reload(command: Command): Promise<HolderResult> {
    await this.#pauses.wait(this.#reloadedAt + this.#config.reloadEveryMs - this.#clock.monotonicMs());
    if (this.#pauses.ended) return { ok: false, reason: 'closed', hint: 'Start the enforcer.' };
    this.#reloadedAt = this.#clock.monotonicMs();
    const result = await runProgram(command, [], { timeoutMs: this.#config.timeoutMs });
    if (result.ok) return { ok: true };
    return {
      ok: false,
      reason: `nginx was not reloaded: ${result.reason}`,
      hint: 'See that nginx runs, and what `nginx -t` says.',
    };
  }
}
