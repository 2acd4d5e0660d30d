/** Processing pipelines in pySigma's YAML: they change log sources, fields and values of rules before these are worked out. */
import { z } from 'zod';
import type { Placeholders } from '../read/lower.ts';
import type { RawRule } from '../read/raw-rule.ts';
import { parseYaml, YamlProblem } from '../read/yaml-file.ts';
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
    const issue = error.issues[0];
    throw new PipelineError(`${path}: ${issue?.path.join('.')}: ${issue?.message}`);
  }
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
