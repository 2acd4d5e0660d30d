/** Pure: the routes as an OpenAPI 3.1 document (https://spec.openapis.org/oas/v3.1.0), whose schemas are JSON Schema 2020-12. */
import { z } from 'zod';
import { Action } from '@netsentinel/contracts/action';
import { AttackerSummary } from '@netsentinel/contracts/attacker';
import { BlastRadius, BlockPlan } from '@netsentinel/contracts/block-plan';
import { Event } from '@netsentinel/contracts/event';
import { IncidentWork } from '@netsentinel/contracts/casework';
import { Exception } from '@netsentinel/contracts/exception';
import { Incident, IncidentSummary } from '@netsentinel/contracts/incident';
import { PlatformStatus } from '@netsentinel/contracts/live';
import { Permission, Role } from '@netsentinel/contracts/permission';
import { OwnRuleChange, OwnRules, OwnRulesCard } from '@netsentinel/contracts/own-rules';
import { RuleWord } from '@netsentinel/contracts/rule-book';
import { RuleCard, RuleDetail } from '@netsentinel/contracts/rule-card';
import { AttackerStory } from '../http/attackers/attacker-story.ts';
import { IDEMPOTENCY_KEY } from '../http/kept-answers.ts';
import { ProblemBody } from '../http/problem.ts';
import { needsSession, permissionOf, type Access } from '../http/access.ts';
import type { Answer, Route } from '../http/route.ts';

/** Of the API, not of the product: `/api/v1`. The second number grows with what is added, the first with what breaks. */
export const API_VERSION = '1.1';

type Json = Record<string, unknown>;

/** Schemas with a name of their own, which clients get as types. */
const NAMED = z.registry<{ id: string }>();
for (const [id, schema] of Object.entries({
  Action,
  AttackerStory,
  AttackerSummary,
  BlastRadius,
  BlockPlan,
  Event,
  Exception,
  Incident,
  IncidentSummary,
  IncidentWork,
  OwnRuleChange,
  OwnRules,
  OwnRulesCard,
  Permission,
  PlatformStatus,
  Problem: ProblemBody,
  Role,
  RuleCard,
  RuleDetail,
  RuleWord,
}))
  NAMED.add(schema, { id });

const EVERYWHERE: Readonly<Record<number, string>> = {
  400: 'What was sent is not what is taken; `detail` says where',
  429: 'Asked too often (`console.requestsPerMinute`)',
  500: 'Something went wrong here; the log says what',
};
const SIGNED_IN: Readonly<Record<number, string>> = { 401: 'Nobody is signed in' };
const CHANGES: Readonly<Record<number, string>> = {
  403: 'Asked for by another site',
  413: 'Too large',
  415: 'The body is no JSON',
};

export function openApiOf(routes: readonly Route[], version: string): Json {
  const schemas: Json = {};
  const paths: Record<string, Json> = {};
  for (const route of routes)
    (paths[route.path.replace(/:(\w+)/g, '{$1}')] ??= {})[route.method.toLowerCase()] = operation(route, schemas);
  return {
    openapi: '3.1.0',
    info: {
      title: 'NetSentinel',
      version,
      description: 'What the web console uses, and other programs may. Failures are problems as RFC 9457 has them.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    tags: [...new Set(routes.map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    components: {
      schemas: Object.fromEntries(Object.entries(schemas).toSorted(([a], [b]) => (a < b ? -1 : 1))),
      securitySchemes: {
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: 'netsentinel-session',
          description:
            'Set by signing in; over TLS its name is `__Host-netsentinel-session`. What changes something must come from the console’s own origin.',
        },
        token: {
          type: 'http',
          scheme: 'bearer',
          description:
            'For programs: a token of `POST /api/v1/tokens`, or an access token of `POST /api/v1/auth/token`.',
        },
      },
    },
  };
}

/** Statuses of problems that the route may answer, and when. */
export function problemsOf({ access, method, once, problems = {} }: Route): Readonly<Record<number, string>> {
  return {
    ...EVERYWHERE,
    ...(method === 'GET' ? {} : CHANGES),
    ...(access === 'open' ? {} : SIGNED_IN),
    ...forbidden(access),
    ...problems,
    ...(once === true ? withKey(problems) : {}),
  };
}

