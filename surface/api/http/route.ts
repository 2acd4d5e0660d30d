/**
 * How a route is declared: what it takes, what it answers and who may ask. The server, the OpenAPI document and the tests of who may do what are made
 * of these declarations, so that they cannot say different things.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { SignedIn } from '../auth/sessions.ts';
import type { Access } from './access.ts';
import { AuditPen, type Audited } from './audit-pen.ts';
import type { RouteContext } from './context.ts';
import { parse, Problem } from './problem.ts';

export interface Answer {
  readonly description: string;
  /** Of a JSON body; without it there is none, or one of `type`. */
  readonly schema?: z.ZodType;
  /** The media types, one or another, of a body that is no JSON. */
  readonly type?: string | readonly string[];
}

/** What a request header is; that it is so is the route's to see to. */
export interface Header {
  readonly description: string;
  readonly pattern: RegExp;
  readonly required: boolean;
}

export interface RouteRequest<Params, Query, Body> {
  readonly ctx: RouteContext;
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  /** For the handler of what is audited. */
  readonly audit: AuditPen;
}

/** What changes something says how the audit learns of it: no route can be added that forgets. */
type Method =
  | { readonly method: 'GET'; readonly audit?: never }
  | { readonly method: 'POST' | 'PATCH' | 'PUT' | 'DELETE'; readonly audit: Audited };

interface Described<Params, Query, Body> {
  /** The OpenAPI operation id: a verb and what it is about. */
  readonly id: string;
  /** As Fastify writes it: `/api/v1/incidents/:id`. */
  readonly path: string;
  /** Half a sentence for people. */
  readonly summary: string;
  /** What it is listed under. */
  readonly tag: string;
  readonly access: Access;
  readonly params?: z.ZodType<Params>;
  /** Without it no query is taken. */
  readonly query?: z.ZodType<Query>;
  /** Request headers that it looks at besides those of every request. */
  readonly headers?: Readonly<Record<string, Header>>;
  /** It makes something: with an `Idempotency-Key` only once. It answers by what it returns, and sends nothing itself. */
  readonly once?: true;
  /** It looks at no cookie and sets none, so that it matters not which site has a browser ask: for programs, which name no origin. */
  readonly cookieless?: true;
  /** Bytes of a body at most, where they may be more than those of other routes. */
  readonly maxBodyBytes?: number;
  /** Without it a body is empty. */
  readonly body?: z.ZodType<Body>;
  /** Those that are no problems, by status. */
  readonly answers: Readonly<Record<number, Answer>>;
  /** Statuses of problems besides those that every route has, and when. */
  readonly problems?: Readonly<Record<number, string>>;
}

type Declaration<Params, Query, Body> = Described<Params, Query, Body> & Method;

/** A route of any shape. */
export type Route = Declaration<unknown, unknown, unknown> & {
  handle(request: RouteRequest<unknown, unknown, unknown>, who: SignedIn | undefined): unknown;
};

const Nothing = z.strictObject({});
/** That Fastify knows. */
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE'];

/** For whoever is signed in. */
export function route<Params = unknown, Query = unknown, Body = unknown>(
  declared: Declaration<Params, Query, Body> & { readonly access: Exclude<Access, 'open'> },
  handle: (request: RouteRequest<Params, Query, Body> & { readonly who: SignedIn }) => unknown,
): Route {
  return {
    ...declared,
    handle: (request, who) => {
      // The guard lets nobody through to here who is not.
      if (who === undefined) throw new Problem(401, 'not-signed-in', 'Sign in first.');
      return handle({ ...(request as RouteRequest<Params, Query, Body>), who });
    },
  };
}

/** For anybody; `who` is there where somebody is signed in. */
export function openRoute<Params = unknown, Query = unknown, Body = unknown>(
  declared: Omit<Described<Params, Query, Body>, 'access'> & Method,
  handle: (request: RouteRequest<Params, Query, Body> & { readonly who: SignedIn | undefined }) => unknown,
): Route {
  return {
    ...declared,
    access: 'open',
    handle: (request, who) => handle({ ...(request as RouteRequest<Params, Query, Body>), who }),
  };
}

/** Serves the routes; who asks has been looked at by then (`guard`). */
export function mount(app: FastifyInstance, ctx: RouteContext, routes: readonly Route[]): void {
  for (const one of routes) {
    const { method, path, access, maxBodyBytes, params = Nothing, query = Nothing, body = Nothing } = one;
    app.route({
      method,
      url: path,
      config: { access, cookieless: one.cookieless },
      ...(maxBodyBytes === undefined ? {} : { bodyLimit: maxBodyBytes }),
      handler: async (request, reply) => {
        const asked = {
          params: parse(params, request.params),
          query: parse(query, request.query),
          body: method === 'GET' ? undefined : parse(body, request.body),
        };
        // What is answered again was audited when it was done.
        const handle = async (): Promise<unknown> => {
          const audit = new AuditPen(ctx, one, request);
          const answer = await one.handle({ ctx, ...asked, request, reply, audit }, request.who);
          await audit.finish(reply.statusCode);
          return answer;
        };
        return one.once === true ? once(one, ctx, asked, request, reply, handle) : handle();
      },
      ...(ctx.onAnswer === undefined
        ? {}
        : {
            preSerialization: async (_: FastifyRequest, reply: FastifyReply, payload: unknown) => {
              ctx.onAnswer?.(one, reply.statusCode, payload);
              return payload;
            },
          }),
    });
  }
  refuseOtherMethods(app, routes);
}

/** The first answer again, where the request names a key that came with it before. */
async function once(
  { id }: Route,
  ctx: RouteContext,
  asked: object,
  request: FastifyRequest,
  reply: FastifyReply,
  handle: () => Promise<unknown>,
): Promise<unknown> {
  const key = request.headers['idempotency-key'];
  if (typeof key !== 'string' || request.who === undefined) return handle();
  const { status, body } = await ctx.answers.once(key, request.who, { id, ...asked }, async () => {
    const made = await handle();
    return { status: reply.statusCode, body: made };
  });
  reply.status(status);
  return body;
}

/** With what is allowed (RFC 9110, section 15.5.6), instead of a 404 that says that nothing is there. */
function refuseOtherMethods(app: FastifyInstance, routes: readonly Route[]): void {
  const allowed = new Map<string, string[]>();
  for (const { path, method } of routes)
    allowed.set(path, [...(allowed.get(path) ?? []), ...(method === 'GET' ? ['GET', 'HEAD'] : [method])]);
  for (const [url, methods] of allowed)
    app.route({
      method: METHODS.filter((method) => !methods.includes(method)),
      url,
      config: { access: 'open' },
      handler: () => {
        const allow = methods.join(', ');
        throw new Problem(405, 'method-not-allowed', `This takes ${allow} only.`, { allow });
      },
    });
}
