import { describe, expect, it } from 'vitest';
import { TableReader, type ListedElement } from './table-reader.ts';

/** As nft 1.0.6 prints it. */
const LISTED = `table inet netsentinel {
	set probe {
		type ipv4_addr
		flags timeout
	}

	set v4_32 {
		type ipv4_addr
		size 262144
		flags timeout
		elements = { 198.18.0.1 timeout 1h expires 59m59s992ms, 198.18.0.2 timeout 1s200ms expires 1s192ms,
			     198.18.0.3 timeout 2d expires 1d1h1m1s, 198.18.0.4 }
	}

	set v6_64 {
		type ipv6_addr
		size 262144
		flags timeout
		elements = { 2001:db8:: timeout 1h expires 992ms }
	}

	map ports {
		type inet_service : ipv4_addr
		elements = { 80 : 198.18.0.7 }
	}

	chain input {
		type filter hook input priority raw; policy accept;
		ip saddr @v4_32 counter packets 0 bytes 0 drop
		ip6 saddr & ffff:ffff:ffff:ffff:: == @v6_64 counter packets 0 bytes 0 drop
	}

	chain forward {
		type filter hook forward priority raw; policy accept;
		ip saddr @v4_32 counter packets 0 bytes 0 drop
		ip saddr 198.18.9.9 accept
	}
}
`;

function read(pieces: readonly string[]) {
  const elements: ListedElement[] = [];
  const reader = new TableReader((element) => elements.push(element));
  for (const piece of pieces) reader.push(piece);
  const { sets, chains, others } = reader;
  return { elements, sets: Object.fromEntries(sets), chains: Object.fromEntries(chains), others };
}

describe('TableReader', () => {
  const whole = read([LISTED]);

  it('tells the elements of each set, and how long each stays', () => {
    expect(whole.elements).toEqual([
      { set: 'v4_32', address: '198.18.0.1', remainingMs: 3_599_992 },
      { set: 'v4_32', address: '198.18.0.2', remainingMs: 1192 },
      { set: 'v4_32', address: '198.18.0.3', remainingMs: 90_061_000 },
      { set: 'v4_32', address: '198.18.0.4', remainingMs: Infinity },
      { set: 'v6_64', address: '2001:db8::', remainingMs: 992 },
    ]);
  });

  it('tells what sets and chains are, and what is neither', () => {
    expect(whole).toMatchObject({
      sets: {
        probe: ['type ipv4_addr', 'flags timeout'],
        v4_32: ['type ipv4_addr', 'size 262144', 'flags timeout'],
      },
      chains: {
        input: [
          'type filter hook input priority raw; policy accept;',
          'ip saddr @v4_32 counter drop',
          'ip6 saddr & ffff:ffff:ffff:ffff:: @v6_64 counter drop',
        ],
        forward: [
          'type filter hook forward priority raw; policy accept;',
          'ip saddr @v4_32 counter drop',
          'ip saddr 198.18.9.9 accept',
        ],
      },
      others: ['map ports {', 'type inet_service : ipv4_addr', 'elements = { 80 : 198.18.0.7 }'],
    });
  });

  it('reads the same in pieces of any size', () => {
    for (const size of [1, 7, 64, 500]) {
      const pieces = Math.ceil(LISTED.length / size);
      expect(read(Array.from({ length: pieces }, (_, i) => LISTED.slice(i * size, (i + 1) * size)))).toEqual(whole);
    }
  });
});
