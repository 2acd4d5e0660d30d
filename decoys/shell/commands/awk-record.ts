/** The record an awk program looks at, and its fields: cut when one is asked for, joined again when one is changed. */
import { AwkFailure } from './awk-control.ts';
import type { AwkMachine } from './awk-machine.ts';
import { fromInput, fromNumber, toText, UNSET } from './awk-values.ts';
import type { AwkValue } from './awk-values.ts';

const MAX_FIELDS = 32_767;

export class AwkRecord {
  readonly #machine: AwkMachine;
  text = '';
  #fields: AwkValue[] | undefined = [];

  constructor(machine: AwkMachine) {
    this.#machine = machine;
  }

  set(text: string): void {
    this.text = text;
    this.#fields = undefined;
  }

  /** `$index`; 0 is the whole. */
  field(index: number): AwkValue {
    if (index < 0) throw new AwkFailure(`negative field index ${index}`);
    return index === 0 ? fromInput(this.text) : (this.fields()[index - 1] ?? UNSET);
  }

  setField(index: number, value: AwkValue): void {
    if (index === 0) {
      this.set(toText(value));
      return;
    }
    if (index < 0 || index > MAX_FIELDS) throw new AwkFailure(`program limit exceeded: field index ${index}`);
    const fields = this.fields();
    while (fields.length < index) fields.push(fromInput(''));
    fields[index - 1] = fromInput(toText(value));
    this.#machine.variables.set('NF', fromNumber(fields.length));
    this.#join();
  }

  /** What an assignment to NF does. */
  resize(wanted: number): void {
    const fields = this.fields();
    const count = Math.min(Math.max(0, Math.trunc(wanted)), MAX_FIELDS);
    this.#fields = Array.from({ length: count }, (_, index) => fields[index] ?? fromInput(''));
    this.#machine.variables.set('NF', fromNumber(count));
    this.#join();
  }

  /** Text in parts, as FS and `split` cut it. */
  split(text: string, separator: string): string[] {
    if (text === '') return [];
    if (separator === ' ') return text.split(/[ \t\n]+/).filter((part) => part !== '');
    if (separator === '') return Array.from(text);
    if (separator.length === 1 && !/[\\|.^$*+?()[\]{}]/.test(separator)) return text.split(separator);
    const regex = this.#machine.regex(
      separator.length === 1 && separator !== '\\' ? `[${separator === '^' ? '\\^' : separator}]` : separator,
    );
    const parts: string[] = [];
    let at = 0;
    for (
      let match = regex.match(text, 0);
      match !== undefined;
      match = regex.match(text, match.end > match.start ? match.end : match.end + 1)
    ) {
      if (match.end === match.start) {
        if (match.end >= text.length) break;
        continue;
      }
      parts.push(text.slice(at, match.start));
      at = match.end;
    }
    return [...parts, text.slice(at)];
  }

  fields(): AwkValue[] {
    if (this.#fields === undefined) {
      const separator =
        this.#machine.text('RS') === '' && this.#machine.text('FS').length === 1 && this.#machine.text('FS') !== ' '
          ? `[${this.#machine.text('FS')}\n]`
          : this.#machine.text('FS');
      this.#fields = this.split(this.text, separator)
        .slice(0, MAX_FIELDS)
        .map((part) => fromInput(part));
      this.#machine.variables.set('NF', fromNumber(this.#fields.length));
    }
    return this.#fields;
  }

  #join(): void {
    this.text = this.fields()
      .map((field) => toText(field))
      .join(this.#machine.text('OFS'));
  }
}
