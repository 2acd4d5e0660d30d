/** Variables as NEW-ENVIRON (RFC 1572) and ENVIRON (RFC 1408) carry them. */
const VAR = 0;
const VALUE = 1;
const ESC = 2;
const USERVAR = 3;
const IS = 0;
const INFO = 2;

const MAX_VARIABLES = 64;
const MAX_NAME = 128;
const MAX_VALUE = 1024;

/** Adds what a suboption says to `into`; a variable without a value is removed. The suboption's number is gone already. */
export function readEnvironment(bytes: Uint8Array, into: Map<string, string>): void {
  if (bytes[0] !== IS && bytes[0] !== INFO) return;
  let name: string | undefined;
  let value: string | undefined;
  const finish = (): void => {
    if (name === undefined || name === '') return;
    if (value === undefined) into.delete(name);
    else if (into.has(name) || into.size < MAX_VARIABLES) into.set(name, value);
  };
  for (let at = 1; at < bytes.length; at++) {
    const byte = bytes[at]!;
    if (byte === VAR || byte === USERVAR) {
      finish();
      name = '';
      value = undefined;
    } else if (byte === VALUE && name !== undefined) value = '';
    else if (name !== undefined) {
      const character = String.fromCharCode(byte === ESC ? (bytes[++at] ?? 0) : byte);
      if (value !== undefined) value = value.length < MAX_VALUE ? value + character : value;
      else if (name.length < MAX_NAME) name += character;
    }
  }
  finish();
}
