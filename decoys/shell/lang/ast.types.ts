/** The shell language as a tree: what the parser makes and the interpreter walks. Lines count from 1 in the text that was parsed. */
export type WordPart =
  | { readonly kind: 'text'; readonly text: string; readonly quoted: boolean }
  | { readonly kind: 'double'; readonly parts: readonly WordPart[] }
  | ParameterPart
  | { readonly kind: 'command'; readonly body: List }
  /** Backticks: parsed when they run, as bash does. */
  | { readonly kind: 'backtick'; readonly source: string; readonly line: number }
  | { readonly kind: 'arithmetic'; readonly expression: Word }
  | { readonly kind: 'process'; readonly direction: '<' | '>'; readonly body: List }
  | { readonly kind: 'bad'; readonly raw: string };

export interface ParameterPart {
  readonly kind: 'parameter';
  readonly name: string;
  readonly index?: Word;
  /** `-`, `:-`, `=`, `#`, `##`, `/`, `:`, `^`, `@` … */
  readonly op?: string;
  readonly argument?: Word;
  /** Of `/pattern/replacement` and `:offset:length`. */
  readonly second?: Word;
  readonly length?: boolean;
  readonly indirect?: boolean;
  readonly raw: string;
}

export interface Word {
  readonly parts: readonly WordPart[];
  /** The text as written. */
  readonly raw: string;
  /** Of `export a=b` and its kin. */
  readonly assignment?: Assignment;
}

export interface Assignment {
  readonly name: string;
  readonly index?: Word;
  readonly append: boolean;
  readonly value: Word | readonly ArrayElement[];
}

export interface ArrayElement {
  readonly index?: Word;
  readonly value: Word;
}

export interface Redirect {
  /** Left of the operator; undefined: its default. */
  readonly fd: number | undefined;
  /** `{name}>file`: the number goes into a variable. */
  readonly variable?: string;
  readonly op: '<' | '>' | '>>' | '>|' | '<>' | '<&' | '>&' | '&>' | '&>>' | '<<' | '<<-' | '<<<';
  /** Filled in once the body of a here-document was read. */
  target: Word;
}

export interface SimpleCommand {
  readonly kind: 'simple';
  readonly assignments: readonly Assignment[];
  readonly words: readonly Word[];
  readonly redirects: readonly Redirect[];
  readonly line: number;
}

export interface CompoundCommand {
  readonly kind: 'compound';
  readonly body: Compound;
  readonly redirects: readonly Redirect[];
  readonly line: number;
}

export type Command = SimpleCommand | CompoundCommand | FunctionDefinition;

export interface FunctionDefinition {
  readonly kind: 'function';
  readonly name: string;
  readonly body: CompoundCommand;
  /** The text as written, for `declare -f` and `type`. */
  readonly source: string;
  readonly line: number;
}

export type Compound =
  | { readonly kind: 'subshell'; readonly list: List }
  | { readonly kind: 'group'; readonly list: List }
  | {
      readonly kind: 'if';
      readonly branches: readonly { readonly test: List; readonly body: List }[];
      readonly otherwise: List | undefined;
    }
  | { readonly kind: 'while'; readonly until: boolean; readonly test: List; readonly body: List }
  | {
      readonly kind: 'for';
      readonly name: string;
      readonly words: readonly Word[] | undefined;
      readonly body: List;
      readonly select: boolean;
    }
  | { readonly kind: 'arithmetic-for'; readonly parts: readonly [Word, Word, Word]; readonly body: List }
  | { readonly kind: 'case'; readonly subject: Word; readonly clauses: readonly CaseClause[] }
  | { readonly kind: 'condition'; readonly test: Condition }
  | { readonly kind: 'arithmetic'; readonly expression: Word };

export interface CaseClause {
  readonly patterns: readonly Word[];
  readonly body: List;
  readonly end: ';;' | ';&' | ';;&';
}

export type Condition =
  | { readonly kind: 'not'; readonly test: Condition }
  | { readonly kind: 'and' | 'or'; readonly left: Condition; readonly right: Condition }
  | { readonly kind: 'unary'; readonly op: string; readonly operand: Word }
  | { readonly kind: 'binary'; readonly op: string; readonly left: Word; readonly right: Word }
  | { readonly kind: 'word'; readonly word: Word };

export interface Pipeline {
  readonly commands: readonly Command[];
  /** For each `|` whether it was `|&`. */
  readonly withStderr: readonly boolean[];
  readonly negated: boolean;
  readonly timed: boolean;
  /** As written, for `jobs`. */
  readonly source: string;
}

export interface ListItem {
  readonly first: Pipeline;
  readonly rest: readonly { readonly op: '&&' | '||'; readonly pipeline: Pipeline }[];
  readonly background: boolean;
  /** As written, for `jobs`. */
  readonly source: string;
}

export interface List {
  readonly items: readonly ListItem[];
}
