/** The generated files of the client, by path from the clone's folder. */
import { routes } from '@netsentinel/api/http/routes';
import { API_VERSION, openApiOf } from '@netsentinel/api/openapi/openapi';
import type { OpenApiDocument } from '@netsentinel/api/openapi/reference-page';
import { operationsSource, typesSource } from './client-source.ts';

export function clientFiles(): Map<string, string> {
  const document = openApiOf(routes, API_VERSION) as unknown as OpenApiDocument;
  return new Map([
    ['surface/client/types.generated.ts', typesSource(document)],
    ['surface/client/operations.generated.ts', operationsSource(document)],
  ]);
}
