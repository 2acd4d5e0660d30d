import { parseNetwork, type Network } from '@netsentinel/kernel/address';
import { describe, expect, it } from 'vitest';
import { lacking } from './nft-measures.ts';
import { NftScript } from './nft-script.ts';
import { NftablesConfig } from './nftables.config.ts';

const network = (text: string): Network => {
  const parsed = parseNetwork(text);
  if (parsed === undefined) throw new Error(text);
  return parsed;
};
const make = (config: object = {}): NftScript => new NftScript(NftablesConfig.parse(config));
const first = (script: NftScript, measure: 'isolate' | 'tarpit' | 'redirect' | 'rate-limit', text: string): string[] =>
  script.plan({ kind: 'block', measure, network: network(text), remainingMs: 1000, renew: false });

describe('the measures of nftables', () => {
  it('redirects the ports that are named, and only first packets', () => {
    expect(first(make({ redirect: { tcp: { 22: 2222, 80: 8080 } } }), 'redirect', '198.18.1.1')).toEqual([
      'add chain inet netsentinel cut { type filter hook prerouting priority -190; policy accept; }',
      'add chain inet netsentinel divert { type nat hook prerouting priority -110; policy accept; }',
      'add chain inet netsentinel redirect_cut',
      'add rule inet netsentinel redirect_cut tcp dport { 22, 80 } tcp flags & (fin | syn | rst | ack) == syn ct status & confirmed == 0 accept',
      'add rule inet netsentinel redirect_cut ct direction original meta l4proto tcp tcp dport . ct reply proto-src { 22 . 2222, 80 . 8080 } accept',
      'add rule inet netsentinel redirect_cut tcp dport { 22, 80 } counter drop',
      'add chain inet netsentinel redirect_to',
      'add rule inet netsentinel redirect_to meta l4proto tcp redirect to :tcp dport map { 22 : 2222, 80 : 8080 }',
      'add set inet netsentinel redirect_v4_32 { type ipv4_addr; flags timeout; size 262144; }',
      'add rule inet netsentinel cut ip saddr @redirect_v4_32 goto redirect_cut',
      'add rule inet netsentinel divert ip saddr @redirect_v4_32 goto redirect_to',
      'add element inet netsentinel redirect_v4_32 { 198.18.1.1 timeout 1000ms }',
    ]);
  });

  it('shows what matters most of a plan that is long', () => {
    const redirect = { tcp: { 22: 22 }, udp: { 53: 53 }, to: ['192.0.2.9', '2001:db8::9'] };
    const plan = first(make({ redirect }), 'redirect', '2001:db8:1::/64');
    expect(plan).toHaveLength(16);
    expect(plan.slice(-2)).toEqual([
      expect.stringMatching(/^# and \d+ lines more$/),
      'add element inet netsentinel redirect_v6_64 { 2001:db8:1:: timeout 1000ms }',
    ]);
  });

  it('sends on to other machines, each family to its own address', () => {
    const script = make({ redirect: { tcp: { 22: 22 }, to: ['192.0.2.9', '2001:db8::9'], others: 'drop' } });
    const lines = script.rebuild(
      [{ network: network('198.18.1.0/24'), remainingMs: 1000, measure: 'redirect' }],
      new Set(),
    );
    expect(lines).toContain(
      'add rule inet netsentinel redirect_to meta nfproto ipv6 meta l4proto tcp dnat ip6 to [2001:db8::9]:tcp dport map { 22 : 22 }',
    );
    expect(lines.filter((line) => line.startsWith('add rule inet netsentinel redirect_cut'))).toEqual([
      'add rule inet netsentinel redirect_cut meta l4proto { icmp, ipv6-icmp } accept',
      'add rule inet netsentinel redirect_cut meta nfproto ipv4 tcp dport { 22 } tcp flags & (fin | syn | rst | ack) == syn ct status & confirmed == 0 accept',
      'add rule inet netsentinel redirect_cut ct direction original ct reply ip saddr 192.0.2.9 meta l4proto tcp tcp dport . ct reply proto-src { 22 . 22 } accept',
      'add rule inet netsentinel redirect_cut meta nfproto ipv6 tcp dport { 22 } tcp flags & (fin | syn | rst | ack) == syn ct status & confirmed == 0 accept',
      'add rule inet netsentinel redirect_cut ct direction original ct reply ip6 saddr 2001:db8::9 meta l4proto tcp tcp dport . ct reply proto-src { 22 . 22 } accept',
      'add rule inet netsentinel redirect_cut counter drop',
    ]);
    expect(lines).toContain('add rule inet netsentinel cut ip saddr & 255.255.255.0 @redirect_v4_24 goto redirect_cut');
  });

  it('isolates a host from all but the widest of the networks that are named', () => {
    const script = make({ management: ['198.18.0.5', '198.18.0.0/24', '198.18.0.0/24', '2001:db8::5'] });
    expect(first(script, 'isolate', '198.18.1.1').filter((line) => line.startsWith('add rule'))).toEqual([
      'add rule inet netsentinel isolate icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept',
      'add rule inet netsentinel isolate ip saddr @isolate_v4_32 ip daddr != { 198.18.0.0/24 } counter drop',
      'add rule inet netsentinel isolate ip daddr @isolate_v4_32 ip saddr != { 198.18.0.0/24 } counter drop',
    ]);
  });

  it('limits each address by itself, of packets or of first packets alone', () => {
    const [packets, connections] = [{}, { rateLimit: { perSecond: 2, burst: 4, of: 'connections' } }].map((config) =>
      first(make(config), 'rate-limit', '198.18.1.1').slice(1, 3),
    );
    expect(packets).toEqual([
      'add set inet netsentinel rate_limit_v4_32 { type ipv4_addr; flags timeout; size 262144; limit rate over 10/second burst 20 packets; }',
      'add rule inet netsentinel rate_limit ip saddr @rate_limit_v4_32 counter drop',
    ]);
    expect(connections).toEqual([
      'add set inet netsentinel rate_limit_v4_32 { type ipv4_addr; flags timeout; size 262144; limit rate over 2/second burst 4 packets; }',
      'add rule inet netsentinel rate_limit tcp flags & (fin | syn | rst | ack) == syn ip saddr @rate_limit_v4_32 counter drop',
    ]);
  });

  it('makes chains once, tarpits before redirects, and leaves a network no measure of before', () => {
    const script = make({ redirect: { tcp: { 22: 2222 } }, tarpit: { port: 22022 } });
    const used = new Set<string>();
    script.rebuild([], used);
    const change = (measure: 'block' | 'tarpit' | 'redirect', renew: boolean) =>
      script.changes([{ kind: 'block', measure, network: network('198.18.1.1'), remainingMs: 1000, renew }], used);
    change('redirect', false);
    const added = change('tarpit', true);
    expect(added.filter((line) => /chain|rule/.test(line)).map((line) => line.split(' netsentinel ')[1])).toEqual([
      'tarpit_cut',
      'tarpit_cut meta l4proto { icmp, ipv6-icmp } accept',
      'tarpit_cut tcp flags & (fin | syn | rst | ack) == syn ct status & confirmed == 0 accept',
      'tarpit_cut ct direction original meta l4proto tcp ct reply proto-src 22022 accept',
      'tarpit_cut counter drop',
      'tarpit_to',
      'tarpit_to meta l4proto tcp redirect to :22022',
      'cut ip saddr @tarpit_v4_32 goto tarpit_cut',
      'divert ip saddr @tarpit_v4_32 goto tarpit_to',
    ]);
    expect(added).toContain('insert rule inet netsentinel cut ip saddr @tarpit_v4_32 goto tarpit_cut');
    expect(added.slice(-2)).toEqual([
      'add element inet netsentinel redirect_v4_32 { 198.18.1.1 timeout 1000ms }',
      'delete element inet netsentinel redirect_v4_32 { 198.18.1.1 }',
    ]);
    // Whoever only blocks pays for none of it.
    expect(change('block', false)).toEqual(['add element inet netsentinel v4_32 { 198.18.1.1 timeout 1000ms }']);
    expect(script.rebuild([], used).filter((line) => /cut|divert|rate|isolate/.test(line))).toEqual([]);
  });

  it('says what each measure lacks', () => {
    const none = NftablesConfig.parse({});
    expect([
      lacking('block', none),
      lacking('rate-limit', none),
      lacking('isolate', none),
      lacking('tarpit', none),
      lacking('redirect', none),
      lacking('mirror', none),
    ]).toEqual([
      undefined,
      undefined,
      expect.stringContaining('name `management`'),
      expect.stringContaining('`tarpit: { port: 22022 }`'),
      expect.stringContaining('`redirect: { tcp: { 22: 2222 } }`'),
      expect.stringContaining('openvswitch'),
    ]);
    const all = NftablesConfig.parse({
      redirect: { udp: { 53: 5353 } },
      tarpit: { port: 9 },
      management: ['192.0.2.0/24'],
    });
    for (const measure of ['isolate', 'tarpit', 'redirect'] as const) expect(lacking(measure, all)).toBeUndefined();
  });
});

describe('what is configured of a redirect', () => {
  it.each([
    [{}, 'Name at least one port'],
    [{ tcp: { 0: 22 } }, 'Not a port'],
    [{ tcp: { 70000: 22 } }, 'Not a port'],
    [{ tcp: { 22: 70_000 } }, '65535'],
    [{ tcp: { 22: 22 } }, 'Port 22 is one that is redirected itself'],
    [{ tcp: { 22: 80, 80: 8080 } }, 'Port 80 is one that is redirected itself'],
    [{ tcp: { 22: 22 }, to: ['127.0.0.1'] }, 'do not reach the loopback. For decoys of this machine leave `to` out'],
    [{ tcp: { 22: 22 }, to: ['::1'] }, 'do not reach the loopback'],
    [{ tcp: { 22: 22 }, to: ['224.0.0.1'] }, 'no address of one host'],
    [{ tcp: { 22: 22 }, to: ['decoy.example'] }, 'Not an address'],
    [{ tcp: { 22: 22 }, to: ['192.0.2.1', '192.0.2.2'] }, 'at most one address of each family'],
    [{ tcp: { 22: 22 }, by: 'nobody' }, 'by'],
  ])('refuses %j', (redirect, message) => {
    const result = NftablesConfig.safeParse({ redirect });
    expect(result.success).toBe(false);
    expect(result.error?.issues.map((issue) => issue.message).join('\n')).toContain(message);
  });

  it('takes the same port on another machine', () => {
    const parsed = NftablesConfig.parse({ redirect: { tcp: { 22: 22 }, to: ['192.0.2.9'] } });
    expect(parsed.redirect).toMatchObject({ tcp: { '22': 22 }, udp: {}, others: 'pass' });
  });
});
