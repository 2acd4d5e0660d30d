/** Runs every check that fits on every decoy of every machine, and says how easily they are recognised. */
import { describeError } from '@netsentinel/kernel/errors';
import type { PlayedDecoy } from '../personas/played-decoys.ts';
import { compareMachines, compareServices, type Told } from './between-services.ts';
import { protocolChecks } from './checks/index.ts';
import { openProbe, type Probe } from './probe.ts';
import { STACK_MEND, tcpStackOf } from './tcp-stack.ts';
import type { CheckOutcome, VerifyCheck, VerifyFinding, VerifyTarget } from './verify.types.ts';

/** A login that is refused five times takes half of it. */
const CHECK_MS = 45_000;

export interface Verdict {
  /** 0: no tell was seen; 100: it is a honeypot for certain. */
  readonly score: number;
  readonly findings: readonly VerifyFinding[];
  /** Decoys that nobody could connect to, with the reason. */
  readonly unreachable: readonly Unlooked[];
  /** Decoys that no check knows. */
  readonly notLookedAt: readonly Unlooked[];
}

interface Unlooked {
  readonly decoy: string;
  readonly reason: string;
}

export interface VerifyOptions {
  /** The address to come from. */
  readonly from?: string | undefined;
  /** Hears each finding, a decoy's together. */
  readonly onFinding?: (finding: VerifyFinding) => void;
}

interface Looked {
  readonly findings: readonly VerifyFinding[];
  readonly told: readonly Told[];
  readonly unreachable?: string;
}

export async function verifyDecoys(
  played: readonly PlayedDecoy[],
  { from, onFinding = () => {} }: VerifyOptions = {},
): Promise<Verdict> {
  const findings: VerifyFinding[] = [];
  const unreachable: Unlooked[] = [];
  const notLookedAt: Unlooked[] = [];
  const found = (...more: readonly VerifyFinding[]): void => {
    findings.push(...more);
    for (const finding of more) onFinding(finding);
  };
  const machines: { readonly name: string; readonly told: readonly Told[] }[] = [];
  for (const [persona, decoys] of Map.groupBy(played, (one) => one.persona)) {
    const told: Told[] = [];
    const work = decoys.map((one) => {
      const decoy = one.planned.id;
      const known = protocolChecks.filter(({ types }) => types.includes(one.planned.type));
      if (known.length === 0)
        notLookedAt.push({ decoy, reason: `no check knows what ${one.planned.type} should answer` });
      return lookAt(one, from).then((looked) => {
        found(...looked.findings);
        told.push(...looked.told);
        if (looked.unreachable !== undefined) unreachable.push({ decoy, reason: looked.unreachable });
      });
    });
    await Promise.all(work);
    found(...compareServices(persona, told));
    const there = decoys.find(
      ({ planned: { id, transport } }) => transport === 'tcp' && !unreachable.some(({ decoy }) => decoy === id),
    );
    if (there !== undefined)
      found({
        decoy: persona.hostname,
        check: 'machine-tcp-stack',
        title: 'TCP/IP of the system that it claims (nmap -O, p0f)',
        weight: 30,
        mend: STACK_MEND,
        outcome: await tcpStackOf(persona, there.planned, from),
      });
    machines.push({ name: persona.hostname, told });
  }
  found(...compareMachines(machines));
  return { score: scoreOf(findings), findings, unreachable, notLookedAt };
}

/** One decoy's checks, one after the other: they are to see it as a single visitor does. */
async function lookAt(one: PlayedDecoy, from: string | undefined): Promise<Looked> {
  const { type, transport } = one.planned;
  const reason = transport === 'tcp' ? await whyUnreachable(one, from) : undefined;
  if (reason !== undefined) return { findings: [], told: [], unreachable: reason };
  const everywhere = transport === 'tcp' ? '*' : '';
  const fitting = protocolChecks.filter(({ types }) => types.includes(everywhere) || types.includes(type));
  const findings: VerifyFinding[] = [];
  const told: Told[] = [];
  for (const { checks, claims } of fitting) {
    for (const check of checks) findings.push(await findingOf(one, check, from));
    if (claims !== undefined)
      told.push({ target: targetOf(one, [], from), claims: await onTarget(one, claims, from).catch(() => []) });
  }
  return { findings, told };
}

/** Tells are independent evidence: what is left of the doubt is the product of what each leaves. */
export function scoreOf(findings: readonly VerifyFinding[]): number {
  const doubt = findings
    .filter(({ outcome }) => outcome.result === 'tell')
    .reduce((left, { weight }) => left * (1 - weight / 100), 1);
  return Math.round((1 - doubt) * 100);
}

async function findingOf(one: PlayedDecoy, check: VerifyCheck, from: string | undefined): Promise<VerifyFinding> {
  const { id, title, weight, mend } = check;
  const outcome = await onTarget(one, (target) => check.run(target), from).catch((error: unknown): CheckOutcome => ({
    result: 'skipped',
    reason: describeError(error),
  }));
  const telling = outcome.result === 'tell' ? (outcome.weight ?? weight) : weight;
  return { decoy: one.planned.id, check: id, title, weight: telling, ...(mend === undefined ? {} : { mend }), outcome };
}

async function whyUnreachable(one: PlayedDecoy, from: string | undefined): Promise<string | undefined> {
  return onTarget(one, (target) => target.connect(), from).then(() => undefined, describeError);
}

/** Ends the connections that the work opened. */
async function onTarget<T>(
  one: PlayedDecoy,
  work: (target: VerifyTarget) => Promise<T>,
  from: string | undefined,
): Promise<T> {
  const open: Probe[] = [];
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('it took too long')), CHECK_MS);
  });
  try {
    return await Promise.race([work(targetOf(one, open, from)), late]);
  } finally {
    clearTimeout(timer);
    for (const probe of open) probe.close();
  }
}

function targetOf(
  { planned, persona, description }: PlayedDecoy,
  open: Probe[],
  from: string | undefined,
): VerifyTarget {
  const { id, type, address, port, transport, options } = planned;
  const connect = async (): Promise<Probe> => {
    const probe = await openProbe(address, port, from);
    open.push(probe);
    return probe;
  };
  return { decoy: id, type, address, port, transport, persona, description, options, from, connect };
}
