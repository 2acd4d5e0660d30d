/**
 * Files of rules become a rule set: every document of every file (rules, correlations, filters, collections with `action`), through the pipelines, with
 * references resolved. What is wrong with one document harms no other: it stands in `failed`, with file, line and what was meant.
 */
import type { Pipeline } from '../pipeline/pipeline.ts';
import { applyPipelines, placeholdersOf } from '../pipeline/pipeline.ts';
import { isRecord } from '../event.ts';
import type { Correlation, Rule, RuleError, RuleSet } from '../rule.ts';
import { mergeGlobal } from './collection.ts';
import { readCorrelationDocument } from './correlation-document.ts';
import { withRenamedFields } from './correlation-fields.ts';
import { filtered, readFilterDocument, type Filter } from './filter-document.ts';
import type { Placeholders } from './lower.ts';
import { didYouMean, quote, RuleProblem, UnfilledPlaceholder } from './problem.ts';
import type { RawRule } from './raw-rule.ts';
import { resolveReferences } from './references.ts';
import { lowerRule, readRuleDocument } from './rule-document.ts';
import { kindOf, metadataOf } from './shape.ts';
import { lineAt, parseYaml, YamlProblem } from './yaml-file.ts';

export interface RuleText {
  /** For errors, and to know a file again. */
  readonly path: string;
  readonly text: string;
}

export interface ReadOptions {
  /** Applied in the order of their priorities. */
  readonly pipelines?: readonly Pipeline[];
  /** Values for `%name%` in fields with `expand`, beside what pipelines give. */
  readonly placeholders?: Placeholders;
}

const maxFileCharacters = 16 * 1024 * 1024;
const maxDocuments = 10_000;

export function readRules(files: readonly RuleText[], options: ReadOptions = {}): RuleSet {
  return new RuleReader(options).read(files);
}

/** What one file says by itself, before anything is known of what its correlations name. */
export interface SaidAlone {
  readonly rules: readonly Rule[];
  readonly correlations: readonly Correlation[];
  readonly filters: readonly Filter[];
  readonly failed: readonly RuleError[];
  /** As in `RuleSet`. */
  readonly inert: readonly RuleError[];
}

interface FileContent extends SaidAlone {
  readonly text: string;
  readonly rules: Rule[];
  readonly correlations: Correlation[];
  readonly filters: Filter[];
  readonly failed: RuleError[];
  readonly inert: RuleError[];
  /** With pipelines only, by id: the rules before them. */
  readonly plain: Map<string, RawRule>;
}

/** Reads again what has changed only. */
export class RuleReader {
  readonly #pipelines: readonly Pipeline[];
  readonly #placeholders: Placeholders;
  #known = new Map<string, FileContent>();
  /** Read last: what was looked at beforehand is not read once more when it comes. */
  #last: { readonly path: string; readonly content: FileContent } | undefined;

  constructor({ pipelines = [], placeholders = {} }: ReadOptions = {}) {
    this.#pipelines = pipelines;
    this.#placeholders = { ...placeholdersOf(pipelines), ...placeholders };
  }

  read(files: readonly RuleText[]): RuleSet {
    this.#known = this.#contentsOf(files);
    return this.#setOf([...this.#known.values()]);
  }

  /** What `read` would answer; what was read last stays so. */
  suppose(files: readonly RuleText[]): RuleSet {
    return this.#setOf([...this.#contentsOf(files).values()]);
  }

  /** What the file says by itself: ids that others have and references to others are not looked at. */
  alone(file: RuleText): SaidAlone {
    return this.#contentOf(file);
  }

  #contentsOf(files: readonly RuleText[]): Map<string, FileContent> {
    const contents = new Map<string, FileContent>();
    for (const file of files) contents.set(file.path, this.#contentOf(file));
    return contents;
  }

  #contentOf(file: RuleText): FileContent {
    const { path, text } = file;
    const known = this.#known.get(path);
    if (known?.text === text) return known;
    if (this.#last?.path === path && this.#last.content.text === text) return this.#last.content;
    const content = this.#readFile(file);
    this.#last = { path, content };
    return content;
  }

