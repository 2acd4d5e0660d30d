import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApi, type ApiHarness } from '@netsentinel/testkit/api-harness';
import { routes } from '../http/routes.ts';
import { openApiOf } from './openapi.ts';

interface Operation {
  readonly operationId: string;
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly required: boolean }[];
  readonly responses: Record<string, unknown>;
  readonly security: readonly unknown[];
  readonly 'x-permission'?: string;
}
const document = openApiOf(routes, '1.2.3') as unknown as {
  readonly openapi: string;
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: { readonly schemas: Record<string, unknown> };
};
let h: ApiHarness;
beforeAll(async () => {
  h = await startApi();
});
afterAll(() => h.close());

describe('the OpenAPI document', () => {
  it('is served to anybody, and knows every route', async () => {
    const served = (await (await h.call('GET', '/api/v1/openapi.json')).json()) as typeof document;
    expect(served.openapi).toBe('3.1.0');
    const known = Object.entries(served.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(known.toSorted()).toEqual(
      routes.map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`).toSorted(),
    );
  });

  it('says what is taken, what is answered and who may ask', () => {
    const { get } = document.paths['/api/v1/incidents/{id}']!;
    expect(get).toMatchObject({
      operationId: 'getIncident',
      'x-permission': 'incidents:read',
      security: [{ session: [] }, { token: [] }],
      parameters: [{ name: 'id', in: 'path', required: true }],
      responses: {
        200: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Incident' } } } },
        404: { content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } } },
      },
    });
    const query = document.paths['/api/v1/incidents']!['get']!.parameters;
    expect(query.find(({ name }) => name === 'limit')).toMatchObject({
      in: 'query',
      required: false,
      schema: { type: 'integer', minimum: 1, maximum: 500 },
    });
    expect(document.paths['/api/v1/invitations']!['post']).toMatchObject({
      'x-permission': 'users:write',
      security: [{ session: [] }],
      responses: { 403: { description: expect.stringMatching(/`users:write`.*token/) as string } },
    });
    expect(document.paths['/api/v1/session']!['post']).toMatchObject({ security: [], requestBody: { required: true } });
  });

  it('says of fields what they are, in parameters, bodies, answers and schemas', () => {
    const parameter = { name: 'scanner', description: expect.stringContaining('known scanners') as string };
    expect(document.paths['/api/v1/incidents']!['get']!.parameters).toContainEqual(expect.objectContaining(parameter));
    const { post } = document.paths['/api/v1/session']!;
    expect(JSON.stringify(post)).toContain('"description":"Of the authenticator application');
    const { get } = document.paths['/api/v1/account']!;
    expect(JSON.stringify(get)).toContain('"description":"Codes that signing in asks for');
    expect(document.components.schemas['Problem']).toMatchObject({
      properties: { detail: { description: 'For people' } },
    });
  });

  it('refers to nothing that is not in it', () => {
    const named = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(([, ref]) => ref!);
    expect(named.length).toBeGreaterThan(10);
    for (const ref of named)
      expect(Object.keys(document.components.schemas)).toContain(ref.replace('#/components/schemas/', ''));
  });
});
