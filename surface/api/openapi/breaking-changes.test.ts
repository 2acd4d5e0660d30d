import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { routes } from '../http/routes.ts';
import { breakingChanges, type OpenApiDocument } from './breaking-changes.ts';
import { API_VERSION, openApiOf } from './openapi.ts';

const BASELINE = new URL('./baseline.json', import.meta.url);
const DECLARED = new URL('./declared-breaks.json', import.meta.url);
const now = openApiOf(routes, API_VERSION) as unknown as OpenApiDocument;

/** A document that can be changed anywhere. */
// oxlint-disable-next-line typescript/no-explicit-any -- a path into JSON would otherwise be cast at each step
type Loose = any;

/** The same document with something changed in it. */
function changed(change: (document: Loose) => void): OpenApiDocument {
  const copy: unknown = structuredClone(now);
  change(copy);
  return copy as OpenApiDocument;
}

const read = (url: URL): unknown => JSON.parse(readFileSync(url, 'utf8'));

describe('the API', () => {
  it('breaks no client of the last release but where that is declared', () => {
    const breaks = breakingChanges(read(BASELINE) as OpenApiDocument, now);
    const declared = read(DECLARED) as { readonly change: string; readonly why: string }[];
    const undeclared = breaks.filter((line) => !declared.some(({ change }) => change === line));
    expect(
      undeclared,
      'A breaking change: keep what clients use, or declare it with its reason in surface/api/openapi/declared-breaks.json and raise API_VERSION.',
    ).toEqual([]);
  });
});

describe('breakingChanges', () => {
  it('finds none in the same document, nor in one that takes and answers more', () => {
    expect(breakingChanges(now, now)).toEqual([]);
    const more = changed(({ paths, components }) => {
      paths['/api/v1/more'] = paths['/api/v1/status'];
      paths['/api/v1/incidents'].get.parameters.push({ name: 'sort', in: 'query', required: false, schema: {} });
      components.schemas.Incident.properties.colour = { type: 'string' };
      paths['/api/v1/tokens'].post.requestBody.content['application/json'].schema.properties.name.maxLength = 200;
    });
    expect(breakingChanges(now, more)).toEqual([]);
  });

  it.each<[string, (document: Loose) => void, string]>([
    ['a route', ({ paths }) => delete paths['/api/v1/status'], 'GET /api/v1/status is gone'],
    [
      'who may ask',
      ({ paths }) => (paths['/api/v1/incidents'].get['x-permission'] = 'users:read'),
      'GET /api/v1/incidents was for incidents:read, and is for users:read',
    ],
    [
      'a token that is not enough any more',
      ({ paths }) => paths['/api/v1/incidents'].get.security.pop(),
      'GET /api/v1/incidents was for incidents:read, and is for incidents:read without a token',
    ],
    [
      'a parameter',
      ({ paths }) => paths['/api/v1/actions'].get.parameters.shift(),
      'GET /api/v1/actions does not take query incident any more',
    ],
    [
      'a parameter that is needed',
      ({ paths }) =>
        paths['/api/v1/actions'].get.parameters.push({ name: 'who', in: 'query', required: true, schema: {} }),
      'GET /api/v1/actions needs query who now',
    ],
    [
      'a bound of what is sent',
      ({ paths }) =>
        (paths['/api/v1/tokens'].post.requestBody.content['application/json'].schema.properties.days.maximum = 30),
      'POST /api/v1/tokens body.days has a lower maximum: 30',
    ],
    [
      'a property that must be sent',
      ({ paths }) => paths['/api/v1/tokens'].post.requestBody.content['application/json'].schema.required.push('days'),
      'POST /api/v1/tokens body.days is needed now',
    ],
    [
      'a value that may be sent',
      ({ components }) => components.schemas.Role.enum.shift(),
      'PATCH /api/v1/users/{name} body.role does not take admin any more',
    ],
    [
      'a property of an answer',
      ({ components }) => delete components.schemas.Incident.properties.title,
      'GET /api/v1/incidents/{id} 200.title is gone',
    ],
    [
      'a property that was always there',
      ({ components }) => components.schemas.Incident.required.shift(),
      'GET /api/v1/incidents/{id} 200.id is not always there any more',
    ],
    [
      'a type deep in an answer',
      ({ components }) => (components.schemas.IncidentSummary.properties.score = { type: 'string' }),
      'GET /api/v1/incidents 200.incidents[].score is of another type',
    ],
    [
      'an answer',
      ({ paths }) => delete paths['/api/v1/incidents/{id}'].get.responses['304'],
      'GET /api/v1/incidents/{id} does not answer 304 any more',
    ],
  ])('tells of %s', (_, change, line) => {
    expect(breakingChanges(now, changed(change))).toContain(line);
  });
});
