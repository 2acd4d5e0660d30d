/**
 * The texts that stand behind one text: what a server sees after its own decoding, and what a second decoder behind it might see. At most
 * `MAX_LAYERS`, each no longer than what it came from plus a little, so the work stays linear.
 */
import { decodeBase64 } from './base64.ts';
import { decodeEntities } from './entities.ts';
import { decodePercent } from './percent.ts';

export interface Layer {
  readonly text: string;
  /** Names of what was taken off, outermost first. */
  readonly encodings: readonly string[];
}

const MAX_LAYERS = 6;

const STEPS: readonly (readonly [name: string, sign: RegExp, decode: (text: string) => string])[] = [
  ['percent', /%(?:[0-9a-f]{2}|u[0-9a-f]{4})/i, (text) => decodePercent(text, false)],
  ['html', /&(?:#x?[0-9a-f]|[a-z]{2,8};)/i, decodeEntities],
  ['escape', /\\(?:u[0-9a-f{]|x[0-9a-f]{2}|[0-3][0-7]{2})/i, decodeEscapes],
  ['hex', /0x(?:2e|2f|5c)0x(?:2e|2f|5c)/i, (text) => text.replaceAll(/0x(2e|2f|5c)/gi, hexEscape)],
  ['utf-7', /\+A[A-Za-z0-9/]{2,}/, decodeUtf7],
];

/** Characters that only matter for what decoders make of them: full-width forms, and those whose low byte is a line end. */
const ODD = /[\u0000\u560a\u560d\uff01-\uff5e\u2215\u2216\u2044\u02b9\u02bc\u2019\u2032]/;

/** `text` is as the server sees it; the first layer is `text` itself. */
export function layersOf(text: string): Layer[] {
  const layers: Layer[] = [{ text, encodings: [] }];
  let current = layers[0]!;
  for (let step = 0; layers.length < MAX_LAYERS && step < STEPS.length; step++) {
    const [name, sign, decode] = STEPS[step]!;
    if (!sign.test(current.text)) continue;
    const decoded = decode(current.text);
    if (decoded === current.text) continue;
    current = { text: decoded, encodings: [...current.encodings, name] };
    layers.push(current);
    step = -1;
  }
  if (ODD.test(current.text)) {
    const plain = foldOdd(current.text);
    if (plain !== current.text) layers.push({ text: plain, encodings: [...current.encodings, 'unicode'] });
  }
  const inner = decodeBase64(current.text);
  if (inner !== undefined) layers.push({ text: inner, encodings: [...current.encodings, 'base64'] });
  return layers;
}

function decodeEscapes(text: string): string {
  return text.replaceAll(
    /\\(?:u\{([0-9a-f]{1,6})\}|u([0-9a-f]{4})|x([0-9a-f]{2})|([0-3][0-7]{2}))/gi,
    (all, ...groups) => {
      const [braced, wide, byte, octal] = groups as (string | undefined)[];
      const code = octal === undefined ? Number.parseInt(braced ?? wide ?? byte ?? '', 16) : Number.parseInt(octal, 8);
      return code <= 0x10ffff ? String.fromCodePoint(code) : all;
    },
  );
}

function hexEscape(_all: string, digits: string): string {
  return String.fromCharCode(Number.parseInt(digits, 16));
}

/** RFC 2152: `+` base64 of UTF-16BE, ended by `-` or by what is not base64. */
function decodeUtf7(text: string): string {
  return text.replaceAll(/\+([A-Za-z0-9/]{3,64})-?/g, (all, base64: string) => {
    const bytes = Buffer.from(base64, 'base64');
    let out = '';
    for (let i = 0; i + 1 < bytes.length; i += 2) {
      const code = bytes.readUInt16BE(i);
      if (code < 0x20 || code > 0x7e) return all;
      out += String.fromCharCode(code);
    }
    return out === '' ? all : out;
  });
}

function foldOdd(text: string): string {
  return text
    .replaceAll('\u0000', '')
    .replaceAll(/[\uff01-\uff5e]/g, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0))
    .replaceAll('\u560a', '\n')
    .replaceAll('\u560d', '\r')
    .replaceAll(/[\u2215\u2044]/g, '/')
    .replaceAll('\u2216', '\\')
    .replaceAll(/[\u02b9\u02bc\u2019\u2032]/g, "'");
}
