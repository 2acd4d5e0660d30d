/**
 * The fields of one event that rules ask for, by number instead of by name: each found when it is asked for, or all in one walk over the event. What was
 * found for the event before is never cleared: a stamp says for which event a value holds.
 */
import { fieldOf, isRecord, type EventRecord } from '../event.ts';
import { foldCase } from '../case-folding.ts';
import { someScalar, someScalarWithin, type Scalar } from '../scalars.ts';

/** A step of dotted names: what a name leads to here. */
interface PathStep {
  /** The field whose name ends here, or -1. */
  field: number;
  readonly children: Map<string, PathStep>;
  /** Every field below: arrays on the way are left to `fieldOf`. */
  readonly below: number[];
}

const none: readonly never[] = [];
const maxRemembered = 64;

export class EventFields {
  readonly names: readonly string[];
  /** After `findAll`: numbers of the fields that the event has, `presentCount` of them. */
  readonly present: Int32Array;
  presentCount = 0;
  readonly #values: unknown[];
  readonly #stamps: Int32Array;
  readonly #folded: (readonly string[])[];
  readonly #foldedStamps: Int32Array;
  readonly #foldedOne: string[];
  readonly #top = new Map<string, PathStep>();
  /** Of each dotted name its levels. */
  readonly #paths: readonly (readonly string[] | undefined)[];
  readonly #lastNames: string[] = [];
  readonly #lastSteps: (PathStep | undefined)[] = [];
  #event: EventRecord = {};
  #isNested = false;
  #isWalked = false;
  #generation = 0;
  #everyStamp = 0;
  #every: readonly Scalar[] = none;
  #everyFoldedStamp = 0;
  #everyFolded: readonly string[] = none;

