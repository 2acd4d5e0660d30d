/** The style sheets, scripts and drawings that an application's pages ask for, at the product's own paths. They are written by us: they make it look, and contain nothing of its. */
import type { Persona } from '../../persona/persona.types.ts';
import type { Answer } from '../message.types.ts';

const TYPES: Readonly<Record<string, string>> = {
  css: 'text/css',
  js: 'application/javascript',
  svg: 'image/svg+xml',
};
const DAY_MS = 86_400_000;

export class Assets {
  readonly #files: ReadonlyMap<string, Buffer>;
  readonly #modified: number;

  /** @param files texts by path, without a query; the end of a path says what it is */
  constructor(persona: Persona, files: Readonly<Record<string, string>>) {
    this.#files = new Map(Object.entries(files).map(([path, text]) => [path, Buffer.from(text)]));
    this.#modified = persona.installedAt - 40 * DAY_MS;
  }

  /** Undefined where there is none at this path. */
  answer(path: string): Answer | undefined {
    const body = this.#files.get(path);
    if (body === undefined) return undefined;
    const type = TYPES[/\.(\w+)$/.exec(path)?.[1] ?? ''] ?? 'text/css';
    return {
      status: 200,
      headers: [
        ['Last-Modified', new Date(this.#modified).toUTCString()],
        ['ETag', `"${Math.floor(this.#modified / 1000).toString(16)}-${body.length.toString(16)}"`],
        ['Accept-Ranges', 'bytes'],
        ['Content-Type', type],
      ],
      body,
      from: 'program',
    };
  }
}

/** A drawing as the address of a picture in a style sheet. */
export function inlineSvg(svg: string): string {
  return `url("data:image/svg+xml,${encodeURIComponent(svg)}")`;
}
