/** From searches as the author wrote them to expressions: modifiers applied, wildcards worked out, lists joined. */
import type { Expression, GlobPiece, Test } from '../expression.ts';
import { parseNetwork } from '../network.ts';
import type { Budget } from './budget.ts';
import { allOf, anyOf, noneOf } from './combine.ts';
import { base64Offsets, dashVariants, encodeText } from './encodings.ts';
import { globTest, parseGlob } from './glob.ts';
import { readModifiers, type Modifiers } from './modifiers.ts';
import { didYouMean, quote, RuleProblem, UnfilledPlaceholder, type Path } from './problem.ts';
import type { Detection, Item, RawScalar } from './raw-rule.ts';
import { translateRegex } from './regex.ts';
import { nameOf } from './shape.ts';

/** Values by placeholder (`%name%`). */
export type Placeholders = Readonly<Record<string, readonly string[]>>;

/** One value may become this many by dashes or placeholders. */
const maxVariants = 10_000;

/** @throws RuleProblem */
export function lowerDetection(detection: Detection, placeholders: Placeholders, budget: Budget): Expression {
  if (detection.kind === 'item') return lowerItem(detection, placeholders, budget);
  const parts = detection.of.map((part) => lowerDetection(part, placeholders, budget));
  return detection.kind === 'all' ? allOf(parts) : anyOf(parts);
}

function lowerItem(
  { field, modifiers: names, values, path }: Item,
  placeholders: Placeholders,
  budget: Budget,
): Expression {
  const modifiers = readModifiers(names, path);
  const lowerer = new ValueLowerer(field, modifiers, placeholders, budget, path);
  const parts = values.map((value) => lowerer.lower(value));
  if (modifiers.neq) return noneOf(parts);
  return modifiers.all ? allOf(parts) : anyOf(parts);
}

class ValueLowerer {
  readonly #field: string | null;
  readonly #modifiers: Modifiers;
  readonly #placeholders: Placeholders;
  readonly #budget: Budget;
  readonly #path: Path;

  constructor(field: string | null, modifiers: Modifiers, placeholders: Placeholders, budget: Budget, path: Path) {
    this.#field = field;
    this.#modifiers = modifiers;
    this.#placeholders = placeholders;
    this.#budget = budget;
    this.#path = path;
  }

