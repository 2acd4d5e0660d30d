/** Networks sorted into layers in which none overlaps another: a network lies in the layer of as many networks as it lies in. Pure. */
import { parseNetwork, type Network } from '@netsentinel/kernel/address';

/** Of each family. Nobody is known to block networks within networks so often. */
export const MAX_LAYERS = 16;

export interface Layer {
  readonly family: 4 | 6;
  /** 0: these lie within no other. */
  readonly depth: number;
  /** Sorted. */
  readonly texts: readonly string[];
}

/** `covered`: what lies deeper than the last layer. */
export function layersOf(networks: Iterable<string>): {
  readonly layers: readonly Layer[];
  readonly covered: readonly string[];
} {
  const covered: string[] = [];
  const byDepth = { 4: [] as string[][], 6: [] as string[][] };
  const parsed = [...networks].flatMap((text) => {
    const network = parseNetwork(text);
    return network === undefined ? [] : [{ text, network }];
  });
  const known = new Set<string>();
  const prefixes = { 4: new Set<number>(), 6: new Set<number>() };
  for (const { text, network } of parsed.toSorted((a, b) => a.network.prefix - b.network.prefix)) {
    const { family, prefix } = network;
    let depth = 0;
    for (const wider of prefixes[family]) if (wider < prefix && known.has(keyOf(network, wider))) depth += 1;
    known.add(keyOf(network, prefix));
    prefixes[family].add(prefix);
    if (depth >= MAX_LAYERS) covered.push(text);
    else (byDepth[family][depth] ??= []).push(text);
  }
  const layers = ([4, 6] as const).flatMap((family) =>
    byDepth[family].map((texts, depth): Layer => ({ family, depth, texts: texts.toSorted() })),
  );
  return { layers, covered };
}

/** The same for all that lies in the network of that length around this one. */
function keyOf({ family, base }: Network, prefix: number): string {
  const hostBits = BigInt((family === 4 ? 32 : 128) - prefix);
  return `${family}/${prefix}/${(base >> hostBits).toString(16)}`;
}
