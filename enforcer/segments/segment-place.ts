/** One switch and the segments in it: what is there, what a file would have there, and the way from the one to the other. */
import type { ResponseMode } from '@netsentinel/contracts/action';
import type { Result } from '@netsentinel/contracts/result';
import { err, ok } from '@netsentinel/contracts/result';
import type { SegmentPart } from '@netsentinel/contracts/segments';
import type { Flow, FlowSwitch } from '../openflow/flow.types.ts';
import type { SegmentSwitch, SwitchNetwork } from '../openflow/switch-network.types.ts';
import type { CommandResult } from '../program.ts';
import type { CheckedSegmentFile } from './segment-file.ts';
import { segmentFlows } from './segment-flows.ts';

/** Lines of a plan that are shown; the numbers tell of all. */
const MOST_LINES = 200;
/** A controller tells of changes a little after they were made. */
const LOOKS = 20;
const PAUSE_MS = 100;

/** A responder that has switches. */
export interface NetworkPart {
  readonly id: string;
  readonly mode: ResponseMode;
  readonly network: SwitchNetwork;
}

export class SegmentPlace {
  readonly responder: string;
  readonly mode: ResponseMode;
  readonly #network: SwitchNetwork;
  readonly #switch: SegmentSwitch;
  readonly #planned = new WeakMap<CheckedSegmentFile, Result<readonly Flow[]>>();
  readonly #keys = new WeakMap<readonly Flow[], ReadonlyMap<string, Flow>>();

  constructor({ id, mode, network }: NetworkPart, place: SegmentSwitch) {
    this.responder = id;
    this.mode = mode;
    this.#network = network;
    this.#switch = place;
  }

  get name(): string {
    return this.#place.name;
  }

  /** True where it changes the world: a change of segments is a person's own word, so `approve` asks nobody again. */
  get isLive(): boolean {
    return this.mode === 'enforce' || this.mode === 'approve';
  }

  /** Thousands of flows are not made anew at each look: those of the last files are kept. */
  flows(file: CheckedSegmentFile): Result<readonly Flow[]> {
    let planned = this.#planned.get(file);
    if (planned === undefined) this.#planned.set(file, (planned = segmentFlows(file, this.#network)));
    return planned;
  }

  #keysOf(flows: readonly Flow[]): ReadonlyMap<string, Flow> {
    let keys = this.#keys.get(flows);
    if (keys === undefined) this.#keys.set(flows, (keys = new Map(flows.map((flow) => [this.#place.key(flow), flow]))));
    return keys;
  }

  /** Segments' flows that are there, as the switch lists them; or why they cannot be read, or none be made. */
  async look(): Promise<Result<ReadonlySet<string>>> {
    const look = await this.#place.look();
    if (!look.ok) return err(`${look.reason}. ${look.hint}`);
    const stranger = await this.#place.stranger(this.#switch.priorities);
    if (stranger !== undefined)
      return err(
        `somebody else’s flows have segments’ priority: ${stranger}. Set \`priority\` of ${this.responder} anew.`,
      );
    return this.read();
  }

  async read(): Promise<Result<ReadonlySet<string>>> {
    const flows = await this.#place.read();
    // One that ends by itself is none of ours, whatever its cookie.
    return flows === undefined
      ? err(`the flows of ${this.name} could not be read`)
      : ok(new Set([...flows].map(([key, leftMs]) => (Number.isFinite(leftMs) ? `${key} until its end` : key))));
  }

  /** From what is there to these flows. `before`: the flows that we made, for the words they are taken out with. */
  diff(actual: ReadonlySet<string>, wanted: readonly Flow[], before: readonly Flow[]): SegmentPart {
    const [keys, known] = [this.#keysOf(wanted), this.#keysOf(before)];
    const adds = [...keys].filter(([key]) => !actual.has(key));
    const removes = [...actual].filter((key) => !keys.has(key));
    const lines = [
      ...adds.slice(0, MOST_LINES).map(([, flow]) => `+ ${this.#place.plan({ kind: 'add', flow, seconds: 0 })}`),
      ...removes.slice(0, MOST_LINES).map((key) => {
        const flow = known.get(key);
        return `- ${flow === undefined ? key : this.#place.plan({ kind: 'delete', flow })}`;
      }),
    ];
    return {
      responder: this.responder,
      mode: this.mode,
      switch: this.name,
      adds: adds.length,
      removes: removes.length,
      keeps: keys.size - adds.length,
      lines: lines.map((line) => line.slice(0, 512)),
    };
  }

  holds(actual: ReadonlySet<string>, wanted: readonly Flow[]): boolean {
    const keys = this.#keysOf(wanted);
    return actual.size === keys.size && [...keys.keys()].every((key) => actual.has(key));
  }

  /** Makes the switch have these flows of segments and no others, and reads them back. */
  async make(wanted: readonly Flow[]): Promise<CommandResult> {
    const made = await this.#place.replace(wanted.map((flow) => ({ kind: 'add', flow, seconds: 0 })));
    if (!made.ok) return made;
    for (let i = 0; i < LOOKS; i++) {
      const actual = await this.read();
      if (actual.ok && this.holds(actual.value, wanted)) return { ok: true };
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
    return { ok: false, reason: `${this.name} does not list what was made there` };
  }

  get #place(): FlowSwitch {
    return this.#switch.place;
  }
}
