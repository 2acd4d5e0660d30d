/**
 * A `Firewall` of flows in one or several switches. It remembers which flows each block is, so that flows with our cookie which nobody
 * ordered are noticed and taken out. A switch that does not answer is left until it does; the others go on.
 */
import type { Clock } from '@netsentinel/contracts/clock';
import { Measure } from '@netsentinel/contracts/action';
import { formatNetwork, type Network } from '@netsentinel/kernel/address';
import type { Firewall, Upkeep } from '../firewall/firewall.types.ts';
import type { CommandResult } from '../program.ts';
import type { Change, Entry } from '../responder.types.ts';
import type { Flow, FlowMod, FlowSwitch, SwitchLook } from './flow.types.ts';
import { flowName, flowsOf, hardTimeout, lacking, LEVELS, LONGEST_SECONDS, type FlowMeans } from './flow-plan.ts';

/** Up to so many blocks every flow is read at each look; beyond, flows are only counted, and read every `compareMs`. */
const MOST_READ = 1000;
/** Between two looks for flows of others at our priority. */
const STRANGERS_MS = 300_000;
/** The switch ends flows within a second or two of their time. */
const GRACE_MS = 5000;
/** Up to so many changes are looked for one by one. */
const MOST_ASKED = 4;
/** Nobody has these addresses, so no order is about them. */
const NOBODY = [
  { family: 4, base: 0n, prefix: 32 },
  { family: 6, base: 0n, prefix: 128 },
] as const;
/** What is there in part only: never near what is intended, and never about to end by itself. */
const IN_PART = Number.POSITIVE_INFINITY;

interface Held {
  readonly network: Network;
  readonly flows: readonly Flow[];
  readonly end: number;
}

export interface OpenflowFirewallOptions {
  readonly clock: Clock;
  readonly switches: readonly FlowSwitch[];
  readonly priority: number;
  readonly means: FlowMeans;
}

export class OpenflowFirewall implements Firewall {
  readonly longestMs = LONGEST_SECONDS * 1000;
  readonly #clock: Clock;
  readonly #switches: readonly FlowSwitch[];
  readonly #means: FlowMeans;
  readonly #priorities: ReadonlySet<number>;
  /** Switches that answered the last look, and how many flows of ours they had. */
  #present = new Map<FlowSwitch, number>();
  readonly #strangersAt = new Map<FlowSwitch, number>();
  /** Switches that were asked whether they can redirect, and why not; again at each look until they can. */
  readonly #redirects = new Map<FlowSwitch, string | undefined>();
  /** What we made, by its network's text. */
  readonly #held = new Map<string, Held>();

  constructor({ clock, switches, priority, means }: OpenflowFirewallOptions) {
    this.#clock = clock;
    this.#switches = switches;
    this.#means = means;
    this.#priorities = new Set(LEVELS.map((level) => priority + level));
  }

  refusal(): undefined {
    return undefined;
  }

