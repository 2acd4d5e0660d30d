/** What a statement's text tells of its purpose. */
import type { ServiceTelemetry } from '../service/service-telemetry.ts';
import { threatOf } from './sql-watch.ts';

/** Fields that say what a statement is after, where its words do. */
export function describeQuery(statement: string): Pick<Parameters<ServiceTelemetry['query']>[0], 'extra'> {
  if (/\bmysql\s*\.\s*`?(user|global_priv)\b|\bauthentication_string\b|\bpg_(shadow|authid)\b/i.test(statement))
    return { extra: { threat: threatOf('credentials') } };
  if (
    /^\s*(?:\/\*.*?\*\/\s*)*select\b[^;]*\bfrom\b/is.test(statement) &&
    !/information_schema|performance_schema|pg_catalog/i.test(statement)
  )
    return { extra: { threat: threatOf('collect') } };
  if (
    /@@(version|hostname|datadir|basedir|plugin_dir|secure_file)|version\s*\(|information_schema|^\s*show\b|pg_catalog/i.test(
      statement,
    )
  )
    return { extra: { threat: threatOf('discovery') } };
  return {};
}