  constructor(names: readonly string[]) {
    this.names = names;
    this.present = new Int32Array(names.length);
    // What every object has is no field of an event.
    const isPlain = (part: string): boolean => !(part in Object.prototype);
    this.#paths = names.map((name) => (name.split('.').every(isPlain) ? name.split('.') : undefined));
    this.#values = names.map(() => undefined);
    this.#folded = names.map(() => none);
    this.#foldedOne = names.map(() => '');
    this.#stamps = new Int32Array(names.length);
    this.#foldedStamps = new Int32Array(names.length);
    for (const [field, name] of names.entries()) {
      stepAt(this.#top, name).field = field;
      if (name.includes('.')) this.#addPath(name, field);
    }
  }

  /**
   * The event whose fields are asked for from now on. `generation` grows with every event.
   * @param isNested none of the names at its top has a dot
   */
  load(event: EventRecord, generation: number, isNested: boolean): void {
    this.#event = event;
    this.#isNested = isNested;
    this.#generation = generation;
    this.#isWalked = false;
  }

  /** Finds all fields of the event: cheaper than to ask for each, where many are asked for. To be called before any is. */
  findAll(): void {
    const event = this.#event;
    this.#isWalked = true;
    this.presentCount = 0;
    let hasPaths = false;
    let at = 0;
    for (const name in event) {
      const step = this.#stepOf(name, at++);
      if (step === undefined) continue;
      if (step.field >= 0) this.#set(step.field, event[name]);
      if (step.below.length > 0) hasPaths = true;
    }
    // Exact names come first, so paths are followed once all of those are known.
    if (!hasPaths) return;
    for (const name in event) {
      const step = this.#top.get(name);
      if (step !== undefined && step.below.length > 0) this.#follow(step, event[name]);
    }
  }

  /** The field's value; undefined when the event does not have it. */
  value(field: number): unknown {
    if (this.#stamps[field] === this.#generation) return this.#values[field];
    if (this.#isWalked) return undefined;
    this.#stamps[field] = this.#generation;
    return (this.#values[field] = this.#read(field));
  }

  /** As `fieldOf`; most events that come by the million are nested, and most fields that are asked for are not there. */
  #read(field: number): unknown {
    const path = this.#paths[field];
    if (path === undefined || !this.#isNested) return fieldOf(this.#event, this.names[field] ?? '');
    let value: unknown = this.#event;
    for (let at = 0; at < path.length; at++) {
      if (typeof value !== 'object' || value === null) return undefined;
      if (Array.isArray(value)) return fieldOf(this.#event, this.names[field] ?? '');
      value = (value as EventRecord)[path[at]!];
    }
    return value;
  }

  /** The value, which is a text, with its case folded: once an event. */
  foldedText(field: number, text: string): string {
    if (this.#foldedStamps[field] === this.#generation) return this.#foldedOne[field] ?? '';
    const folded = foldCase(text);
    this.#foldedOne[field] = folded;
    this.#foldedStamps[field] = this.#generation;
    return folded;
  }

  /** The scalars of a field that holds an array, as texts with their case folded: once an event. */
  foldedTexts(field: number, value: unknown): readonly string[] {
    if (this.#foldedStamps[field] === this.#generation) return this.#folded[field] ?? none;
    const texts: string[] = [];
    someScalar(value, (scalar) => {
      texts.push(foldCase(String(scalar)));
      return false;
    });
    this.#folded[field] = texts;
    this.#foldedStamps[field] = this.#generation;
    return texts;
  }

  /** Every scalar anywhere in the event: what keywords are searched in. */
  everyScalar(): readonly Scalar[] {
    if (this.#everyStamp !== this.#generation) {
      const scalars: Scalar[] = [];
      const event = this.#event;
      for (const name in event) {
        const value = event[name];
        if (typeof value === 'string') scalars.push(value);
        else {
          someScalarWithin(
            value,
            (scalar) => {
              scalars.push(scalar);
              return false;
            },
            1,
          );
        }
      }
      this.#every = scalars;
      this.#everyStamp = this.#generation;
    }
    return this.#every;
  }

  everyTextFolded(): readonly string[] {
    if (this.#everyFoldedStamp !== this.#generation) {
      this.#everyFolded = this.everyScalar().map((scalar) => foldCase(String(scalar)));
      this.#everyFoldedStamp = this.#generation;
    }
    return this.#everyFolded;
  }

  /** Forgets which event each value is from: for when generations start again. */
  restart(): void {
    this.#stamps.fill(0);
    this.#foldedStamps.fill(0);
    this.#everyStamp = 0;
    this.#everyFoldedStamp = 0;
  }

  /** What a name at the top leads to. Events of one kind have the same names in the same order: then nothing is looked up. */
  #stepOf(name: string, at: number): PathStep | undefined {
    if (this.#lastNames[at] === name) return this.#lastSteps[at];
    const step = this.#top.get(name);
    if (at < maxRemembered) {
      this.#lastNames[at] = name;
      this.#lastSteps[at] = step;
    }
    return step;
  }

  #set(field: number, value: unknown): void {
    if (this.#stamps[field] === this.#generation) return;
    this.#stamps[field] = this.#generation;
    this.#values[field] = value;
    if (value !== undefined) this.present[this.presentCount++] = field;
  }

  #follow(step: PathStep, value: unknown): void {
    if (Array.isArray(value)) {
      for (const field of step.below) {
        if (this.#stamps[field] === this.#generation) continue;
        const found = fieldOf(this.#event, this.names[field] ?? '');
        if (found !== undefined) this.#set(field, found);
      }
    } else if (isRecord(value)) {
      for (const name in value) {
        const child = step.children.get(name);
        if (child === undefined) continue;
        if (child.field >= 0) this.#set(child.field, value[name]);
        if (child.below.length > 0) this.#follow(child, value[name]);
      }
    }
  }

  #addPath(name: string, field: number): void {
    let level = this.#top;
    const parts = name.split('.');
    for (const [at, part] of parts.entries()) {
      const step = stepAt(level, part);
      if (at === parts.length - 1) step.field = field;
      else step.below.push(field);
      level = step.children;
    }
  }
}

function stepAt(level: Map<string, PathStep>, name: string): PathStep {
  let step = level.get(name);
  if (step === undefined) level.set(name, (step = { field: -1, children: new Map(), below: [] }));
  return step;
}
