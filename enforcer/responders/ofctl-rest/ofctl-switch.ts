/**
 * A way to a switch through `ofctl_rest`, the application of os-ken and Ryu. It answers when a change has been sent, not when the switch
 * took it, so every change is waited for and looked for; it cannot make several as one; and where the switch is slow it lists less than there is, so
 * that a listing counts only when it is as long as the switch says.
 */
import type { Network } from '@netsentinel/kernel/address';
import type { Flow, FlowMod, FlowSwitch, SwitchLook } from '../../openflow/flow.types.ts';
import type { CommandResult } from '../../program.ts';
import type { Answer, OfctlClient } from './ofctl-client.ts';
import * as json from './ofctl-json.ts';

/** `OFPTT_ALL` */
const ALL_TABLES = 255;
/** Flows end and are renewed while we look. */
const LISTINGS = 3;
const AT_ONCE = 4;

export class OfctlSwitch implements FlowSwitch {
  readonly name: string;
  readonly #client: OfctlClient;
  /** Decimal. */
  readonly #dpid: string;
  readonly #mark: json.FlowMark;

  constructor(client: OfctlClient, dpid: string, mark: json.FlowMark) {
    this.#client = client;
    this.#dpid = BigInt(dpid).toString();
    this.#mark = mark;
    this.name = `dpid ${dpid}`;
  }

  async look(): Promise<SwitchLook> {
    const answer = await this.#client.post(`/stats/aggregateflow/${this.#dpid}`, json.ours(this.#mark));
    const flows = answer.ok ? json.readCount(answer.body, this.#dpid) : undefined;
    if (flows !== undefined) return { ok: true, flows };
    if (!answer.ok) return { ok: false, ...absence(answer, this.name) };
    return {
      ok: false,
      reason: `the controller counts no flows of ${this.name}`,
      hint: 'It is slow, or speaks OpenFlow 1.5, whose flows are listed without their end: allow 1.3 and 1.4 only (`ovs-vsctl set bridge BRIDGE protocols=OpenFlow13,OpenFlow14`).',
    };
  }

  async stranger(priorities: ReadonlySet<number>): Promise<string | undefined> {
    const flows = await this.#list({ table_id: this.#mark.table });
    const found = flows?.find(
      ({ priority, cookie }) => priorities.has(priority) && cookie !== Number(this.#mark.cookie),
    );
    if (found === undefined) return undefined;
    const { priority, match } = found;
    return JSON.stringify({ priority, match, actions: json.listedActions(found) }).slice(0, 200);
  }

  key(flow: Flow): string {
    return json.flowKey(flow, this.#mark);
  }

  async read(only?: Network): Promise<ReadonlyMap<string, number> | undefined> {
    const filters = only && [{ src: only }, { dst: only }].map((end) => ({ family: only.family, ...end }));
    const flows = new Map<string, number>();
    for (const match of filters?.map((filter) => json.matchJson(filter)) ?? [undefined]) {
      const listed = await this.#list({ ...json.ours(this.#mark), ...(match && { match }) });
      if (listed === undefined) return undefined;
      for (const flow of listed) flows.set(json.listedKey(flow), json.leftMs(flow));
    }
    return flows;
  }

  async write(mods: readonly FlowMod[]): Promise<CommandResult> {
    return this.#send(mods.map((mod) => json.modRequest(mod, this.#dpid, this.#mark)));
  }

  /** What is to be there is made first, then the rest is taken out: what is in both is never missing. */
  async replace(mods: readonly FlowMod[]): Promise<CommandResult> {
    const made = await this.write(mods);
    if (!made.ok) return made;
    const wanted = new Set(mods.map(({ flow }) => this.key(flow)));
    const listed = await this.#list(json.ours(this.#mark));
    if (listed === undefined) return { ok: false, reason: `the flows of ${this.name} could not be read` };
    const rest = listed.filter((flow) => !wanted.has(json.listedKey(flow)));
    const all = { table_id: ALL_TABLES, ...json.ours(this.#mark) };
    const path = '/stats/flowentry/delete';
    if (mods.length === 0) return this.#send([{ path, body: { dpid: this.#dpid, ...all } }]);
    return this.#send(
      rest.map(({ table_id, priority, match }) => ({
        path: `${path}_strict`,
        body: { dpid: this.#dpid, ...all, table_id, priority, match },
      })),
    );
  }

  plan(mod: FlowMod): string {
    const { path, body } = json.modRequest(mod, this.#dpid, this.#mark);
    return `POST ${path} ${JSON.stringify(body)}`;
  }

  async #send(requests: readonly { readonly path: string; readonly body: object }[]): Promise<CommandResult> {
    let [next, failed]: [number, Extract<Answer, { ok: false }> | undefined] = [0, undefined];
    const sender = async (): Promise<void> => {
      while (failed === undefined) {
        const request = requests[next++];
        if (request === undefined) return;
        const answer = await this.#client.post(request.path, request.body);
        if (!answer.ok) failed = answer;
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, sender));
    if (failed !== undefined) return { ok: false, reason: absence(failed, this.name).reason };
    // The switch answers in order: when it has counted, it has done what was sent before.
    const look = await this.look();
    return look.ok ? { ok: true } : { ok: false, reason: look.reason };
  }

  /** Flows by what the switch is asked for, or undefined where it did not tell all of them. */
  async #list(filter: object): Promise<json.ListedFlow[] | undefined> {
    for (let i = 0; i < LISTINGS; i++) {
      const counted = await this.#client.post(`/stats/aggregateflow/${this.#dpid}`, filter);
      const listed = await this.#client.post(`/stats/flow/${this.#dpid}`, filter);
      const count = counted.ok ? json.readCount(counted.body, this.#dpid) : undefined;
      const flows = listed.ok ? json.readFlows(listed.body, this.#dpid) : undefined;
      if (flows !== undefined && flows.length === count) return flows;
    }
    return undefined;
  }
}

function absence({ status, reason }: Extract<Answer, { ok: false }>, name: string): { reason: string; hint: string } {
  if (status === 404)
    return {
      reason: `the controller knows no switch with ${name}, or has no ofctl_rest`,
      hint: 'Start it with `ofctl_rest`, and have the switch connect to it: `ovs-vsctl set-controller BRIDGE tcp:ADDRESS:6653`.',
    };
  if (status === 0)
    return { reason: `the controller does not answer: ${reason}`, hint: 'See whether it runs, and correct `url`.' };
  return { reason: `the controller answered ${reason}`, hint: 'See what its log says.' };
}
