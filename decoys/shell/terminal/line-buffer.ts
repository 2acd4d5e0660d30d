/**
 * The characters of a line that is edited: two stacks with a gap between them, so that keys in the middle of a long line cost as little as keys at its
 * end. The cursor moves freely; the gap follows with the next change.
 */
export class LineBuffer {
  /** Before the gap. */
  #left: string[] = [];
  /** Behind the gap, the last first. */
  #right: string[] = [];
  #cursor = 0;

  get length(): number {
    return this.#left.length + this.#right.length;
  }

  get cursor(): number {
    return this.#cursor;
  }

  /** How many characters a change at this place would have to carry over the gap. */
  carry(at: number): number {
    return Math.abs(at - this.#left.length);
  }

  moveTo(at: number): void {
    this.#cursor = at;
  }

  /** The character at this place; the line must reach that far. */
  at(index: number): string {
    return index < this.#left.length ? this.#left[index]! : this.#right[this.length - 1 - index]!;
  }

  slice(from: number, to = this.length): string {
    const gap = this.#left.length;
    const end = this.length;
    const left = this.#left.slice(from, to).join('');
    if (to <= gap) return left;
    return (
      left +
      this.#right
        .slice(end - to, end - Math.max(from, gap))
        .reverse()
        .join('')
    );
  }

  /** Puts characters before the cursor. */
  insert(chars: Iterable<string>): void {
    this.#open(this.#cursor);
    for (const char of chars) this.#left.push(char);
    this.#cursor = this.#left.length;
  }

  /** Takes out what stands from one place to another and leaves the cursor there. */
  remove(from: number, to: number): void {
    this.#open(from);
    this.#right.length -= to - from;
    this.#cursor = from;
  }

  /** Another line, with the cursor at its end. */
  replace(chars: string[]): void {
    this.#left = chars;
    this.#right = [];
    this.#cursor = chars.length;
  }

  #open(at: number): void {
    while (this.#left.length > at) this.#right.push(this.#left.pop()!);
    while (this.#left.length < at) this.#left.push(this.#right.pop()!);
  }
}
