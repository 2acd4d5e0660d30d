/**
 * Records that came lately, so that one which is sent again after a lost acknowledgement is not kept twice. A place in a file that comes anew with
 * the same text is the same record: unless the same run of the agent read it at another time, which it only does where the file began anew.
 */
const PER_GENERATION = 65_536;

export interface RecordMark {
  /** 52 bits of a hash over identity and message. */
  readonly key: number;
  /** When the agent read it, and in which run of its. */
  readonly time: string;
  readonly run: string;
}

/** Remembers between 65,536 and twice as many. */
export class RecentRecords {
  #young = new Map<number, number>();
  #old = new Map<number, number>();

  /** False where it was there already. */
  add(mark: RecordMark): boolean {
    const [time, run] = [small(mark.time), small(mark.run)];
    const known = this.#young.get(mark.key) ?? this.#old.get(mark.key);
    if (known !== undefined && (Math.floor(known / SPAN) === time || known % SPAN !== run)) return false;
    if (this.#young.size >= PER_GENERATION) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(mark.key, time * SPAN + run);
    return true;
  }
}

const SPAN = 2 ** 26;

/** FNV-1a, folded: two numbers must fit into one. */
function small(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return ((hash >>> 26) ^ hash) & (SPAN - 1);
}
