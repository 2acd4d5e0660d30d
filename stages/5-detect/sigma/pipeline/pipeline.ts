/** Processing pipelines in pySigma's YAML: they change log sources, fields and values of rules before these are worked out. */
import { z } from 'zod';
import type { Placeholders } from '../read/lower.ts';
import type { RawRule } from '../read/raw-rule.ts';
import { didYouMean, quote, type Path } from '../read/problem.ts';
import { lineAt, parseYaml, YamlProblem } from '../read/yaml-file.ts';
import { concernsRule, type Progress } from './conditions.ts';
import { PipelineDocument } from './pipeline.schema.ts';
import { transform } from './transform.ts';

export type Pipeline = z.infer<typeof PipelineDocument>;

/** Why a pipeline cannot be used. */
export class PipelineError extends Error {
  override readonly name = 'PipelineError';
}

/** @param path for errors @throws PipelineError */
export function readPipeline(text: string, path: string): Pipeline {
  try {
    return PipelineDocument.parse(parseYaml(text)[0] ?? {});
  } catch (error) {
    if (error instanceof YamlProblem) throw new PipelineError(`${path}:${error.line}: ${error.message}`);
    if (!(error instanceof z.ZodError)) throw error;
    throw new PipelineError(whatIsWrong(text, path, error.issues[0]));
  }
}

/** File, line, place, and what was meant. */
function whatIsWrong(text: string, file: string, issue: z.core.$ZodIssue | undefined): string {
  if (issue === undefined) return `${file}: this is no pipeline`;
  const path: Path = issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step));
  const place = `${file}:${lineAt(text, 0, path)}: ${path.length === 0 ? '' : `${path.join('.')}: `}`;
  if (issue.code !== 'invalid_union' || !('options' in issue)) return place + issue.message;
  const known = (issue.options as readonly unknown[]).map(String);
  const found = String(issue.path.reduce<unknown>(stepInto, parseYaml(text)[0]));
  return `${place}${quote(found)} is not supported${didYouMean(found, known)}: there are ${known.join(', ')}`;
}

function stepInto(value: unknown, step: PropertyKey): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[step] : undefined;
}

/** The rule after all of them, in the order of their priorities. Rules that name their own fields in another taxonomy are left as they are. */
export function applyPipelines(rule: RawRule, pipelines: readonly Pipeline[]): RawRule {
  if (rule.taxonomy !== 'sigma') return rule;
  const progress: Progress = { applied: new Set(), state: new Map() };
  let changed = rule;
  for (const { transformations } of inOrder(pipelines)) {
    for (const transformation of transformations) {
      if (!concernsRule(transformation, changed, progress)) continue;
      changed = transform(changed, transformation, progress);
      if (transformation.id !== undefined) progress.applied.add(transformation.id);
    }
  }
  return changed;
}

/** What the pipelines' variables give to `%name%`, where a pipeline says that they do (`value_placeholders`). */
export function placeholdersOf(pipelines: readonly Pipeline[]): Placeholders {
  const values: Record<string, readonly string[]> = {};
  for (const { vars, transformations } of inOrder(pipelines)) {
    for (const transformation of transformations) {
      if (transformation.type !== 'value_placeholders') continue;
      for (const [name, value] of Object.entries(vars)) {
        if (transformation.include?.includes(name) === false || transformation.exclude?.includes(name) === true)
          continue;
        values[name] = (Array.isArray(value) ? value : [value]).map(String);
      }
    }
  }
  return values;
}

function inOrder(pipelines: readonly Pipeline[]): readonly Pipeline[] {
  return pipelines.toSorted((a, b) => a.priority - b.priority);
}
