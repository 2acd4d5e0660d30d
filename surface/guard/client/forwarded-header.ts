/** The addresses that `X-Forwarded-For` or `Forwarded` (RFC 7239) name, the nearest hop first. Whatever is no address comes as it stands, for the reader to stop at. */

export type ForwardedHeader = 'x-forwarded-for' | 'forwarded';

const MAX_LENGTH = 4096;
const MAX_HOPS = 32;
/** RFC 7239, section 4: `for=192.0.2.43`, `For="[2001:db8::17]:4711"`. */
const FOR = /^for="?([^";]*)"?$/i;

/** @returns at most 32, from the right end of at most 4 KiB: what lies further left is the sender's own word */
export function forwardedFor(value: string | readonly string[] | undefined, header: ForwardedHeader): string[] {
  if (value === undefined) return [];
  const text = (typeof value === 'string' ? value : value.join(',')).slice(-MAX_LENGTH);
  const hops: string[] = [];
  let end = text.length;
  while (end >= 0 && hops.length < MAX_HOPS) {
    const comma = end === 0 ? -1 : text.lastIndexOf(',', end - 1);
    const element = text.slice(comma + 1, end).trim();
    hops.push(withoutPort(header === 'forwarded' ? forOf(element) : element));
    end = comma;
  }
  return hops;
}

function forOf(element: string): string {
  for (const pair of element.split(';', 16)) {
    const found = FOR.exec(pair.trim());
    if (found !== null) return found[1]!;
  }
  return '';
}

/** Some proxies write the port too: `192.0.2.43:4711`, `[2001:db8::17]:4711`. */
function withoutPort(text: string): string {
  const bracketed = /^\[([^\]]{1,64})\](?::\d{1,5})?$/.exec(text);
  if (bracketed !== null) return bracketed[1]!;
  return /^(\d{1,3}(?:\.\d{1,3}){3}):\d{1,5}$/.exec(text)?.[1] ?? text;
}