  lower(value: RawScalar): Expression {
    const { exists, fieldRef, compare, timeUnit, cidr, expand } = this.#modifiers;
    if (exists) return this.#exists(value);
    if (timeUnit !== undefined)
      return this.#test({ kind: 'timePart', unit: timeUnit, op: compare ?? 'eq', value: this.#number(value) });
    if (compare !== undefined) return this.#test({ kind: 'compare', op: compare, value: this.#number(value) });
    if (fieldRef) {
      const { match, cased } = this.#modifiers;
      return this.#test({ kind: 'fieldRef', field: this.#text(value, 'fieldref'), mode: match, cased });
    }
    if (cidr) return this.#network(this.#text(value, 'cidr'));
    if (value === null) return this.#test({ kind: 'missing' });
    if (typeof value === 'number' && this.#isPlain()) return this.#test({ kind: 'number', value });
    const texts = expand ? this.#expand(String(value)) : [String(value)];
    return anyOf(texts.map((text) => this.#lowerText(text)));
  }

  /** Nothing that looks into the value as a text. */
  #isPlain(): boolean {
    const { match, encoding, base64, regex, windash } = this.#modifiers;
    return (
      this.#field !== null &&
      match === 'equals' &&
      encoding === undefined &&
      base64 === undefined &&
      regex === undefined &&
      !windash
    );
  }

  #lowerText(text: string): Expression {
    const { regex, windash, encoding, base64, cased } = this.#modifiers;
    if (regex !== undefined) return this.#test({ kind: 'regex', ...translateRegex(text, regex, this.#path) });
    if (base64 === undefined && encoding === undefined)
      return anyOf(this.#dashes(text, windash).map((each) => this.#glob(parseGlob(each))));
    // What is encoded is a text without wildcards; Base64 tells case apart, the bytes of UTF-16 as characters need not.
    const encoded = this.#dashes(text, windash).flatMap((each) => this.#encode(unescape(each, this.#path)));
    return anyOf(encoded.map((literal) => this.#glob([{ literal }], base64 !== undefined || cased)));
  }

  #encode(text: string): string[] {
    const { encoding, base64 } = this.#modifiers;
    const bytes = encoding === undefined ? Buffer.from(text) : encodeText(text, encoding);
    if (base64 === 'offset') return base64Offsets(bytes);
    return [base64 === undefined ? bytes.toString('latin1') : bytes.toString('base64')];
  }

  #glob(pieces: readonly GlobPiece[], cased = this.#modifiers.cased): Expression {
    // A keyword is looked for inside whatever the event holds.
    const match = this.#field === null ? 'contains' : this.#modifiers.match;
    const before: GlobPiece[] = match === 'contains' || match === 'endsWith' ? ['*'] : [];
    const after: GlobPiece[] = match === 'contains' || match === 'startsWith' ? ['*'] : [];
    return this.#test(globTest([...before, ...pieces, ...after], cased));
  }

  #dashes(text: string, wanted: boolean): string[] {
    if (!wanted) return [text];
    const variants = dashVariants(text, maxVariants);
    if (variants === undefined) throw this.#problem(`${quote(text)} has too many dashes for \`windash\``);
    return variants;
  }

  /** `\%` is a percent sign. */
  #expand(escaped: string): string[] {
    const text = escaped.replaceAll('\\%', '\0');
    const [first = '', ...rest] = text.split(/%([^%\s\0]+)%/);
    let texts = [first];
    for (let i = 0; i < rest.length; i += 2) {
      const name = rest[i] ?? '';
      const values = Object.hasOwn(this.#placeholders, name) ? this.#placeholders[name] : undefined;
      if (values === undefined) {
        const hint = didYouMean(name, Object.keys(this.#placeholders));
        throw new UnfilledPlaceholder(
          this.#path,
          `nothing is known for the placeholder \`%${name}%\`${hint}: a pipeline's \`value_placeholders\` gives it values`,
        );
      }
      if (texts.length * values.length > maxVariants)
        throw this.#problem(`the placeholders of ${quote(text)} stand for more than ${maxVariants} values`);
      texts = texts.flatMap((before) => values.map((value) => before + value + (rest[i + 1] ?? '')));
    }
    return texts.map((each) => each.replaceAll('\0', '%'));
  }

  #network(network: string): Expression {
    if (parseNetwork(network) !== undefined) return this.#test({ kind: 'cidr', network });
    throw this.#problem(`${quote(network)} is no network: it is written \`192.0.2.0/24\` or \`2001:db8::/32\``);
  }

  #exists(value: RawScalar): Expression {
    if (this.#field === null) throw this.#problem('`exists` needs a field');
    if (typeof value !== 'boolean') throw this.#problem(`\`exists\` is \`true\` or \`false\`, not ${quote(value)}`);
    const there = this.#test({ kind: 'exists' });
    return value ? there : noneOf([there]);
  }

  #number(value: RawScalar): number {
    const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
    if (typeof number === 'number' && Number.isFinite(number)) return number;
    throw this.#problem(`${nameOf(this.#path)} compares numbers, and ${quote(value)} is none`);
  }

  #text(value: RawScalar, modifier: string): string {
    if (typeof value === 'string' && value !== '') return value;
    throw this.#problem(`\`${modifier}\` needs a text, not ${quote(value)}`);
  }

  #test(test: Test): Expression {
    this.#budget.spend(1, this.#path);
    return { kind: 'predicate', field: this.#field, test };
  }

  #problem(message: string): RuleProblem {
    return new RuleProblem(this.#path, message);
  }
}

function unescape(text: string, path: Path): string {
  return parseGlob(text)
    .map((piece) => {
      if (typeof piece === 'object') return piece.literal;
      throw new RuleProblem(
        path,
        `${quote(text)} cannot have wildcards where it is encoded: escape them with a backslash`,
      );
    })
    .join('');
}
