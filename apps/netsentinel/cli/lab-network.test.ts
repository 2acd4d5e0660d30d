import { describe, expect, it } from 'vitest';
import { parseNetwork } from '@netsentinel/kernel/address';
import { labLinks, labState, shellOf } from './lab-network.ts';

const links = labLinks();
const addresses = JSON.stringify([{}, { ifname: links.link, addr_info: [{ local: links.decoyAddress }] }]);

describe('the lab’s network', () => {
  it('uses addresses that are nobody’s, two of one network', () => {
    for (const address of [links.decoyAddress, links.attackerAddress]) {
      expect(parseNetwork(address)).toBeDefined();
      expect(address).toMatch(/^198\.1[89]\./);
    }
    expect(links.decoyAddress).not.toBe(links.attackerAddress);
  });

  it('takes names that the kernel takes', () => {
    // IFNAMSIZ is 16, the end included.
    expect(links.link.length).toBeLessThan(16);
  });

  it('gives the attacker’s address to the namespace alone: as a peer or gateway of ours it would be protected', () => {
    for (const args of links.make.filter((one) => one.includes(`${links.attackerAddress}/24`)))
      expect(args.slice(0, 2)).toEqual(['-netns', links.namespace]);
    expect(links.make.flat().filter((word) => word === 'peer')).toHaveLength(1);
    expect(links.make.flat()).not.toContain('via');
  });

  it('is there only as a whole', () => {
    expect(labState(links, addresses, `other\n${links.namespace} (id: 3)\n`)).toBe(true);
    expect(labState(links, addresses, `${links.namespace}\n`)).toBe(true);
    expect(labState(links, addresses, `${links.namespace}-2\n`)).toBe(false);
    expect(labState(links, addresses, '')).toBe(false);
    expect(labState(links, '', links.namespace)).toBe(false);
    expect(labState(links, '{"x":1}', links.namespace)).toBe(false);
    expect(labState(links, JSON.stringify([{ addr_info: [{ local: '10.0.0.1' }] }]), links.namespace)).toBe(false);
  });

  it('starts the user’s shell, or the one that is everywhere', () => {
    expect(shellOf({ SHELL: '/bin/bash' }).slice(-2)).toEqual(['/bin/bash', '--norc']);
    expect(shellOf({}).at(-1)).toBe('/bin/sh');
  });
});
