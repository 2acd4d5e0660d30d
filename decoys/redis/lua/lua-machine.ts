/** Runs a script's tree. Nothing of this process can be reached from it; steps, bytes and depth are bounded. */
import type { LuaBudget } from './lua-budget.ts';
import { arithmetic, at, compare } from './lua-operators.ts';
import { parseScript } from './lua-parser.ts';
import { describe, Scope } from './lua-scope.ts';
import type { Block, Call, Expression, FunctionBody, Statement } from './lua-syntax.types.ts';
import {
  LuaError,
  type LuaFunction,
  LuaTable,
  type LuaValue,
  luaText,
  toNumber,
  truthy,
  typeName,
} from './lua-values.ts';

/** Calls within calls: the real one goes on for longer, to the same end. */
const MAX_CALLS = 100;
const MAX_STRING = 1024 * 1024;
const BREAK = Symbol('break');
type Outcome = undefined | typeof BREAK | readonly LuaValue[];

/** What it returns. @throws LuaSyntaxError, LuaError, LuaUnplayed */
export function runScript(
  source: string,
  globals: ReadonlyMap<string, LuaValue>,
  budget: LuaBudget,
): readonly LuaValue[] {
  return new LuaMachine(globals, budget).run(parseScript(source));
}

export class LuaMachine {
  readonly #globals: ReadonlyMap<string, LuaValue>;
  readonly #budget: LuaBudget;
  #calls = 0;

  constructor(globals: ReadonlyMap<string, LuaValue>, budget: LuaBudget) {
    this.#globals = globals;
    this.#budget = budget;
  }

  /** @param vararg what `...` is in it */
  run(block: Block, vararg: readonly LuaValue[] = []): readonly LuaValue[] {
    const outcome = this.#block(block, new Scope({ vararg }, undefined));
    return outcome === undefined || outcome === BREAK ? [] : outcome;
  }

