/**
 * Pure: names and definitions of what is ours in firewalld, and what `nft -j list table inet firewalld` shows of it in the kernel.
 * Every name comes from us and every address is rendered from its number, so that no text of an order reaches firewalld.
 */
import { formatNetwork, parseNetwork, type Network } from '@netsentinel/kernel/address';
import type { FirewalldConfig } from './firewalld.config.ts';

export interface SetDefinition {
  readonly name: string;
  readonly family: 4 | 6;
  readonly prefix: number;
}

export interface PolicyDefinition {
  readonly name: string;
  readonly egress: 'HOST' | 'ANY';
  /** How firewalld names the chains of it begin. */
  readonly chain: string;
}

/** What the kernel holds of ours. */
export interface FirewalldTable {
  /** Of each set that is there: its networks, by their text. */
  readonly sets: ReadonlyMap<string, ReadonlySet<string>>;
  /** Chain and set of each rule that drops what comes from a set: `filter_IN_policy_netsentinel_deny netsentinel-v4-32`. */
  readonly drops: ReadonlySet<string>;
}

/** Before all zones and before policies of other programs. */
const PRIORITY = -32_000;

export function setName(config: FirewalldConfig, network: Pick<Network, 'family' | 'prefix'>): string {
  return `${config.name}-v${network.family}-${network.prefix}`;
}

export function setDefinitions(config: FirewalldConfig): SetDefinition[] {
  const of = (family: 4 | 6, prefixes: readonly number[]): SetDefinition[] =>
    [...new Set(prefixes)].map((prefix) => ({ name: setName(config, { family, prefix }), family, prefix }));
  return [...of(4, config.prefixes4), ...of(6, config.prefixes6)];
}

export function policyDefinitions(config: FirewalldConfig): PolicyDefinition[] {
  const { name } = config;
  const input: PolicyDefinition = { name, egress: 'HOST', chain: `filter_IN_policy_${name}_` };
  const forward: PolicyDefinition = { name: `${name}-fwd`, egress: 'ANY', chain: `filter_FWD_policy_${name}-fwd_` };
  return config.forward ? [input, forward] : [input];
}

/** Arguments of `addIPSet` for busctl: name, version, short, description, type, options, entries. */
export function setSettings(definition: SetDefinition): string[] {
  const family = definition.family === 4 ? 'inet' : 'inet6';
  return [definition.name, '', 'NetSentinel', 'Blocked by NetSentinel', 'hash:net', '1', 'family', family, '0'];
}

/** A policy as busctl writes a dictionary of variants. */
export function policySettings(policy: PolicyDefinition, sets: readonly SetDefinition[]): string[] {
  const rules = sets.map(({ name, family }) => `rule family="ipv${family}" source ipset="${name}" drop`);
  const settings: readonly (readonly string[])[] = [
    ['short', 's', 'NetSentinel'],
    ['target', 's', 'CONTINUE'],
    ['priority', 'i', String(PRIORITY)],
    ['ingress_zones', 'as', '1', 'ANY'],
    ['egress_zones', 'as', '1', policy.egress],
    ['rich_rules', 'as', String(rules.length), ...rules],
  ];
  return [String(settings.length), ...settings.flat()];
}

/** Undefined where the output is not a listing of a table. */
export function readTable(output: string, prefix: string): FirewalldTable | undefined {
  let listing: unknown;
  try {
    listing = JSON.parse(output);
  } catch {
    return undefined;
  }
  const items = objectOf(listing)?.['nftables'];
  if (!Array.isArray(items)) return undefined;
  const sets = new Map<string, ReadonlySet<string>>();
  const drops = new Set<string>();
  for (const item of items as readonly unknown[]) {
    const { name, elem } = objectOf(objectOf(item)?.['set']) ?? {};
    if (typeof name === 'string' && name.startsWith(`${prefix}-v`))
      sets.set(name, new Set(listOf(elem).flatMap(elementText)));
    const { chain, expr } = objectOf(objectOf(item)?.['rule']) ?? {};
    const parts = listOf(expr).map((part) => objectOf(part) ?? {});
    if (typeof chain !== 'string' || !parts.some((part) => 'drop' in part)) continue;
    for (const { match } of parts) {
      const right = objectOf(match)?.['right'];
      if (typeof right === 'string' && right.startsWith(`@${prefix}-v`)) drops.add(`${chain} ${right.slice(1)}`);
    }
  }
  return { sets, drops };
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : undefined;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function elementText(element: unknown): string[] {
  const prefix = objectOf(objectOf(element)?.['prefix']);
  const text =
    typeof element === 'string'
      ? element
      : prefix === undefined
        ? ''
        : `${String(prefix['addr'])}/${String(prefix['len'])}`;
  const network = parseNetwork(text);
  return network === undefined ? [] : [formatNetwork(network)];
}

/** What of ours is not in the kernel, for people, or undefined where all of it is. */
export function missing(config: FirewalldConfig, table: FirewalldTable): string | undefined {
  for (const { name } of setDefinitions(config)) {
    if (!table.sets.has(name)) return `the ipset ${name} was gone`;
    for (const policy of policyDefinitions(config)) {
      const there = [...table.drops].some((drop) => drop.startsWith(policy.chain) && drop.endsWith(` ${name}`));
      if (!there) return `the policy ${policy.name} did not drop what is in ${name}`;
    }
  }
  return undefined;
}
