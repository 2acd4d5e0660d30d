/** A script as a tree. */
import type { LuaValue } from './lua-values.ts';

export type Expression =
  | { readonly kind: 'constant'; readonly value: Exclude<LuaValue, object> }
  | { readonly kind: 'vararg' }
  | { readonly kind: 'name'; readonly name: string; readonly line: number }
  | Index
  | Call
  | { readonly kind: 'function'; readonly body: FunctionBody }
  | { readonly kind: 'and' | 'or'; readonly left: Expression; readonly right: Expression }
  | Binary
  | {
      readonly kind: 'unary';
      readonly operator: '-' | 'not' | '#';
      readonly operand: Expression;
      readonly line: number;
    }
  /** In parentheses: one value, whatever it gives. */
  | { readonly kind: 'single'; readonly inner: Expression }
  | {
      readonly kind: 'table';
      /** Without a key: the next place from 1 on. */
      readonly items: readonly { readonly key?: Expression; readonly value: Expression }[];
      readonly line: number;
    };

export interface Index {
  readonly kind: 'index';
  readonly object: Expression;
  readonly key: Expression;
  readonly line: number;
}

export interface Call {
  readonly kind: 'call';
  readonly callee: Expression;
  /** `object:name(…)`. */
  readonly method?: string;
  readonly args: readonly Expression[];
  readonly line: number;
}

export interface Binary {
  readonly kind: 'binary';
  readonly operator: string;
  readonly left: Expression;
  readonly right: Expression;
  readonly line: number;
}

export interface FunctionBody {
  readonly parameters: readonly string[];
  readonly vararg: boolean;
  readonly block: Block;
}

export type Block = readonly Statement[];

export type Statement =
  | { readonly kind: 'local'; readonly names: readonly string[]; readonly values: readonly Expression[] }
  | { readonly kind: 'local function'; readonly name: string; readonly body: FunctionBody }
  | {
      readonly kind: 'assign';
      readonly targets: readonly Expression[];
      readonly values: readonly Expression[];
      readonly line: number;
    }
  | { readonly kind: 'call'; readonly call: Call }
  | { readonly kind: 'do'; readonly block: Block }
  | { readonly kind: 'while'; readonly test: Expression; readonly block: Block }
  | { readonly kind: 'repeat'; readonly block: Block; readonly test: Expression }
  | { readonly kind: 'if'; readonly branches: readonly { readonly test?: Expression; readonly block: Block }[] }
  | {
      readonly kind: 'for';
      readonly name: string;
      readonly range: readonly Expression[];
      readonly block: Block;
      readonly line: number;
    }
  | {
      readonly kind: 'for in';
      readonly names: readonly string[];
      readonly values: readonly Expression[];
      readonly block: Block;
      readonly line: number;
    }
  | { readonly kind: 'return'; readonly values: readonly Expression[] }
  | { readonly kind: 'break' };
