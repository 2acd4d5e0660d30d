import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseNetwork } from '@netsentinel/kernel/address';
import { ManualClock } from '@netsentinel/kernel/clock';
import { silentLogger } from '@netsentinel/kernel/log';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { OfctlClient } from './ofctl-client.ts';
import { OfctlRestConfig } from './ofctl-rest.config.ts';
import { ofctlRest } from './ofctl-rest.responder.ts';
import { OfctlSwitch } from './ofctl-switch.ts';

const mark = { cookie: '0x4e53', table: 0, priority: 60_000 };
const network = parseNetwork('198.18.2.0/24') ?? { family: 4 as const, base: 0n, prefix: 32 };
const flow = { family: 4, src: network, above: 0, actions: [] } as const;
const LISTED = {
  cookie: 20_051,
  duration_nsec: 0,
  duration_sec: 0,
  hard_timeout: 60,
  table_id: 0,
  priority: 60_000,
  actions: [],
};

let server: Server;
let asked: string[];
let answer: (path: string) => { readonly status?: number; readonly body?: unknown; readonly hang?: true };
let place: OfctlSwitch;

beforeEach(async () => {
  asked = [];
  server = createServer((request, response) => {
    asked.push(request.url ?? '');
    request.resume();
    const { status = 200, body, hang } = answer(request.url ?? '');
    if (hang !== true) response.writeHead(status).end(body === undefined ? '' : JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  place = new OfctlSwitch(new OfctlClient(`http://127.0.0.1:${port}/sdn/`, 500), '0x7', mark);
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

it('believes a listing that is as long as the switch says, and none that was cut off', async () => {
  const flows = [{ ...LISTED, match: { dl_type: 2048, nw_src: '198.18.2.0/255.255.255.0' } }];
  answer = (path) => ({ body: { '7': path.includes('aggregate') ? [{ flow_count: 1 }] : flows } });
  expect([...((await place.read()) ?? [])]).toEqual([[place.key(flow), 60_000]]);
  expect(asked).toEqual(['/sdn/stats/aggregateflow/7', '/sdn/stats/flow/7']);
  flows.pop();
  expect(await place.read()).toBeUndefined();
});

it('waits until the switch has done what it was sent, and fails where it is gone by then', async () => {
  answer = (path) => (path.includes('flowentry') ? {} : { body: { '7': [{ flow_count: 1 }] } });
  expect(await place.write([{ kind: 'add', flow, seconds: 60 }])).toEqual({ ok: true });
  expect(asked).toEqual(['/sdn/stats/flowentry/add', '/sdn/stats/aggregateflow/7']);
  answer = (path) => (path.includes('flowentry') ? {} : { status: 404 });
  expect(await place.write([{ kind: 'add', flow, seconds: 60 }])).toMatchObject({ ok: false });
});

it.each([
  ['no such switch', { status: 404 }, 'knows no switch with dpid 0x7'],
  ['an error', { status: 500 }, 'HTTP 500'],
  ['nothing', { hang: true } as const, 'no answer within 500 ms'],
  ['a switch that was too slow', { body: { '7': [] } }, 'counts no flows'],
])('says what is wrong where the controller answers with %s', async (_, said, reason) => {
  answer = () => said;
  expect(await place.look()).toMatchObject({ ok: false, reason: expect.stringContaining(reason) });
});

it('does not redirect, and says who can', async () => {
  const books = { remainingMs: () => undefined, all: () => [], count: () => 0 };
  const ctx = { clock: new ManualClock(), log: silentLogger, intended: books, onMended: () => {} };
  const responder = ofctlRest.create(ctx, OfctlRestConfig.parse({ dpids: ['7'] }));
  expect(responder.refuses?.('redirect')).toContain('the responders openvswitch and nftables can redirect');
  await responder.close();
});
