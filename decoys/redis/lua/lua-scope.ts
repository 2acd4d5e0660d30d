/** The names that a script's blocks know, and what an error calls what it found in them. */
import type { Expression } from './lua-syntax.types.ts';
import { type LuaValue, typeName } from './lua-values.ts';

/** The local names of a block. */
export class Scope {
  readonly values = new Map<string, LuaValue>();
  readonly parent: Scope | undefined;
  /** The function that it is part of. */
  readonly frame: Frame;

  constructor(frame: Frame, parent: Scope | undefined) {
    this.frame = frame;
    this.parent = parent;
  }

  find(name: string): Scope | undefined {
    if (this.values.has(name)) return this;
    return this.parent?.find(name);
  }
}

interface Frame {
  readonly vararg: readonly LuaValue[];
}

/** `local 'x' (a nil value)`: what it was called where it went wrong. */
export function describe(expression: Expression, scope: Scope, value: LuaValue): string {
  const type = typeName(value);
  if (expression.kind === 'name') {
    const owner = scope.find(expression.name);
    const where = owner === undefined ? 'global' : owner.frame === scope.frame ? 'local' : 'upvalue';
    return `${where} '${expression.name}' (a ${type} value)`;
  }
  if (expression.kind === 'index') {
    const { key } = expression;
    return `field '${key.kind === 'constant' && typeof key.value === 'string' ? key.value : '?'}' (a ${type} value)`;
  }
  return `a ${type} value`;
}
