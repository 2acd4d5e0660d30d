/**
 * The part of CrowdSec's local API that its bouncers use (its Swagger description, version 1.0.0, tag `bouncers`), so that they enforce our
 * blocks as if they were its decisions. Where nothing is found the answer is `null`, as theirs is: some bouncers compare with it.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Clock } from '@netsentinel/contracts/clock';
import { parseNetwork, type Network } from '@netsentinel/kernel/address';
import { Problem } from '../problem.ts';
import { goDuration } from './go-duration.ts';
import type { Ended, Listed } from './block-list.ts';
import { inPieces, LongAnswers, type LongAnswer } from './long-answers.ts';
import type { ServedList } from './served-list.ts';

const ORIGIN = 'netsentinel';
const TYPE = 'ban';
const NOTHING = Buffer.from('null');
/** One program at one address, whatever key they share. */
const MAX_CURSORS = 4096;

/** Each is looked for in each entry. */
const MAX_WORDS = 32;

const words = z
  .string()
  .max(2048)
  .transform((text) =>
    text
      .split(',')
      .map((word) => word.trim().toLowerCase())
      .filter((word) => word !== ''),
  )
  .refine((all) => all.length <= MAX_WORDS, `at most ${MAX_WORDS} words`)
  // A parameter without a value asks for nothing.
  .transform((all) => (all.length === 0 ? undefined : all))
  .optional();
const flag = z
  .enum(['true', 'false', '1', '0', ''])
  .transform((text) => text === 'true' || text === '1')
  .optional();
const Filter = z.object({
  scopes: words,
  origins: words,
  scenarios_containing: words,
  scenarios_not_containing: words,
});
const StreamQuery = Filter.extend({ startup: flag });
const DecisionsQuery = Filter.extend({
  scope: z.string().max(64).optional(),
  value: z.string().max(256).optional(),
  type: z.string().max(64).optional(),
  ip: z.string().max(64).optional(),
  range: z.string().max(64).optional(),
  contains: flag,
  limit: z.coerce.number().int().min(0).optional(),
});
type Filter = z.infer<typeof Filter>;

interface StreamAnswer extends LongAnswer {
  readonly cursor: number;
}

export function crowdsecRoutes(scope: FastifyInstance, served: ServedList, clock: Clock): void {
  const cursors = new Map<string, number>();
  const remember = (client: string, cursor: number): void => {
    cursors.delete(client);
    cursors.set(client, cursor);
    if (cursors.size > MAX_CURSORS) cursors.delete(cursors.keys().next().value!);
  };
  // Their words for a problem: bouncers print `message`.
  scope.setErrorHandler((error, request, reply) => {
    if (!(error instanceof Problem)) throw error;
    return reply.status(error.status).send({ message: error.status === 403 ? 'access forbidden' : error.message });
  });

  const streams = new LongAnswers<StreamAnswer>(clock);
  const lists = new LongAnswers(clock);

  async function stream(known: number | undefined, filter: Filter): Promise<StreamAnswer> {
    const { cursor, added, ended } = served.since(known);
    const now = clock.now();
    const begun = await array(added, filter, now);
    const over = await array(ended, filter, now);
    const body = Buffer.concat([Buffer.from('{"new":'), begun, Buffer.from(',"deleted":'), over, Buffer.from('}')]);
    return { cursor, body, entries: added.length + ended.length };
  }

  scope.get('/v1/decisions/stream', async (request, reply) => {
    const { startup, ...filter } = read(StreamQuery, request.query);
    const client = `${request.bouncer?.name} ${request.ip}`;
    const known = startup === true ? undefined : cursors.get(client);
    const { cursor, body } = await (known === undefined
      ? streams.get(JSON.stringify(filter), () => stream(undefined, filter))
      : stream(known, filter));
    // Only once it has been sent: what was lost on its way is told again.
    if (request.method === 'GET') reply.raw.once('finish', () => remember(client, cursor));
    return sendJson(reply, body);
  });

  scope.get('/v1/decisions', async (request, reply) => {
    const query = read(DecisionsQuery, request.query);
    const list = async (): Promise<LongAnswer> => {
      const found = query.type === undefined || query.type.toLowerCase() === TYPE ? [...find(served, query)] : [];
      return { body: await array(found, query, clock.now(), query.limit), entries: found.length };
    };
    // Who asks for one address is answered at once, whoever else asks for everything.
    const isShort = (query.ip ?? query.range ?? query.value) !== undefined && query.contains !== false;
    return sendJson(reply, (await (isShort ? list() : lists.get(JSON.stringify(query), list))).body);
  });

  // How much they dropped; nobody here reads it yet, and a bouncer that cannot tell complains each time.
  scope.post('/v1/usage-metrics', (_, reply) => reply.status(201).send({}));
}

