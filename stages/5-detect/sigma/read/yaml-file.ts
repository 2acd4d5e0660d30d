/** YAML 1.2 as rules are written in: several documents a file, every error with its line, bounded against files made to exhaust us. */
import { constructFromEvents, CORE_SCHEMA, EVENT_ID, parseEvents, YAMLException } from 'js-yaml';
import { brief, type Path } from './problem.ts';

/** Rules use aliases now and then; a bomb uses them to grow. */
const maxAliases = 100;
const maxDepth = 100;
/** Characters and values that a file says once its aliases are filled in, beyond its own: who reads a document follows them all. */
const maxRepeated = 4_000_000;

type YamlEvent = ReturnType<typeof parseEvents>[number];

/** The documents of a file, in order. @throws YamlProblem */
export function parseYaml(text: string): unknown[] {
  const nul = text.indexOf('\0');
  if (nul >= 0) throw new YamlProblem(lineOfOffset(text, nul), 'there is a NUL character in it');
  try {
    const documents = constructFromEvents(parseEvents(text, { maxDepth }), {
      source: text,
      schema: CORE_SCHEMA,
      maxAliases,
    });
    boundAliases(documents, text.length);
    return documents;
  } catch (error) {
    if (error instanceof YAMLException)
      throw new YamlProblem(lineOfOffset(text, error.mark?.position ?? 0), brief(error.reason));
    throw error;
  }
}

/** Values and characters, and levels, of a value whose aliases are written out. */
interface Extent {
  readonly length: number;
  readonly levels: number;
}

/** Whoever reads the documents follows every alias. @throws YamlProblem where that has no end, or one too far */
function boundAliases(documents: readonly unknown[], written: number): void {
  const measured = new Map<object, Extent | undefined>();
  const extentOf = (value: unknown): Extent => {
    if (typeof value === 'string') return { length: 1 + value.length, levels: 0 };
    if (typeof value !== 'object' || value === null) return { length: 1, levels: 0 };
    const known = measured.get(value);
    if (known !== undefined) return known;
    if (measured.has(value)) throw new YamlProblem(1, 'one of its aliases stands in what it stands for');
    measured.set(value, undefined);
    let [length, levels] = [1, 0];
    for (const [key, inner] of Object.entries(value)) {
      const extent = extentOf(inner);
      length += key.length + extent.length;
      levels = Math.max(levels, 1 + extent.levels);
    }
    const extent = { length, levels };
    measured.set(value, extent);
    return extent;
  };
  for (const document of documents) {
    const { length, levels } = extentOf(document);
    if (length > written + maxRepeated) throw new YamlProblem(1, 'its aliases repeat too much');
    if (levels > maxDepth) throw new YamlProblem(1, `its aliases nest deeper than ${maxDepth}`);
  }
}

export class YamlProblem extends Error {
  /** 1-based. */
  readonly line: number;

  constructor(line: number, reason: string) {
    super(`this is no YAML: ${reason}`);
    this.name = 'YamlProblem';
    this.line = line;
  }
}

/** The line (1-based) of what lies at the path in a document, or of the nearest thing around it. The file has been parsed without error. */
export function lineAt(text: string, document: number, path: Path): number {
  return lineOfOffset(text, new Seeker(text).offsetOf(document, path));
}

function lineOfOffset(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) line++;
  return line;
}

/** Only errors ask for places, so the file is parsed again for them. */
class Seeker {
  readonly #text: string;
  readonly #events: readonly YamlEvent[];

  constructor(text: string) {
    this.#text = text;
    this.#events = parseEvents(text, { maxDepth });
  }

  offsetOf(document: number, path: Path): number {
    let seen = -1;
    const at = this.#events.findIndex(({ type }) => type === EVENT_ID.DOCUMENT && ++seen === document);
    return at < 0 ? 0 : this.#seek(at + 1, path, 0);
  }

  #seek(at: number, path: Path, around: number): number {
    const event = this.#events[at];
    const here = startOf(event) ?? around;
    const [step, ...rest] = path;
    if (step === undefined || event === undefined) return here;
    if (event.type === EVENT_ID.SEQUENCE) {
      let item = at + 1;
      for (let index = 0; index < Number(step) && this.#more(item); index++) item = this.#after(item);
      return this.#more(item) ? this.#seek(item, rest, here) : here;
    }
    if (event.type !== EVENT_ID.MAPPING) return here;
    for (let key = at + 1; this.#more(key);) {
      const value = this.#after(key);
      if (this.#textOf(key) === step) {
        const keyAt = startOf(this.#events[key]) ?? here;
        return rest.length === 0 ? keyAt : this.#seek(value, rest, keyAt);
      }
      key = this.#after(value);
    }
    return here;
  }

  #more(at: number): boolean {
    const event = this.#events[at];
    return event !== undefined && event.type !== EVENT_ID.POP;
  }

  /** Behind the node at the place. */
  #after(at: number): number {
    let depth = 0;
    for (let i = at; i < this.#events.length; i++) {
      const { type } = this.#events[i]!;
      if (type === EVENT_ID.MAPPING || type === EVENT_ID.SEQUENCE) depth++;
      else if (type === EVENT_ID.POP) depth--;
      if (depth === 0) return i + 1;
    }
    return this.#events.length;
  }

  #textOf(at: number): string | undefined {
    const event = this.#events[at];
    return event?.type === EVENT_ID.SCALAR ? this.#text.slice(event.valueStart, event.valueEnd) : undefined;
  }
}

function startOf(event: YamlEvent | undefined): number | undefined {
  if (event?.type === EVENT_ID.SCALAR) return event.valueStart;
  if (event?.type === EVENT_ID.MAPPING || event?.type === EVENT_ID.SEQUENCE) return event.start;
  return undefined;
}
