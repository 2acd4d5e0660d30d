/** What a rule waits for, compiled: text or bytes, in time linear in the message. */
import { compilePattern } from '../shell/commands/linear-regex.ts';
import type { Rule } from './exchange.schema.ts';

/** The captured texts (latin1) where it fits, else undefined. */
export type Matcher = (message: string) => readonly string[] | undefined;

export function compileExpectation(expect: Rule['expect']): { readonly match: Matcher } | { readonly problem: string } {
  const ignoreCase = expect.ignore_case;
  const fold = (text: string): string => (ignoreCase ? text.toLowerCase() : text);
  if (expect.regex !== undefined) {
    const compiled = compilePattern(withBytes(expect.regex), 'perl', { ignoreCase });
    if (!compiled.ok) return { problem: `${expect.regex}: ${compiled.message}` };
    const { regex } = compiled;
    return {
      match: (message) => {
        const found = regex.match(message);
        if (found === undefined) return undefined;
        const groups: string[] = [];
        for (let i = 2; i < found.slots.length; i += 2)
          groups.push(found.slots[i]! < 0 ? '' : message.slice(found.slots[i], found.slots[i + 1]));
        return groups;
      },
    };
  }
  if (expect.prefix !== undefined) {
    const prefix = fold(expect.prefix);
    return { match: (message) => (fold(message).startsWith(prefix) ? [message.slice(prefix.length)] : undefined) };
  }
  if (expect.equals !== undefined) {
    const whole = fold(expect.equals);
    return { match: (message) => (fold(message) === whole ? [message] : undefined) };
  }
  if (expect.hex !== undefined) {
    const bytes = expect.hex.match(/[0-9a-fA-F]{2}|\?\?/g) ?? [];
    return {
      match: (message) =>
        message.length >= bytes.length &&
        bytes.every((byte, i) => byte === '??' || Number.parseInt(byte, 16) === message.charCodeAt(i))
          ? [message.slice(bytes.length)]
          : undefined,
    };
  }
  return { match: (message) => [message] };
}

/** `\\x00` as the character itself. */
function withBytes(pattern: string): string {
  return pattern.replace(/\\x([0-9a-fA-F]{2})/g, (_, hex: string) => {
    const character = String.fromCharCode(Number.parseInt(hex, 16));
    return /[\\.[\](){}*+?^$|-]/.test(character) ? `\\${character}` : character;
  });
}
