/** What is configured of a decoy, as JSON Schema. */
import { configJsonSchema } from './example-config.ts';

interface Described {
  readonly properties?: Readonly<Record<string, { readonly const?: unknown; readonly items?: unknown }>>;
  readonly oneOf?: readonly Described[];
}

/** Of one entry of `decoys` in the configuration, of this type; undefined where there is no such type. */
export function decoySchema(type: string): Record<string, unknown> | undefined {
  const { properties } = configJsonSchema() as Described;
  const entries = (properties?.['decoys']?.items as Described | undefined)?.oneOf ?? [];
  return entries.find((entry) => entry.properties?.['type']?.const === type) as Record<string, unknown> | undefined;
}
