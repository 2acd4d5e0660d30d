/** What three responders hold at this moment, asked of nft and of Redis themselves: networks, and when each ends. */
import { execFileSync } from 'node:child_process';
import { parseNetwork, formatNetwork } from '@netsentinel/kernel/address';
import { kernelTimeouts } from './kernel-blocks.ts';

export const RESPONDERS = ['nftables', 'redis', 'firewalld'] as const;
export type ResponderName = (typeof RESPONDERS)[number];

/** Networks, as canonical text, to the wall time of their end; infinite where what holds them knows no end. */
export type Holding = ReadonlyMap<string, number>;

/** Keys and list of the README beside the responder, a line each: `key NETWORK REMAINING-MS`, `listed NETWORK UNTIL`. */
const READ_REDIS = `
local lines = {}
for _, key in ipairs(redis.call('KEYS', 'netsentinel:block:*')) do
  lines[#lines + 1] = 'key ' .. string.sub(key, 19) .. ' ' .. redis.call('PTTL', key)
end
local listed = redis.call('ZRANGE', 'netsentinel:blocks', 0, -1, 'WITHSCORES')
for i = 1, #listed, 2 do lines[#lines + 1] = 'listed ' .. listed[i] .. ' ' .. listed[i + 1] end
return lines`;

/** Undefined where there is no table of ours: a firewall that was flushed. */
export function heldByNftables(namespace: string): Holding | undefined {
  try {
    const now = Date.now();
    return new Map([...kernelTimeouts(namespace)].map(([network, remainingMs]) => [network, now + remainingMs]));
  } catch {
    return undefined;
  }
}

export interface RedisHolding {
  /** Networks with a key of their own, which Redis ends by itself. */
  readonly keys: Holding;
  /** The list as readers take it: what is not over. */
  readonly listed: Holding;
}

/** Undefined where Redis does not answer. */
export function heldByRedis(socket: string): RedisHolding | undefined {
  let output: string;
  const now = Date.now();
  try {
    output = execFileSync('redis-cli', ['-s', socket, 'EVAL', READ_REDIS, '0'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      maxBuffer: 1 << 28,
    });
  } catch {
    return undefined;
  }
  const keys = new Map<string, number>();
  const listed = new Map<string, number>();
  for (const line of output.split('\n')) {
    const [what, network = '', time] = line.split(' ');
    if (what === 'key') keys.set(network, Number(time) < 0 ? Infinity : now + Number(time));
    if (what === 'listed' && Number(time) > now) listed.set(network, Number(time));
  }
  return { keys, listed };
}

/** What is in firewalld's table in the kernel, in sets that end nothing. Undefined where it has no table. */
export function heldByFirewalld(namespace: string): Holding | undefined {
  let listing: { nftables: { set?: { name: string; elem?: unknown[] } }[] };
  try {
    const command = ['netns', 'exec', namespace, 'nft', '-j', 'list', 'table', 'inet', 'firewalld'];
    listing = JSON.parse(
      execFileSync('ip', command, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 1 << 28 }),
    ) as typeof listing;
  } catch {
    return undefined;
  }
  const found = new Map<string, number>();
  for (const { set } of listing.nftables) {
    if (set?.name.startsWith('netsentinel-v') !== true) continue;
    for (const element of set.elem ?? []) {
      const { prefix } = element as { prefix?: { addr: string; len: number } };
      const network = parseNetwork(prefix === undefined ? String(element) : `${prefix.addr}/${prefix.len}`);
      if (network !== undefined) found.set(formatNetwork(network), Infinity);
    }
  }
  return found;
}