  #block(block: Block, scope: Scope): Outcome {
    const depth = this.#budget.enter();
    let outcome: Outcome;
    for (const statement of block) {
      this.#budget.spend(1);
      outcome = this.#statement(statement, scope);
      if (outcome !== undefined) break;
    }
    this.#budget.leave(depth);
    return outcome;
  }

  #inner(block: Block, scope: Scope): Outcome {
    return this.#block(block, new Scope(scope.frame, scope));
  }

  #statement(statement: Statement, scope: Scope): Outcome {
    switch (statement.kind) {
      case 'local': {
        const values = this.#list(statement.values, scope);
        for (const [i, name] of statement.names.entries()) scope.values.set(name, values[i] ?? null);
        return undefined;
      }
      case 'local function':
        scope.values.set(statement.name, null);
        scope.values.set(statement.name, this.#closure(statement.body, scope));
        return undefined;
      case 'assign': {
        const values = this.#list(statement.values, scope);
        for (const [i, target] of statement.targets.entries()) this.#assign(target, values[i] ?? null, scope);
        return undefined;
      }
      case 'call':
        this.#call(statement.call, scope);
        return undefined;
      case 'do':
        return this.#inner(statement.block, scope);
      case 'while':
        while (truthy(this.#value(statement.test, scope))) {
          this.#budget.spend(1);
          const outcome = this.#inner(statement.block, scope);
          if (outcome === BREAK) break;
          if (outcome !== undefined) return outcome;
        }
        return undefined;
      case 'repeat':
        for (;;) {
          this.#budget.spend(1);
          const inside = new Scope(scope.frame, scope);
          const outcome = this.#block(statement.block, inside);
          if (outcome === BREAK) return undefined;
          if (outcome !== undefined) return outcome;
          // What was local in the block is known here.
          if (truthy(this.#value(statement.test, inside))) return undefined;
        }
      case 'if': {
        const taken = statement.branches.find(({ test }) => test === undefined || truthy(this.#value(test, scope)));
        return taken === undefined ? undefined : this.#inner(taken.block, scope);
      }
      case 'for':
        return this.#count(statement, scope);
      case 'for in':
        return this.#iterate(statement, scope);
      case 'return':
        return this.#list(statement.values, scope);
      case 'break':
        return BREAK;
      default:
        return statement satisfies never;
    }
  }

  #count({ name, range, block, line }: Extract<Statement, { kind: 'for' }>, scope: Scope): Outcome {
    const [from, to, step = 1] = range.map((each) => toNumber(this.#value(each, scope)));
    for (const [what, value] of [
      ['initial value', from],
      ['limit', to],
      ['step', step],
    ] as const)
      if (value === null) throw at(line, new LuaError(`'for' ${what} must be a number`));
    for (let i = from!; step! > 0 ? i <= to! : i >= to!; i += step!) {
      this.#budget.spend(1);
      const inside = new Scope(scope.frame, scope);
      inside.values.set(name, i);
      const outcome = this.#block(block, inside);
      if (outcome === BREAK) break;
      if (outcome !== undefined) return outcome;
    }
    return undefined;
  }

  #iterate({ names, values, block, line }: Extract<Statement, { kind: 'for in' }>, scope: Scope): Outcome {
    const [iterator = null, state = null, first = null] = this.#list(values, scope);
    let control = first;
    for (;;) {
      this.#budget.spend(1);
      if (typeof iterator !== 'function') throw at(line, new LuaError(`attempt to call a ${typeName(iterator)} value`));
      const found = this.#invoke(iterator, [state, control], line);
      control = found[0] ?? null;
      if (control === null) return undefined;
      const inside = new Scope(scope.frame, scope);
      for (const [i, name] of names.entries()) inside.values.set(name, found[i] ?? null);
      const outcome = this.#block(block, inside);
      if (outcome === BREAK) return undefined;
      if (outcome !== undefined) return outcome;
    }
  }

  #assign(target: Expression, value: LuaValue, scope: Scope): void {
    if (target.kind === 'name') {
      const owner = scope.find(target.name);
      if (owner === undefined) throw at(target.line, new LuaError('Attempt to modify a readonly table'));
      owner.values.set(target.name, value);
      return;
    }
    if (target.kind !== 'index') return;
    const table = this.#value(target.object, scope);
    const key = this.#value(target.key, scope);
    if (!(table instanceof LuaTable))
      throw at(target.line, new LuaError(`attempt to index ${describe(target.object, scope, table)}`));
    if (table.readonly) throw at(target.line, new LuaError('Attempt to modify a readonly table'));
    const instead = table.meta?.get('__newindex') ?? null;
    if (typeof instead === 'function' && table.get(key) === null) {
      this.#invoke(instead, [table, key, value], target.line);
      return;
    }
    this.#budget.make(16);
    try {
      table.set(key, value);
    } catch (error) {
      throw at(target.line, error);
    }
  }

  /** All values: the last of them may give several. */
  #list(expressions: readonly Expression[], scope: Scope): readonly LuaValue[] {
    const values: LuaValue[] = [];
    for (const [i, expression] of expressions.entries()) {
      if (i < expressions.length - 1) values.push(this.#value(expression, scope));
      else if (expression.kind === 'call') {
        const depth = this.#budget.enter();
        for (const value of this.#call(expression, scope)) values.push(value);
        this.#budget.leave(depth);
      } else if (expression.kind === 'vararg') values.push(...scope.frame.vararg);
      else values.push(this.#value(expression, scope));
    }
    this.#budget.spend(values.length);
    return values;
  }

  #value(expression: Expression, scope: Scope): LuaValue {
    const depth = this.#budget.enter();
    let value: LuaValue;
    switch (expression.kind) {
      case 'constant':
        value = expression.value;
        break;
      case 'vararg':
        value = scope.frame.vararg[0] ?? null;
        break;
      case 'name':
        value = this.#lookUp(expression.name, expression.line, scope);
        break;
      case 'single':
        value = this.#value(expression.inner, scope);
        break;
      case 'function':
        value = this.#closure(expression.body, scope);
        break;
      case 'call':
        value = this.#call(expression, scope)[0] ?? null;
        break;
      case 'and':
        value = this.#value(expression.left, scope);
        if (truthy(value)) value = this.#value(expression.right, scope);
        break;
      case 'or':
        value = this.#value(expression.left, scope);
        if (!truthy(value)) value = this.#value(expression.right, scope);
        break;
      case 'index':
        value = this.#field(expression, scope);
        break;
      case 'unary':
        value = this.#unary(expression, scope);
        break;
      case 'binary':
        value = this.#binary(expression, scope);
        break;
      case 'table':
        value = this.#table(expression, scope);
        break;
      default:
        return expression satisfies never;
    }
    this.#budget.leave(depth);
    return value;
  }

  #field({ object, key, line }: Extract<Expression, { kind: 'index' }>, scope: Scope): LuaValue {
    const owner = this.#value(object, scope);
    return this.#index(owner, this.#value(key, scope), () => describe(object, scope, owner), line);
  }

  #lookUp(name: string, line: number, scope: Scope): LuaValue {
    const owner = scope.find(name);
    if (owner !== undefined) return owner.values.get(name)!;
    const value = this.#globals.get(name);
    if (value === undefined)
      throw at(line, new LuaError(`Script attempted to access nonexistent global variable '${name}'`));
    return value;
  }

  #index(object: LuaValue, key: LuaValue, described: () => string, line: number): LuaValue {
    let table = typeof object === 'string' ? this.#globals.get('string') : object;
    if (!(table instanceof LuaTable)) throw at(line, new LuaError(`attempt to index ${described()}`));
    for (;;) {
      const found: LuaValue = table.get(key);
      const next: LuaValue = found === null ? (table.meta?.get('__index') ?? null) : null;
      if (next === null) return found;
      this.#budget.spend(1);
      if (typeof next === 'function') return this.#invoke(next, [table, key], line)[0] ?? null;
      if (!(next instanceof LuaTable)) throw at(line, new LuaError(`attempt to index a ${typeName(next)} value`));
      table = next;
    }
  }

  #table({ items, line }: Extract<Expression, { kind: 'table' }>, scope: Scope): LuaTable {
    const table = new LuaTable();
    this.#budget.make(64);
    let next = 1;
    const put = (key: LuaValue, value: LuaValue): void => {
      this.#budget.make(16);
      try {
        table.set(key, value);
      } catch (error) {
        throw at(line, error);
      }
    };
    for (const [i, { key, value }] of items.entries()) {
      if (key !== undefined) put(this.#value(key, scope), this.#value(value, scope));
      else if (i < items.length - 1) put(next++, this.#value(value, scope));
      else for (const each of this.#list([value], scope)) put(next++, each);
    }
    return table;
  }

  #closure(body: FunctionBody, scope: Scope): LuaFunction {
    this.#budget.make(64);
    const { parameters, vararg, block } = body;
    return (args) => {
      const inside = new Scope({ vararg: vararg ? args.slice(parameters.length) : [] }, scope);
      for (const [i, name] of parameters.entries()) inside.values.set(name, args[i] ?? null);
      const outcome = this.#block(block, inside);
      return outcome === undefined || outcome === BREAK ? [] : outcome;
    };
  }

  #call({ callee, method, args, line }: Call, scope: Scope): readonly LuaValue[] {
    this.#budget.spend(1);
    const object = this.#value(callee, scope);
    if (method === undefined) {
      const instead = object instanceof LuaTable ? (object.meta?.get('__call') ?? null) : null;
      const called = typeof instead === 'function' ? instead : object;
      if (typeof called !== 'function')
        throw at(line, new LuaError(`attempt to call ${describe(callee, scope, object)}`));
      const values = this.#list(args, scope);
      return this.#invoke(called, called === object ? values : [object, ...values], line);
    }
    const found = this.#index(object, method, () => describe(callee, scope, object), line);
    if (typeof found !== 'function')
      throw at(line, new LuaError(`attempt to call method '${method}' (a ${typeName(found)} value)`));
    return this.#invoke(found, [object, ...this.#list(args, scope)], line);
  }

  #invoke(called: LuaFunction, args: readonly LuaValue[], line: number): readonly LuaValue[] {
    if (++this.#calls > MAX_CALLS) throw at(line, new LuaError('stack overflow'));
    const { depth } = this.#budget;
    try {
      return called(args);
    } catch (error) {
      throw at(line, error);
    } finally {
      this.#calls--;
      // A protected call comes back although what it called did not.
      this.#budget.leave(depth);
    }
  }

  #unary({ operator, operand, line }: Extract<Expression, { kind: 'unary' }>, scope: Scope): LuaValue {
    const value = this.#value(operand, scope);
    if (operator === 'not') return !truthy(value);
    if (operator === '#') {
      if (typeof value === 'string' || value instanceof LuaTable) return value.length;
      throw at(line, new LuaError(`attempt to get length of ${describe(operand, scope, value)}`));
    }
    const number = toNumber(value);
    if (number === null)
      throw at(line, new LuaError(`attempt to perform arithmetic on ${describe(operand, scope, value)}`));
    return -number;
  }

  #binary({ operator, left, right, line }: Extract<Expression, { kind: 'binary' }>, scope: Scope): LuaValue {
    const [a, b] = [this.#value(left, scope), this.#value(right, scope)];
    if (typeof a === 'string' && typeof b === 'string') this.#budget.look(Math.min(a.length, b.length));
    switch (operator) {
      case '==':
        return a === b;
      case '~=':
        return a !== b;
      case '..': {
        const joins = (value: LuaValue): boolean => typeof value === 'string' || typeof value === 'number';
        if (!joins(a) || !joins(b)) {
          const [wrong, value] = joins(a) ? [right, b] : [left, a];
          throw at(line, new LuaError(`attempt to concatenate ${describe(wrong, scope, value)}`));
        }
        const text = luaText(a) + luaText(b);
        if (text.length > MAX_STRING) throw at(line, new LuaError('not enough memory'));
        this.#budget.make(text.length);
        return text;
      }
      case '<':
      case '>':
      case '<=':
      case '>=':
        return compare(operator, a, b, line);
      default: {
        const [x, y] = [toNumber(a), toNumber(b)];
        if (x !== null && y !== null) return arithmetic(operator, x, y);
        const [wrong, value] = x === null ? [left, a] : [right, b];
        throw at(line, new LuaError(`attempt to perform arithmetic on ${describe(wrong, scope, value)}`));
      }
    }
  }
}
