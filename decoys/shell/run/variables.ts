/** The variables of one shell: values, arrays, attributes, and the dynamic scopes that `local` opens. Bounded in total size. */
export interface Variable {
  value: string | undefined;
  array: Map<number, string> | undefined;
  assoc: Map<string, string> | undefined;
  exported: boolean;
  readonly: boolean;
  integer: boolean;
  case: 'lower' | 'upper' | undefined;
  nameref: boolean;
}

/** Too much was stored; the shell dies as of lack of memory. */
export class VariablesFull extends Error {}

/** What a shell starts with. Thousands sit at their first prompt, which needs two of them: the rest is set when somebody asks for it. */
export interface LateVariables {
  /** Whether `text` can tell this one before all are set. */
  knows(name: string): boolean;
  text(name: string): string | undefined;
  setAll(vars: Variables): void;
}

export class Variables {
  #set: Map<string, Variable> | undefined;
  #late: LateVariables | undefined;
  readonly #frames: Map<string, Variable | undefined>[] = [];
  readonly #maxBytes: number;
  #bytes = 0;

  constructor(maxBytes: number, from?: Variables) {
    this.#maxBytes = maxBytes;
    if (from === undefined) return;
    for (const [name, variable] of from.#map) {
      this.#map.set(name, {
        ...variable,
        array: variable.array === undefined ? undefined : new Map(variable.array),
        assoc: variable.assoc === undefined ? undefined : new Map(variable.assoc),
      });
    }
    this.#bytes = from.#bytes;
    for (const frame of from.#frames) this.#frames.push(new Map(frame));
  }

  /** Of a shell that has none yet: sets these before the first use of any other. */
  startWith(late: LateVariables): void {
    this.#late = late;
  }

  #setLate(): void {
    const late = this.#late;
    this.#late = undefined;
    late?.setAll(this);
  }

  get #map(): Map<string, Variable> {
    this.#setLate();
    return (this.#set ??= new Map());
  }

  get bytes(): number {
    this.#setLate();
    return this.#bytes;
  }

  get depth(): number {
    return this.#frames.length;
  }

  get(name: string): Variable | undefined {
    return this.#map.get(this.resolve(name));
  }

  /** Follows `declare -n`. */
  resolve(name: string): string {
    let now = name;
    for (let i = 0; i < 8; i++) {
      const variable = this.#map.get(now);
      if (variable?.nameref !== true || variable.value === undefined || variable.value === '') return now;
      now = variable.value;
    }
    return now;
  }

  raw(name: string): Variable | undefined {
    return this.#map.get(name);
  }

  text(name: string): string | undefined {
    if (this.#late?.knows(name) === true) return this.#late.text(name);
    const variable = this.get(name);
    if (variable === undefined) return undefined;
    if (variable.array !== undefined) return variable.array.get(0);
    if (variable.assoc !== undefined) return variable.assoc.get('0');
    return variable.value;
  }

  names(): string[] {
    return [...this.#map.keys()].sort();
  }

  entries(): IterableIterator<[string, Variable]> {
    return this.#map.entries();
  }

  /** The variable, made if need be. */
  declare(name: string): Variable {
    const real = this.resolve(name);
    let variable = this.#map.get(real);
    if (variable === undefined) {
      variable = {
        value: undefined,
        array: undefined,
        assoc: undefined,
        exported: false,
        readonly: false,
        integer: false,
        case: undefined,
        nameref: false,
      };
      this.charge(64 + real.length * 2);
      this.#map.set(real, variable);
    }
    return variable;
  }

  /** Sets without asking for `readonly`. */
  set(name: string, value: string): Variable {
    const variable = this.declare(name);
    const text =
      variable.case === undefined ? value : variable.case === 'lower' ? value.toLowerCase() : value.toUpperCase();
    if (variable.array !== undefined) this.setElement(variable, 0, text);
    else if (variable.assoc !== undefined) this.setKey(variable, '0', text);
    else {
      this.charge((text.length - (variable.value?.length ?? 0)) * 2);
      variable.value = text;
    }
    return variable;
  }

  setElement(variable: Variable, index: number, value: string): void {
    if (variable.array === undefined) {
      variable.array = new Map();
      if (variable.value !== undefined) variable.array.set(0, variable.value);
      variable.value = undefined;
    }
    this.charge((value.length - (variable.array.get(index)?.length ?? -32)) * 2);
    variable.array.set(index, value);
  }

  setKey(variable: Variable, key: string, value: string): void {
    variable.assoc ??= new Map();
    this.charge((value.length + key.length - (variable.assoc.get(key)?.length ?? -32)) * 2);
    variable.assoc.set(key, value);
  }

  unset(name: string): void {
    const real = this.resolve(name);
    const variable = this.#map.get(real);
    if (variable === undefined) return;
    this.#bytes -= sizeOf(real, variable);
    this.#map.delete(real);
  }

  /** The indices of an array in order. */
  static keys(variable: Variable): number[] {
    return [...(variable.array?.keys() ?? [])].sort((a, b) => a - b);
  }

  push(): void {
    this.#frames.push(new Map());
  }

  pop(): void {
    const frame = this.#frames.pop();
    if (frame === undefined) return;
    for (const [name, old] of frame) {
      const now = this.#map.get(name);
      if (now !== undefined) this.#bytes -= sizeOf(name, now);
      if (old === undefined) this.#map.delete(name);
      else {
        this.#bytes += sizeOf(name, old);
        this.#map.set(name, old);
      }
    }
  }

  /** Makes the name local to the function that runs. */
  local(name: string): Variable {
    const frame = this.#frames.at(-1);
    if (frame === undefined) return this.declare(name);
    const old = this.#map.get(name);
    if (!frame.has(name)) {
      frame.set(name, old);
      if (old !== undefined) this.#bytes -= sizeOf(name, old);
      this.#map.delete(name);
      const made = this.declare(name);
      if (old !== undefined) made.exported = old.exported;
      return made;
    }
    return this.declare(name);
  }

  charge(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes > this.#maxBytes) throw new VariablesFull();
  }

  exported(): Map<string, string> {
    const env = new Map<string, string>();
    for (const [name, variable] of this.#map) {
      if (variable.exported && variable.value !== undefined) env.set(name, variable.value);
    }
    return env;
  }
}

function sizeOf(name: string, variable: Variable): number {
  let bytes = 64 + name.length * 2 + (variable.value?.length ?? 0) * 2;
  for (const value of variable.array?.values() ?? []) bytes += 64 + value.length * 2;
  for (const [key, value] of variable.assoc ?? []) bytes += 64 + (key.length + value.length) * 2;
  return bytes;
}
