/** Where an address lies, told from its text: within a network of one's own, or one of a group that nobody answers for alone. */

/** Private, shared, link-local and loopback addresses. */
export function isInternal(ip: string): boolean {
  if (ip.includes(':')) return /^(f[cd]|fe[89ab])/i.test(ip) || ip === '::1';
  if (ip.startsWith('10.') || ip.startsWith('192.168.') || ip.startsWith('127.') || ip.startsWith('169.254.'))
    return true;
  if (ip.startsWith('172.')) return between(ip, 4, 16, 31);
  return ip.startsWith('100.') && between(ip, 4, 64, 127);
}

/** Multicast, broadcast and no address at all. An IPv4 address that ends in 255 is a broadcast as a rule. */
export function isGroup(ip: string): boolean {
  if (ip.includes(':')) return /^ff/i.test(ip) || ip === '::';
  if (ip.endsWith('.255') || ip === '0.0.0.0') return true;
  const dot = ip.indexOf('.');
  return dot === 3 && ip.charCodeAt(0) === 0x32 && Number(ip.slice(0, 3)) >= 224;
}

function between(ip: string, from: number, low: number, high: number): boolean {
  const octet = Number(ip.slice(from, ip.indexOf('.', from)));
  return octet >= low && octet <= high;
}