function find(served: ServedList, query: z.infer<typeof DecisionsQuery>): Iterable<Listed> {
  const scope = query.scope?.toLowerCase();
  const value = query.ip ?? query.range ?? query.value;
  if (value === undefined) {
    const all = served.all();
    return scope === undefined ? all : [...all].filter((entry) => scopeOf(entry.network).toLowerCase() === scope);
  }
  if (scope !== undefined && scope !== 'ip' && scope !== 'range') return [];
  const network = parseNetwork(value);
  if (network === undefined) {
    if (query.ip === undefined && query.range === undefined) return [];
    throw new Problem(400, 'invalid', 'this is no address and no network');
  }
  const found = query.contains === false ? served.within(network) : served.containing(network);
  return scope === undefined ? found : found.filter((entry) => scopeOf(entry.network).toLowerCase() === scope);
}

async function array(entries: readonly (Listed | Ended)[], query: Filter, now: number, limit = 0): Promise<Buffer> {
  if (query.origins !== undefined && !query.origins.includes(ORIGIN)) return NOTHING;
  const isWanted = (entry: Listed | Ended): boolean =>
    query.scopes?.includes(scopeOf(entry.network).toLowerCase()) !== false &&
    (query.scenarios_containing === undefined || holdsAny(entry, query.scenarios_containing)) &&
    (query.scenarios_not_containing === undefined || !holdsAny(entry, query.scenarios_not_containing));
  const { bytes, count } = await inPieces(entries, (entry) => (isWanted(entry) ? decision(entry, now) : undefined), {
    between: ',',
    limit: limit === 0 ? Infinity : limit,
  });
  return count === 0 ? NOTHING : Buffer.concat([Buffer.from('['), bytes, Buffer.from(']')]);
}

/** As text, which is quicker than as objects. */
function decision(entry: Listed | Ended, now: number): string {
  const leftMs = ('until' in entry ? entry.until : entry.endedAt) - now;
  // What has ended has a negative rest, as theirs has.
  const duration = goDuration('until' in entry ? Math.max(1, leftMs) : Math.min(-1, leftMs));
  const scenario = JSON.stringify(entry.reason);
  return `{"id":${entry.id},"origin":"${ORIGIN}","type":"${TYPE}","scope":"${scopeOf(entry.network)}","value":"${entry.text}","duration":"${duration}","scenario":${scenario},"simulated":false}`;
}

function scopeOf({ family, prefix }: Network): 'Ip' | 'Range' {
  return prefix === (family === 4 ? 32 : 128) ? 'Ip' : 'Range';
}

function holdsAny({ reason }: Listed | Ended, wanted: readonly string[]): boolean {
  const text = reason.toLowerCase();
  return wanted.some((word) => text.includes(word));
}

function read<T>(schema: z.ZodType<T>, query: FastifyRequest['query']): T {
  const result = schema.safeParse(query);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  throw new Problem(400, 'invalid', `${issue.path.join('.')}: ${issue.message}`.slice(0, 300));
}

function sendJson(reply: FastifyReply, body: Buffer): FastifyReply {
  return reply.type('application/json; charset=utf-8').send(body);
}
