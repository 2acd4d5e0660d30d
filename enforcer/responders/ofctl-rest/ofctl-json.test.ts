import { parseNetwork } from '@netsentinel/kernel/address';
import { describe, expect, it } from 'vitest';
import type { Flow } from '../../openflow/flow.types.ts';
import { flowKey, leftMs, listedKey, modRequest, readCount, readFlows } from './ofctl-json.ts';

const mark = { cookie: '0x4e53', table: 0, priority: 60_000 };
const network = (text: string) => parseNetwork(text) ?? { family: 4 as const, base: 0n, prefix: 32 };
const four: Flow = { family: 4, src: network('198.18.2.0/24'), above: 0, actions: [] };
const six: Flow = { family: 6, dst: network('2001:db8:9::/48'), above: 2, actions: [{ kind: 'normal' }] };

/** As os-ken 1.4.0 listed them of Open vSwitch 3.1, speaking OpenFlow 1.3 and 1.4. */
const LISTED = { cookie: 20_051, duration_nsec: 500_000_000, duration_sec: 1, hard_timeout: 60, table_id: 0 };
const BY_1_3 = {
  ...LISTED,
  priority: 60_000,
  actions: [],
  match: { dl_type: 2048, nw_src: '198.18.2.0/255.255.255.0' },
};
const BY_1_4 = {
  ...LISTED,
  priority: 60_002,
  instructions: [
    { type: 'APPLY_ACTIONS', len: 24, actions: [{ type: 'OUTPUT', len: 16, max_len: 0, port: 4_294_967_290 }] },
  ],
  match: { eth_type: 34_525, ipv6_dst: '2001:db8:9::/ffff:ffff:ffff::' },
};

describe('flows as ofctl_rest writes them', () => {
  it('are made with an end, and taken out by match, priority and cookie', () => {
    expect(modRequest({ kind: 'add', flow: four, seconds: 60 }, '7', mark)).toEqual({
      path: '/stats/flowentry/add',
      body: {
        dpid: '7',
        table_id: 0,
        priority: 60_000,
        cookie: '0x4e53',
        hard_timeout: 60,
        match: { eth_type: 2048, ipv4_src: '198.18.2.0/24' },
        actions: [],
        instructions: [],
      },
    });
    expect(modRequest({ kind: 'delete', flow: six }, '7', mark)).toMatchObject({
      path: '/stats/flowentry/delete_strict',
      body: { priority: 60_002, cookie: '0x4e53', cookie_mask: '0xffffffffffffffff' },
    });
  });

  it('say what they do both as 1.3 and as 1.4 read it', () => {
    const flow: Flow = {
      ...four,
      actions: [
        { kind: 'output', port: 9 },
        { kind: 'goto', table: 5 },
      ],
    };
    const { body } = modRequest({ kind: 'add', flow, seconds: 60 }, '7', mark);
    const output = { type: 'OUTPUT', port: 9 };
    const onward = { type: 'GOTO_TABLE', table_id: 5 };
    expect(body).toMatchObject({
      actions: [output, onward],
      instructions: [{ type: 'APPLY_ACTIONS', actions: [output] }, onward],
    });
    const listed = {
      ...BY_1_3,
      actions: undefined,
      instructions: [{ type: 'APPLY_ACTIONS', actions: [output] }, onward],
    };
    const [read] = readFlows({ '7': [listed] }, '7') ?? [];
    expect(read && listedKey(read)).toBe(flowKey(flow, mark));
  });

  it('are known again, however the versions name their fields', () => {
    const flows = readFlows({ '7': [BY_1_3, BY_1_4] }, '7') ?? [];
    expect(flows.map(listedKey)).toEqual([flowKey(four, mark), flowKey(six, mark)]);
    expect(flows.map(leftMs)).toEqual([58_500, 58_500]);
  });

  it.each([
    ['another action', { actions: ['OUTPUT:NORMAL'] }],
    ['an instruction beside', { actions: undefined, instructions: [{ type: 'GOTO_TABLE', table_id: 3 }] }],
    ['another table', { table_id: 1 }],
    ['more to match', { match: { ...BY_1_3.match, tp_dst: 22 } }],
    ['a mask with holes', { match: { dl_type: 2048, nw_src: '198.18.2.0/255.0.255.0' } }],
    ['an address that is none', { match: { dl_type: 2048, nw_src: 'x' } }],
  ])('are told from flows with %s', (_, difference) => {
    const [flow] = readFlows({ '7': [{ ...BY_1_3, ...difference }] }, '7') ?? [];
    expect(flow && listedKey(flow)).not.toBe(flowKey(four, mark));
  });

  it('have for ever where they have no end, and are not guessed at', () => {
    const [endless] = readFlows({ '7': [{ ...BY_1_3, hard_timeout: 0 }] }, '7') ?? [];
    expect(endless && leftMs(endless)).toBe(Infinity);
    // OpenFlow 1.5 lists no times, and a controller that got no answer in time lists no count.
    expect(readFlows({ '7': [{ ...BY_1_3, hard_timeout: undefined }] }, '7')).toBeUndefined();
    expect(readCount({ '7': [{ flow_count: 2 }] }, '7')).toBe(2);
    for (const answer of [{ '7': [] }, { '8': [{ flow_count: 2 }] }, { '7': [{ stats: {} }] }, 'no', undefined])
      expect(readCount(answer, '7')).toBeUndefined();
  });
});