  #setOf(all: readonly FileContent[]): RuleSet {
    const failed = all.flatMap((content) => content.failed);
    const filters = all.flatMap((content) => content.filters);
    const taken = new Map<string, Rule | Correlation>();
    const isFirst = (one: Rule | Correlation): boolean => {
      const other = taken.get(one.id);
      if (other === undefined) taken.set(one.id, one);
      else
        failed.push({
          ...one.position,
          error: `the id ${quote(one.id)} is taken: ${other.position.path}:${other.position.line} has it too`,
        });
      return other === undefined;
    };
    const rules = all.flatMap((content) => content.rules).filter(isFirst);
    const correlations = all.flatMap((content) => content.correlations).filter(isFirst);
    const resolved = resolveReferences(rules, correlations);
    return {
      rules: filters.length === 0 ? rules : rules.map((rule) => filtered(rule, filters)),
      correlations: this.#renamed(resolved.correlations, all),
      failed: [...failed, ...resolved.failed],
      inert: all.flatMap((content) => content.inert),
    };
  }

  #readFile({ path, text }: RuleText): FileContent {
    const content: FileContent = {
      text,
      rules: [],
      correlations: [],
      filters: [],
      failed: [],
      inert: [],
      plain: new Map(),
    };
    const fail = (line: number, error: string): void => void content.failed.push({ path, line, error });
    let documents: readonly unknown[];
    try {
      if (text.length > maxFileCharacters)
        throw new YamlProblem(1, `the file has more than ${maxFileCharacters} characters`);
      documents = parseYaml(text);
      if (documents.length > maxDocuments) throw new YamlProblem(1, `the file has more than ${maxDocuments} documents`);
    } catch (error) {
      if (!(error instanceof YamlProblem)) throw error;
      fail(error.line, error.message);
      return content;
    }
    for (const { document, index } of mergeGlobal(documents)) {
      if (document === null || document === undefined) continue;
      const lineOf = ({ path: within }: RuleProblem): number => lineAt(text, index, within);
      try {
        this.#readDocument(document, { path, line: lineOfDocument(text, index) }, content, lineOf);
      } catch (error) {
        if (!(error instanceof RuleProblem)) throw error;
        fail(lineOf(error), error.message);
      }
    }
    return content;
  }

  /** The fields that correlations name, as the pipelines left them in the rules. */
  #renamed(correlations: Correlation[], contents: readonly FileContent[]): Correlation[] {
    if (this.#pipelines.length === 0 || correlations.length === 0) return correlations;
    const plain = new Map(contents.flatMap((content) => [...content.plain]));
    return withRenamedFields(correlations, (id, field) => {
      const raw = plain.get(id);
      return raw === undefined
        ? field
        : (applyPipelines({ ...raw, fields: [field] }, this.#pipelines).fields[0] ?? field);
    });
  }

  #readDocument(
    document: unknown,
    position: Rule['position'],
    content: FileContent,
    lineOf: (problem: RuleProblem) => number,
  ): void {
    if (!isRecord(document))
      throw new RuleProblem([], `a rule is a map of \`title\`, \`logsource\`, \`detection\`, not ${kindOf(document)}`);
    const metadata = metadataOf(document, position);
    if (document['filter'] !== undefined) {
      const prepare = (raw: RawRule): RawRule => applyPipelines(raw, this.#pipelines);
      content.filters.push(readFilterDocument(document, metadata, this.#placeholders, prepare));
      return;
    }
    if (document['correlation'] !== undefined) content.correlations.push(readCorrelationDocument(document, metadata));
    else if (document['detection'] !== undefined) {
      const raw = readRuleDocument(document, metadata);
      if (this.#pipelines.length > 0) content.plain.set(metadata.id, raw);
      content.rules.push(this.#lower(applyPipelines(raw, this.#pipelines), content.inert, lineOf));
    } else {
      const hint = didYouMean('detection', Object.keys(document)) || didYouMean('correlation', Object.keys(document));
      throw new RuleProblem([], `there is no \`detection\`, \`correlation\` or \`filter\`${hint}`);
    }
  }

  /** Without its placeholders' values a rule would match too little or, negated, everything: then it matches nothing. */
  #lower(raw: RawRule, inert: RuleError[], lineOf: (problem: RuleProblem) => number): Rule {
    try {
      return lowerRule(raw, this.#placeholders);
    } catch (error) {
      if (!(error instanceof UnfilledPlaceholder)) throw error;
      const { metadata, logsource, fields } = raw;
      inert.push({ path: metadata.position.path, line: lineOf(error), error: error.message });
      return { kind: 'rule', ...metadata, logsource, fields, expression: { kind: 'constant', value: false } };
    }
  }
}

/** Most files are one document: those need no search for where it begins. */
function lineOfDocument(text: string, index: number): number {
  return index === 0 ? 1 : lineAt(text, index, []);
}
