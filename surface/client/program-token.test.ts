/** A program that goes on by itself, against the API itself. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { PASSWORD, startApi, type ApiHarness } from '@netsentinel/testkit/api-harness';
import { ApiError, createClient, programToken, type Client } from './client.ts';

let h: ApiHarness;
/** Refresh tokens that the program has kept. */
let kept: string[];
/** Paths that were asked for, and whether their answers get lost. */
let asked: string[];
let isLost: boolean;
let refreshToken: string;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  h = await startApi();
  await h.setUp();
  [kept, asked, isLost] = [[], [], false];
  const body = { name: 'admin', password: PASSWORD, program: 'a report', role: 'admin' } as const;
  refreshToken = (await createClient({ baseUrl: h.url }).signInProgram({ body })).refreshToken;
});
afterEach(async () => {
  vi.useRealTimers();
  await h.close();
});

const carry: typeof fetch = async (input, init) => {
  const path = new URL(input instanceof Request ? input.url : input).pathname;
  asked.push(path);
  const response = await fetch(input, init);
  if (isLost && path.endsWith('/refresh')) throw new TypeError('the connection was reset');
  return response;
};

function program(): Client {
  const client = createClient({ baseUrl: h.url, fetch: carry });
  return createClient({
    baseUrl: h.url,
    fetch: carry,
    token: programToken({ client, refreshToken, keep: (next) => void kept.push(next) }),
  });
}

const refreshes = (): number => asked.filter((path) => path.endsWith('/refresh')).length;

it('asks for a token once for all calls that wait, and again when it is about to end', async () => {
  const client = program();
  const answers = await Promise.all([client.listIncidents(), client.listIncidents(), client.getSession()]);
  expect(answers.at(-1)).toMatchObject({ account: 'admin' });
  await client.listIncidents();
  expect([refreshes(), kept.length]).toEqual([1, 1]);
  vi.setSystemTime(Date.now() + 271_000);
  await client.listIncidents();
  expect([refreshes(), new Set(kept).size]).toEqual([2, 2]);
  const again = createClient({ baseUrl: h.url, fetch: carry });
  // As after a restart: what was kept last is good.
  const token = programToken({ client: again, refreshToken: kept.at(-1)!, keep: (next) => void kept.push(next) });
  expect(await token()).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
});

it('goes on after an answer that was lost', async () => {
  const client = program();
  isLost = true;
  await expect(client.listIncidents()).rejects.toMatchObject({ name: 'ApiError', status: 0 });
  isLost = false;
  await client.listIncidents();
  expect([refreshes(), kept.length]).toEqual([2, 1]);
});

it('goes on after an answer that was lost an hour ago', async () => {
  const client = program();
  isLost = true;
  await expect(client.listIncidents()).rejects.toMatchObject({ status: 0 });
  isLost = false;
  vi.setSystemTime(Date.now() + 3_600_000);
  await client.listIncidents();
  expect(kept).toHaveLength(1);
});

it('gets another token where one was refused', async () => {
  const client = program();
  await client.listIncidents();
  const admin = await h.signInAs('admin');
  const body = { endOld: true };
  expect((await h.call('POST', '/api/v1/auth/keys/rotate', { cookie: admin, body })).status).toBe(200);
  await client.listIncidents();
  expect([refreshes(), kept.length]).toEqual([2, 2]);
});

it('keeps a token again that could not be kept', async () => {
  let failures = 1;
  const keep = (next: string): void => {
    if (failures-- > 0) throw new Error('the disk is full');
    kept.push(next);
  };
  const client = createClient({ baseUrl: h.url, fetch: carry });
  const token = programToken({ client, refreshToken, keep });
  await expect(token()).rejects.toThrow('the disk is full');
  await token();
  expect([refreshes(), kept.length]).toEqual([1, 1]);
});

it('says that it was ended', async () => {
  await createClient({ baseUrl: h.url }).refreshProgram({ body: { refreshToken } });
  const error = await program()
    .listIncidents()
    .catch((problem: unknown) => problem);
  expect(error).toBeInstanceOf(ApiError);
  expect(error).toMatchObject({ status: 401, code: 'refresh-reused' });
});
