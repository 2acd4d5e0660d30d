/**
 * What should not lie in a web root and is looked for in every one: `.env`, `.git`, copies of configurations and of databases. The credentials in them are its
 * honeytokens: they open nothing but decoys, and their use is reported.
 */
import { environmentText, wordpressConfig } from '../../../honeytoken/environment.ts';
import { gitFolder } from '../../../honeytoken/git-folder.ts';
import { urlPathOf, webRootFilledAt, webRootPlaces } from '../../../honeytoken/web-root.ts';
import type { Persona } from '../../../persona/persona.types.ts';
import type { Answer, Head, Request } from '../../message.types.ts';
import type { Application, ApplicationDefinition } from '../application.types.ts';

export const leaks: ApplicationDefinition = {
  id: 'leaks',
  summary:
    'Files that were left in the web root: .env, .git, copies of configurations, with credentials that are none.',
  open: ({ persona }) => new Leaks(persona),
};

class Leaks implements Application {
  readonly #files: ReadonlyMap<string, Buffer>;
  readonly #modified: string;
  readonly #tag: string;

  constructor(persona: Persona) {
    this.#files = leakedFiles(persona);
    const modified = webRootFilledAt(persona);
    this.#modified = new Date(modified).toUTCString();
    this.#tag = Math.floor(modified / 1000).toString(16);
  }

  claims(path: string, head: Head): boolean {
    return (head.method === 'GET' || head.method === 'HEAD') && this.#files.has(path);
  }

  respond(_request: Request, path: string): Answer {
    const body = this.#files.get(path)!;
    return {
      status: 200,
      headers: [
        ['Last-Modified', this.#modified],
        ['ETag', `"${this.#tag}-${body.length.toString(16)}"`],
        ['Accept-Ranges', 'bytes'],
        ['Content-Type', /\.(?:env|bak|old|save)|~$|\.git\//.test(path) ? 'text/plain' : 'application/octet-stream'],
      ],
      body,
      from: 'program',
    };
  }
}

function leakedFiles(persona: Persona): ReadonlyMap<string, Buffer> {
  const places = webRootPlaces(persona);
  const environment = Buffer.from(environmentText(persona));
  const files = new Map<string, Buffer>();
  for (const place of places.environment) files.set(urlPathOf(place), environment);
  // The configuration itself is a program; its copies are sent.
  for (const place of places.wordpress.slice(1)) files.set(urlPathOf(place), Buffer.from(wordpressConfig(persona)));
  if (places.environment.length > 0) for (const [path, content] of gitFolder(persona)) files.set(path, content);
  return files;
}
