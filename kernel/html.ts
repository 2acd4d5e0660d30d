/**
 * HTML that cannot be written without being escaped: whatever stands in a template is text, and shows every character that browsers would obey or hide, unless it is
 * HTML itself.
 */
import { printable } from './log.ts';

export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Part = Html | string | number | undefined | readonly Part[];

/** Longest text of one place: a page must open on a small machine. */
const MAX_TEXT = 2000;
const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Safe within elements and within attributes in quotes. */
export function html(texts: TemplateStringsArray, ...parts: readonly Part[]): Html {
  let out = texts[0] ?? '';
  parts.forEach((part, index) => (out += rendered(part) + (texts[index + 1] ?? '')));
  return new Html(out);
}

function rendered(part: Part): string {
  if (part === undefined) return '';
  if (part instanceof Html) return part.text;
  if (typeof part === 'number') return String(part);
  if (typeof part === 'string') return escape(part);
  return part.map(rendered).join('');
}

function escape(text: string): string {
  return printable(text.toWellFormed(), MAX_TEXT)
    .replace(/[\u200b-\u200d\u2028\u2029\u2060\ufeff\u061c]/g, (c) => `\\u{${c.charCodeAt(0).toString(16)}}`)
    .replace(/[&<>"']/g, (c) => ENTITIES[c] ?? '');
}
