/** A blocklist as attackers fill it: most entries single IPv4 addresses, some networks, a third IPv6. */

export function blockedNetworks(count: number): string[] {
  const networks: string[] = [];
  for (let i = 0; i < count; i++) {
    const [a, b, c] = [(i >> 16) & 255, (i >> 8) & 255, i & 255];
    if (i % 3 === 0) networks.push(`2a00:${(i >> 8).toString(16)}:${c.toString(16)}::/64`);
    else if (i % 50 === 1) networks.push(`198.${b}.${c}.0/24`);
    else networks.push(`${128 + (a & 63)}.${b}.${c}.17`);
  }
  return networks;
}
