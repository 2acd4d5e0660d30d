/** What does not compile, and what comes out: `npm run types` checks the first, and that each of these mistakes is one. */
import { expect, expectTypeOf, it } from 'vitest';
import { createClient, type Client, type IncidentSummary, type Incident, type Action } from './client.ts';

/** Never run. */
export function mistakes(client: Client): unknown {
  return [
    // @ts-expect-error: there is no such parameter
    client.listIncidents({ state: 'open' }),
    // @ts-expect-error: nor such a status
    client.listIncidents({ status: 'opened' }),
    // @ts-expect-error: a number is not its text
    client.listIncidents({ limit: '5' }),
    // @ts-expect-error: of which incident?
    client.getIncident(),
    // @ts-expect-error: from which version?
    client.changeIncidentWork({ id: 'i1', body: { status: 'open' } }),
    // @ts-expect-error: what is closed has a reason
    client.changeIncidentWork({ id: 'i1', ifMatch: '"0"', body: { status: 'closed' } }),
    // @ts-expect-error: it takes nothing
    client.getAccount({ name: 'ada' }),
    // @ts-expect-error: made twice is told apart by a key only where it is taken
    client.signOut({ idempotencyKey: '0123456789abcdef' }),
    // @ts-expect-error: a format is needed
    client.exportEvents({}),
    // @ts-expect-error: this list has no pages
    client.each('listUsers'),
    // @ts-expect-error: there is no such operation
    client.answer('getEverything'),
  ];
}

it('types answers', () => {
  const client = createClient({ baseUrl: 'http://127.0.0.1' });
  expectTypeOf(client.getIncident).returns.resolves.toEqualTypeOf<Incident>();
  expectTypeOf(client.listIncidents).returns.resolves.toEqualTypeOf<{ incidents: IncidentSummary[]; next?: string }>();
  expectTypeOf(client.orderAction).returns.resolves.toEqualTypeOf<Action>();
  expectTypeOf(client.removeUser).returns.resolves.toEqualTypeOf<void>();
  expectTypeOf(client.exportEvents).returns.resolves.toEqualTypeOf<Response>();
  expectTypeOf(client.each('listIncidents')).toEqualTypeOf<AsyncGenerator<IncidentSummary, void, undefined>>();
  expect(client.urlOf('listActions', { status: ['applied', 'verified'], limit: 2 })).toBe(
    'http://127.0.0.1/api/v1/actions?status=applied&status=verified&limit=2',
  );
});