function forbidden(access: Access): Readonly<Record<number, string>> {
  const permission = permissionOf(access);
  const reasons = [
    ...(permission === undefined ? [] : [`The role of whoever asks does not have the permission \`${permission}\``]),
    ...(needsSession(access) ? ['Asked for with a token, or by another site'] : []),
  ];
  return reasons.length === 0 ? {} : { 403: reasons.join('. ') };
}

/** What a route answers besides where an `Idempotency-Key` comes. */
function withKey(problems: Readonly<Record<number, string>>): Record<number, string> {
  const running = 'The first request with this `Idempotency-Key` is being answered';
  const busy = 'Too many requests at once';
  return {
    409:
      problems[409] === undefined
        ? running
        : `${problems[409]}; or ${running.charAt(0).toLowerCase()}${running.slice(1)}`,
    422: 'The `Idempotency-Key` came with another request before',
    503: problems[503] === undefined ? busy : `${problems[503]}; or ${busy.charAt(0).toLowerCase()}${busy.slice(1)}`,
  };
}

function securityOf(access: Access): readonly Json[] {
  if (access === 'open') return [];
  return needsSession(access) ? [{ session: [] }] : [{ session: [] }, { token: [] }];
}

function operation(route: Route, schemas: Json): Json {
  const { id, tag, summary, access, params, query, body, answers } = route;
  const permission = permissionOf(access);
  const problem = { content: { 'application/problem+json': { schema: schemaOf(ProblemBody, schemas, 'output') } } };
  const responses = Object.entries({
    ...Object.fromEntries(
      Object.entries(problemsOf(route)).map(([status, description]) => [status, { description, ...problem }]),
    ),
    ...Object.fromEntries(Object.entries(answers).map(([status, answer]) => [status, response(answer, schemas)])),
  });
  return {
    operationId: id,
    tags: [tag],
    summary,
    security: securityOf(access),
    ...(permission === undefined ? {} : { 'x-permission': permission }),
    parameters: [
      ...parameters(params, 'path', schemas),
      ...parameters(query, 'query', schemas),
      ...headerParameters(route),
    ],
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: { 'application/json': { schema: schemaOf(body, schemas, 'input') } },
          },
        }),
    responses: Object.fromEntries(responses),
  };
}

function response({ description, schema, type }: Answer, schemas: Json): Json {
  if (schema !== undefined)
    return { description, content: { 'application/json': { schema: schemaOf(schema, schemas, 'output') } } };
  if (type !== undefined)
    return {
      description,
      content: Object.fromEntries([type].flat().map((one) => [one, { schema: { type: 'string' } }])),
    };
  return { description };
}

function parameters(schema: z.ZodType | undefined, where: 'path' | 'query', schemas: Json): Json[] {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = schemaOf(schema, schemas, 'input') as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, { description, ...rest }]) => ({
    name,
    in: where,
    required: where === 'path' || required.includes(name),
    ...(description === undefined ? {} : { description }),
    schema: rest,
  }));
}

function headerParameters({ headers = {}, once }: Route): Json[] {
  return Object.entries({ ...headers, ...(once === true ? IDEMPOTENCY_KEY : {}) }).map(
    ([name, { description, pattern, required }]) => ({
      name,
      in: 'header',
      required,
      description,
      schema: { type: 'string', pattern: pattern.source },
    }),
  );
}

/** Named schemas within it go to `schemas`, and are referred to. */
function schemaOf(schema: z.ZodType, schemas: Json, io: 'input' | 'output'): Json {
  const made = z.toJSONSchema(schema, {
    metadata: NAMED,
    io,
    unrepresentable: 'any',
    // What schemas say of themselves is in zod's own registry.
    override: ({ zodSchema, jsonSchema }) => {
      const description = z.globalRegistry.get(zodSchema)?.description;
      if (description !== undefined) jsonSchema.description = description;
    },
  }) as Json;
  const text = JSON.stringify(made).replaceAll('"#/$defs/', '"#/components/schemas/');
  const parsed = JSON.parse(text) as Json & { $defs?: Record<string, Json> };
  for (const [name, definition] of Object.entries(parsed.$defs ?? {})) schemas[name] ??= without(definition, ['id']);
  const rest = without(parsed, ['$schema', '$defs', 'id']);
  const { id } = parsed;
  if (typeof id !== 'string') return rest;
  schemas[id] ??= rest;
  return { $ref: `#/components/schemas/${id}` };
}

function without(object: Json, names: readonly string[]): Json {
  return Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name)));
}
