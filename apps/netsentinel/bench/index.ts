/** Every benchmark and fault of the command line: its name, its knobs, and how to load it. Benches live beside what they measure. */
export interface Bench {
  readonly name: string;
  readonly summary: string;
  /** Numbers that may be given, with their defaults. */
  readonly options: Readonly<Record<string, { readonly summary: string; readonly default: string }>>;
  readonly flags?: Readonly<Record<string, string>>;
  /** `failed: true` in the result makes the exit code 1. */
  run(
    numbers: Readonly<Record<string, number>>,
    flags: ReadonlySet<string>,
  ): Promise<Readonly<Record<string, unknown>>>;
}

export const benches: readonly Bench[] = [];
export const faults: readonly Bench[] = [];
