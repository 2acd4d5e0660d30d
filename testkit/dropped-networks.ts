/** The networks that flows drop in both directions, from a listing by `ovs-ofctl`: canonical text. */
export function droppedNetworks(flows: readonly string[]): string[] {
  const sides = { src: new Set<string>(), dst: new Set<string>() };
  for (const flow of flows) {
    const [, side, network] = /,(?:nw|ipv6)_(src|dst)=(\S+) actions=drop$/.exec(flow) ?? [];
    if ((side === 'src' || side === 'dst') && network !== undefined) sides[side].add(network);
  }
  return [...sides.src].filter((network) => sides.dst.has(network));
}
