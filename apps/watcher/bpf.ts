/** Assembles programs of the classic Berkeley packet filter (linux/filter.h): instructions with labels, so that what is written can be read. */

/** One instruction as the kernel takes it: `struct sock_filter`. */
export interface Instruction {
  readonly code: number;
  readonly jt: number;
  readonly jf: number;
  readonly k: number;
}

const LD = 0x00;
const LDX = 0x01;
const ALU = 0x04;
const JMP = 0x05;
const RET = 0x06;
const ABS = 0x20;
const IND = 0x40;
const MSH = 0xa0;
const SIZES = { word: 0x00, half: 0x08, byte: 0x10 } as const;
const TESTS = { equal: 0x10, greater: 0x20, atLeast: 0x30, anyBit: 0x40 } as const;
const AND = 0x50;
/** What the kernel knows of a packet besides its bytes lies behind this offset. */
const ABOUT = 0xff_ff_f0_00;
const KNOWN = { protocol: 0, packetType: 4, interface: 8 } as const;

type Step = Instruction | { readonly label: string } | { readonly jump: string };

export class Assembler {
  readonly #steps: Step[] = [];
  #labels = 0;

  /** Loads bytes of the packet, from its network header on. */
  load(size: keyof typeof SIZES, at: number): this {
    return this.#add(LD | SIZES[size] | ABS, at);
  }

  /** The same, counted from the register X. */
  loadFromX(size: keyof typeof SIZES, at: number): this {
    return this.#add(LD | SIZES[size] | IND, at);
  }

  loadKnown(what: keyof typeof KNOWN): this {
    return this.#add(LD | SIZES.word | ABS, ABOUT + KNOWN[what]);
  }

  /** The register X becomes the length of an IPv4 header that begins at `at`. */
  headerLengthToX(at: number): this {
    return this.#add(LDX | SIZES.byte | MSH, at);
  }

  and(mask: number): this {
    return this.#add(ALU | AND, mask);
  }

  /** Jumps where what was loaded passes the test. The conditional jump itself reaches 255 instructions only, so it skips a far one. */
  when(test: keyof typeof TESTS, value: number, label: string): this {
    this.#add(JMP | TESTS[test], value, 0, 1);
    this.#steps.push({ jump: label });
    return this;
  }

  unless(test: keyof typeof TESTS, value: number, label: string): this {
    this.#add(JMP | TESTS[test], value, 1, 0);
    this.#steps.push({ jump: label });
    return this;
  }

  jump(label: string): this {
    this.#steps.push({ jump: label });
    return this;
  }

  label(name: string): this {
    this.#steps.push({ label: name });
    return this;
  }

  newLabel(): string {
    return `~${++this.#labels}`;
  }

  /** Ends with so many bytes of the packet; 0 drops it. */
  take(bytes: number): this {
    return this.#add(RET, bytes);
  }

  /** Jumps lead forward only, as the kernel wants it. */
  program(): Instruction[] {
    const places = new Map<string, number>();
    let at = 0;
    for (const step of this.#steps)
      if ('label' in step) places.set(step.label, at);
      else at++;
    const instructions: Instruction[] = [];
    for (const step of this.#steps) {
      if ('label' in step) continue;
      if ('jump' in step) {
        const distance = (places.get(step.jump) ?? Number.NaN) - instructions.length - 1;
        if (!(distance >= 0)) throw new RangeError(`no way forward to ${step.jump}`);
        instructions.push({ code: JMP, jt: 0, jf: 0, k: distance });
      } else instructions.push(step);
    }
    return instructions;
  }

  #add(code: number, k: number, jt = 0, jf = 0): this {
    this.#steps.push({ code, jt, jf, k: k >>> 0 });
    return this;
  }
}

/** As an array of `struct sock_filter`. */
export function programBytes(program: readonly Instruction[]): Buffer {
  const bytes = Buffer.alloc(program.length * 8);
  for (const [i, { code, jt, jf, k }] of program.entries()) {
    bytes.writeUInt16LE(code, i * 8);
    bytes.writeUInt8(jt, i * 8 + 2);
    bytes.writeUInt8(jf, i * 8 + 3);
    bytes.writeUInt32LE(k, i * 8 + 4);
  }
  return bytes;
}
