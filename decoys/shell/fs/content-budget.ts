/**
 * What all attackers of one host together may keep in files, so that thousands of them filling their own quota do not fill the memory. What a
 * machine held is given back when it is forgotten.
 */
const HOST_BYTES = 512 * 1024 * 1024;

let used = 0;
const forgotten = new FinalizationRegistry<{ bytes: number }>((share) => {
  used -= share.bytes;
});

export class ContentBudget {
  readonly #owner: WeakRef<object>;
  #share: { bytes: number } | undefined;

  constructor(owner: object) {
    this.#owner = new WeakRef(owner);
  }

  fits(bytes: number): boolean {
    return used + bytes <= HOST_BYTES;
  }

  add(bytes: number): void {
    if (bytes === 0) return;
    if (this.#share === undefined) {
      this.#share = { bytes: 0 };
      const owner = this.#owner.deref();
      if (owner !== undefined) forgotten.register(owner, this.#share);
    }
    this.#share.bytes += bytes;
    used += bytes;
  }
}
