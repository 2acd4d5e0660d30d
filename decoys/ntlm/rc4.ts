/** RC4, which NTLM keeps for exchanging and sealing with session keys. A stream: each call goes on where the last one ended. */
export class Rc4 {
  readonly #state = new Uint8Array(256);
  #i = 0;
  #j = 0;

  constructor(key: Uint8Array) {
    const s = this.#state;
    for (let i = 0; i < 256; i++) s[i] = i;
    for (let i = 0, j = 0; i < 256; i++) {
      j = (j + s[i]! + key[i % key.length]!) & 255;
      [s[i], s[j]] = [s[j]!, s[i]!];
    }
  }

  update(data: Uint8Array): Buffer {
    const s = this.#state;
    const out = Buffer.allocUnsafe(data.length);
    for (let n = 0; n < data.length; n++) {
      this.#i = (this.#i + 1) & 255;
      this.#j = (this.#j + s[this.#i]!) & 255;
      [s[this.#i], s[this.#j]] = [s[this.#j]!, s[this.#i]!];
      out[n] = data[n]! ^ s[(s[this.#i]! + s[this.#j]!) & 255]!;
    }
    return out;
  }
}