  refuses(measure: Measure): string | undefined {
    const reason = lacking(measure, this.#means);
    if (measure !== 'redirect') return reason;
    return reason ?? [...this.#redirects.values()].find((why) => why !== undefined);
  }

  plan(change: Change): readonly string[] {
    return this.#switches.flatMap((place) => this.#mods(change).map((mod) => place.plan(mod)));
  }

  async uphold(): Promise<Upkeep> {
    const looks = await Promise.all(this.#switches.map((place) => this.#look(place)));
    const present = new Map<FlowSwitch, number>();
    const away: string[] = [];
    let worst: Extract<SwitchLook, { ok: false }> | undefined;
    for (const [i, place] of this.#switches.entries()) {
      const look = looks[i];
      if (look?.ok === true) present.set(place, look.flows);
      else if (look !== undefined) {
        worst ??= look;
        away.push(`${place.name} is left out: ${look.reason}`);
      }
    }
    this.#present = present;
    if (present.size === 0) {
      const none = { reason: 'no switch is configured', hint: 'Name at least one.' };
      return { ok: false, reason: worst?.reason ?? none.reason, hint: worst?.hint ?? none.hint };
    }
    const names = [...present.keys()].map(({ name }) => name).join(', ');
    return { ok: true, detail: [`flows in ${names}`, ...away].join('; '), mended: undefined };
  }

  async replace(entries: Iterable<Entry>): Promise<CommandResult> {
    const changes = Array.from(entries, (entry): Change => ({ kind: 'block', renew: true, ...entry }));
    this.#held.clear();
    const mods = changes.flatMap((change) => this.#mods(change));
    const result = await this.#everywhere((place) => place.replace(mods));
    if (result.ok) this.#remember(changes);
    return result;
  }

  async change(changes: readonly Change[]): Promise<CommandResult> {
    if (changes.length === 0) return { ok: true };
    const mods = changes.flatMap((change) => this.#mods(change));
    const result = await this.#everywhere((place) => place.write(mods));
    if (result.ok) this.#remember(changes);
    return result;
  }

  async count(): Promise<number | undefined> {
    this.#forgetEnded();
    if (this.#held.size <= MOST_READ) {
      const listed = await this.list();
      return listed === undefined || [...listed.values()].includes(IN_PART) ? undefined : listed.size;
    }
    let expected = 0;
    for (const { flows } of this.#held.values()) expected += flows.length;
    const counts = [...this.#present.values()];
    // Whatever differs makes the number of blocks differ, and that has everything compared.
    const odd = counts.find((flows) => flows < expected) ?? counts.find((flows) => flows > expected) ?? expected;
    return this.#held.size + odd - expected;
  }

  async list(): Promise<Map<string, number> | undefined> {
    this.#forgetEnded();
    const readings = await this.#readAll();
    if (readings === undefined) return undefined;
    const listed = new Map<string, number>();
    let ours = 0;
    for (const [text, held] of this.#held) {
      let [found, missing, leastMs] = [0, 0, IN_PART];
      for (const flow of held.flows)
        for (const { place, flows } of readings) {
          const leftMs = flows.get(place.key(flow));
          if (leftMs === undefined) missing += 1;
          else {
            found += 1;
            leastMs = Math.min(leastMs, leftMs);
          }
        }
      ours += found;
      if (found > 0) listed.set(text, missing > 0 ? IN_PART : leastMs);
    }
    // With our cookie, but none of what we made: only making all of it anew takes such flows out.
    return readings.reduce((sum, { flows }) => sum + flows.size, 0) > ours ? undefined : listed;
  }

  async seen(changes: readonly Change[]): Promise<readonly boolean[]> {
    const few = changes.length <= MOST_ASKED;
    const all = few ? undefined : await this.#readAll();
    if (!few && all === undefined) return changes.map(() => false);
    return Promise.all(
      changes.map(async (change) => {
        const { kind, network } = change;
        const readings = all ?? (await this.#readAll(network));
        return (
          readings !== undefined &&
          this.#shown(change).every((flow) =>
            readings.every(({ place, flows }) => flows.has(place.key(flow)) === (kind === 'block')),
          )
        );
      }),
    );
  }

  async remove(): Promise<CommandResult> {
    this.#held.clear();
    const results = await Promise.all(this.#switches.map((place) => place.replace([])));
    return results.find(({ ok }) => !ok) ?? { ok: true };
  }

  async #look(place: FlowSwitch): Promise<SwitchLook> {
    const look = await place.look();
    const now = this.#clock.monotonicMs();
    if (!look.ok) {
      this.#strangersAt.delete(place);
      this.#redirects.delete(place);
      return look;
    }
    await this.#tryRedirect(place);
    if (now - (this.#strangersAt.get(place) ?? Number.NEGATIVE_INFINITY) < STRANGERS_MS) return look;
    const stranger = await place.stranger(this.#priorities);
    if (stranger === undefined) {
      this.#strangersAt.set(place, now);
      return look;
    }
    return {
      ok: false,
      reason: `somebody else’s flows have our priority: ${stranger}`,
      hint: 'Set `priority` of this responder to one that no other flow of that table has.',
    };
  }

  /** What a switch cannot track must not cost the blocks of the same bundle. */
  async #tryRedirect(place: FlowSwitch): Promise<void> {
    const isSettled = this.#redirects.has(place) && this.#redirects.get(place) === undefined;
    if (isSettled || lacking('redirect', this.#means) !== undefined) return;
    const flows = NOBODY.flatMap((network) => flowsOf(network, 'redirect', this.#means));
    this.#redirects.set(place, await place.tries?.(flows));
  }

  async #everywhere(work: (place: FlowSwitch) => Promise<CommandResult>): Promise<CommandResult> {
    const places = [...this.#present.keys()];
    if (places.length === 0) return { ok: false, reason: 'no switch answers' };
    const results = await Promise.all(places.map(work));
    return results.find(({ ok }) => !ok) ?? { ok: true };
  }

  async #readAll(
    only?: Network,
  ): Promise<readonly { readonly place: FlowSwitch; readonly flows: ReadonlyMap<string, number> }[] | undefined> {
    const readings = await Promise.all(
      [...this.#present.keys()].map(async (place) => ({ place, flows: await place.read(only) })),
    );
    const whole = readings.flatMap(({ place, flows }) => (flows === undefined ? [] : [{ place, flows }]));
    return whole.length === readings.length && whole.length > 0 ? whole : undefined;
  }

  #remember(changes: readonly Change[]): void {
    const now = this.#clock.monotonicMs();
    for (const change of changes) {
      const text = formatNetwork(change.network);
      if (change.kind === 'unblock') this.#held.delete(text);
      else
        this.#held.set(text, {
          network: change.network,
          flows: this.#flows(change),
          end: now + hardTimeout(change.remainingMs) * 1000,
        });
    }
  }

  /** None where it is refused: the journal may hold a measure that a switch which is back can no more. */
  #flows({ network, measure = 'block' }: Change): readonly Flow[] {
    return this.refuses(measure) === undefined ? flowsOf(network, measure, this.#means) : [];
  }

  /** What is to be seen of a change, or of one that takes back, is not to be seen: nothing of any measure. */
  #shown(change: Change): readonly Flow[] {
    if (change.kind === 'block') return this.#flows(change);
    return Measure.options.flatMap((measure) => flowsOf(change.network, measure, this.#means));
  }

  /** What is there of a measure that was before goes in the same step. */
  #mods(change: Change): FlowMod[] {
    const before = this.#held.get(formatNetwork(change.network))?.flows;
    if (change.kind === 'unblock') return (before ?? this.#flows(change)).map((flow) => ({ kind: 'delete', flow }));
    const flows = this.#flows(change);
    const names = new Set(flows.map(flowName));
    const seconds = hardTimeout(change.remainingMs);
    return [
      ...(before ?? []).flatMap((flow): FlowMod[] => (names.has(flowName(flow)) ? [] : [{ kind: 'delete', flow }])),
      ...flows.map((flow): FlowMod => ({ kind: 'add', flow, seconds })),
    ];
  }

  #forgetEnded(): void {
    const now = this.#clock.monotonicMs();
    for (const [text, { end }] of this.#held) if (end + GRACE_MS < now) this.#held.delete(text);
  }
}
