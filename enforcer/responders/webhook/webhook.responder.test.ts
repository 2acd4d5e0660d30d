import { createHash, createHmac } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@netsentinel/kernel/clock';
import { silentLogger } from '@netsentinel/kernel/log';
import { responderSuite } from '@netsentinel/testkit/contracts/responder.suite';
import { httpReceiver, type Answer, type HttpReceiver } from '@netsentinel/testkit/fake-http-receiver';
import { blockOf, FakeResponderContext, until } from '@netsentinel/testkit/responder-context';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Responder } from '../../responder.types.ts';
import { WebhookConfig } from './webhook.config.ts';
import { webhook } from './webhook.responder.ts';

interface Body {
  readonly event: 'change' | 'list' | 'check';
  readonly block: readonly { readonly network: string; readonly until: number }[];
  readonly unblock: readonly string[];
  readonly digest: string;
  readonly part: number;
  readonly parts: number;
}

/** A receiver as the README describes one. */
async function startReceiver(): Promise<{ readonly held: Map<string, number>; readonly receiver: HttpReceiver }> {
  const held = new Map<string, number>();
  let list: string[] = [];
  const take = (body: Body): Answer => {
    switch (body.event) {
      case 'change':
        for (const { network, until: end } of body.block) held.set(network, end);
        for (const network of body.unblock) held.delete(network);
        return { status: 204 };
      case 'list':
        if (body.part === 1) list = [];
        for (const { network, until: end } of body.block) {
          list.push(network);
          held.set(network, end);
        }
        if (body.part === body.parts)
          for (const network of held.keys()) if (!list.includes(network)) held.delete(network);
        return { status: 204 };
      case 'check': {
        const text = [...held.keys()].toSorted().map((one) => `${one}\n`);
        return { status: createHash('sha256').update(text.join('')).digest('hex') === body.digest ? 204 : 409 };
      }
      default:
        return body.event satisfies never;
    }
  };
  return { held, receiver: await httpReceiver(({ body }) => take(JSON.parse(body) as Body)) };
}

responderSuite('webhook', async () => {
  const { held, receiver } = await startReceiver();
  const config = WebhookConfig.parse({ url: receiver.url, allowPrivate: true, checkMs: 100 });
  return {
    clock: systemClock,
    log: silentLogger,
    create: (ctx) => webhook.create(ctx, config),
    blocked: () => Promise.resolve([...held.keys()]),
    vandalize: () => {
      held.clear();
      return Promise.resolve();
    },
    until,
    destroy: () => receiver.close(),
  };
});

describe('webhook', () => {
  let folder: string;
  let receiver: HttpReceiver;
  let answers: Answer[];
  let responder: Responder;
  const block = blockOf('198.51.100.7');
  const make = (change: object = {}): Responder =>
    (responder = webhook.create(
      new FakeResponderContext(),
      WebhookConfig.parse({ url: receiver.url, allowPrivate: true, ...change }),
    ));
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'netsentinel-webhook-'));
    answers = [];
    receiver = await httpReceiver((_, i) => answers[i] ?? { status: 204 });
  });
  afterEach(async () => {
    await responder.close();
    await receiver.close();
    rmSync(folder, { recursive: true });
  });

  it('signs as Standard Webhooks has it', async () => {
    writeFileSync(join(folder, 'secret'), 'whsec_Z2VoZWlt\n');
    await make({ secretFile: join(folder, 'secret') }).start();
    const { headers, body } = receiver.posted[0]!;
    const signed = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`;
    expect(headers['webhook-signature']).toBe(`v1,${createHmac('sha256', 'geheim').update(signed).digest('base64')}`);
    expect(JSON.parse(body)).toEqual({
      format: 1,
      event: 'list',
      list: expect.any(String),
      part: 1,
      parts: 1,
      block: [],
    });
  });

  it('posts again what was not taken, under the same id', async () => {
    await make().start();
    answers[1] = { status: 503, headers: { 'retry-after': '0.05' } };
    answers[2] = { status: 429, headers: { 'retry-after': '0.05' } };
    expect(await responder.apply([block])).toMatchObject([{ ok: true }]);
    expect(receiver.posted).toHaveLength(4);
    expect(new Set(receiver.posted.slice(1).map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  });

  it.each([
    [{ status: 400, body: 'no such thing' }, 'HTTP 400: no such thing'],
    [{ status: 302, headers: { location: 'http://127.0.0.1/' } }, 'redirect'],
  ])('gives up at once after %o', async (answer, reason) => {
    await make().start();
    answers[1] = answer;
    expect(await responder.apply([block])).toMatchObject([{ ok: false, reason: expect.stringContaining(reason) }]);
    expect(receiver.posted).toHaveLength(2);
    expect(responder.availability()).toMatchObject({ available: false });
  });

  it('gives up in the end, and sends the list once it can', async () => {
    answers[0] = { status: 500 };
    await make({ attempts: 1, checkMs: 100 }).start();
    expect(responder.availability()).toMatchObject({ available: false, reason: 'HTTP 500' });
    await until(() => responder.availability().available);
    expect(JSON.parse(receiver.posted[1]!.body)).toMatchObject({ event: 'list' });
  });

  it('posts to no private address unless that is allowed', async () => {
    expect(await make({ allowPrivate: false }).start()).toMatchObject({
      available: false,
      reason: expect.stringContaining('not a public address'),
    });
    expect(receiver.posted).toEqual([]);
  });

  it('says that its secret cannot be read', async () => {
    expect(await make({ secretFile: join(folder, 'none') }).start()).toMatchObject({
      available: false,
      reason: expect.stringContaining('ENOENT'),
    });
  });

  it('ends while it waits to try again', async () => {
    answers[0] = { status: 503, headers: { 'retry-after': '30' } };
    const starting = make().start();
    await until(() => receiver.posted.length === 1);
    await responder.close();
    expect(await starting).toMatchObject({ available: false });
  });
});
