/** A way to a switch of Open vSwitch by its own `ovs-ofctl`: over its socket on this machine, or over TCP. Changes are bundles: all or none. */
import type { Network } from '@netsentinel/kernel/address';
import type { Flow, FlowMod, FlowSwitch, SwitchLook } from '../../openflow/flow.types.ts';
import type { Command, CommandResult, RunProgram } from '../../program.ts';
import * as text from './ovs-flow-text.ts';

/** A listing of a million flows. */
const MAX_OUTPUT = 256 * 1024 * 1024;
/** Large bundles take time in proportion. */
const BYTES_PER_MS = 100;
/** Bundles came with 1.4 and exist as an extension of 1.3; which of these is spoken the two sides settle. */
export const VERSIONS = 'OpenFlow13,OpenFlow14,OpenFlow15';

export interface OvsSwitchOptions {
  readonly bridge: string;
  readonly mark: text.FlowMark;
  readonly timeoutMs: number;
  readonly run: RunProgram;
  readonly ofctl: Command | undefined;
}

export class OvsSwitch implements FlowSwitch {
  readonly name: string;
  readonly #options: OvsSwitchOptions;

  constructor(options: OvsSwitchOptions) {
    this.#options = options;
    this.name = options.bridge;
  }

  async look(): Promise<SwitchLook> {
    const { ofctl, bridge, mark } = this.#options;
    if (ofctl === undefined)
      return {
        ok: false,
        reason: 'the program ovs-ofctl was found in none of the system folders',
        hint: 'Install it (Debian, Ubuntu: apt-get install openvswitch-switch), then start again.',
      };
    const result = await this.#run('dump-aggregate', [bridge, text.ours(mark)]);
    const flows = text.readCount(result.output);
    if (result.ok && flows !== undefined) return { ok: true, flows };
    const reason = result.ok ? 'ovs-ofctl said something else than a count' : reasonOf(result);
    return { ok: false, reason: `${bridge}: ${reason}`, hint: hintOf(reason) };
  }

  async stranger(priorities: ReadonlySet<number>): Promise<string | undefined> {
    const { bridge, mark } = this.#options;
    const { output } = await this.#run('dump-flows', [bridge, `table=${mark.table}`]);
    return text.readStranger(output, priorities, mark.cookie);
  }

  key(flow: Flow): string {
    return text.flowKey(flow, this.#options.mark);
  }

  async read(only?: Network): Promise<ReadonlyMap<string, number> | undefined> {
    const { bridge, mark } = this.#options;
    const ends = only && [
      text.matchText({ family: only.family, src: only }),
      text.matchText({ family: only.family, dst: only }),
    ];
    const matches = ends?.map((match) => `${text.ours(mark)},${match}`) ?? [text.ours(mark)];
    const flows = new Map<string, number>();
    for (const match of matches) {
      const { ok, output } = await this.#run('dump-flows', [bridge, match]);
      if (!ok) return undefined;
      for (const [key, leftMs] of text.readFlows(output)) flows.set(key, leftMs);
    }
    return flows;
  }

  write(mods: readonly FlowMod[]): Promise<CommandResult> {
    return this.#bundle(text.bundleText(mods, this.#options.mark));
  }

  replace(mods: readonly FlowMod[]): Promise<CommandResult> {
    const { mark } = this.#options;
    return this.#bundle(`delete ${text.ours(mark)}\n${text.bundleText(mods, mark)}`);
  }

  /** Added and taken out again in one bundle: no packet meets them. */
  async tries(flows: readonly Flow[]): Promise<string | undefined> {
    const mods = flows.flatMap((flow): FlowMod[] => [
      { kind: 'add', flow, seconds: 1 },
      { kind: 'delete', flow },
    ]);
    const result = await this.write(mods);
    return result.ok ? undefined : `${this.name} does not take such flows: ${result.reason}`;
  }

  plan(mod: FlowMod): string {
    const { bridge, mark } = this.#options;
    const { command, flow } = text.modText(mod, mark);
    // A shell has meanings of its own for parentheses and arrows.
    const word = /[()>]/.test(flow) ? `'${flow}'` : flow;
    return command === 'add'
      ? `ovs-ofctl add-flow ${bridge} ${word}`
      : `ovs-ofctl --strict del-flows ${bridge} ${word}`;
  }

  async #bundle(input: string): Promise<CommandResult> {
    const result = await this.#run('add-flows', [this.#options.bridge, '-'], input);
    return result.ok ? { ok: true } : { ok: false, reason: reasonOf(result) };
  }

  #run(command: string, args: readonly string[], input = ''): ReturnType<RunProgram> {
    const { ofctl, run, timeoutMs } = this.#options;
    if (ofctl === undefined)
      return Promise.resolve({ ok: false, reason: 'ovs-ofctl is missing', output: '', complaint: '' });
    const options = ['-O', VERSIONS, '--no-names', ...(command === 'add-flows' ? ['--bundle'] : [])];
    return run(ofctl, [...options, command, ...args], {
      input,
      timeoutMs: timeoutMs + Math.ceil(input.length / BYTES_PER_MS),
      maxOutput: MAX_OUTPUT,
    });
  }
}

/** The error that the switch gave one flow, or what the program said last, without its name and the time. */
function reasonOf({ complaint, ...result }: Awaited<ReturnType<RunProgram>>): string {
  const error = /^Error ([A-Z0-9_]{1,64}) for: /m.exec(complaint)?.[1];
  if (error !== undefined) return `the switch answers ${error}`;
  const line =
    complaint
      .trim()
      .split('\n')
      .at(-1)
      ?.replace(/^(?:ovs-ofctl: |\d{4}-\S*\|)/, '') ?? '';
  return line.slice(0, 300) || ('reason' in result ? result.reason : 'ovs-ofctl failed');
}

function hintOf(reason: string): string {
  if (/not a bridge or a socket|No such file/i.test(reason))
    return 'See with `ovs-vsctl show` whether the switch runs and has this bridge.';
  if (/permission denied|not permitted/i.test(reason))
    return 'Run the enforcer as root: the switch’s socket is root’s.';
  if (/negotiation|Broken pipe|Protocol error/i.test(reason))
    return 'Allow OpenFlow 1.3 or later: `ovs-vsctl set bridge BRIDGE protocols=OpenFlow13,OpenFlow14`.';
  return 'Run `ovs-ofctl -O OpenFlow14 dump-aggregate BRIDGE` as the same user and see what it says.';
}
