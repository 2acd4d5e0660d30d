/** An application on a web server: what it answers to whom. Each is a folder with an `open` of this shape; `index.ts` lists them. */
import type { Persona } from '../../persona/persona.types.ts';
import type { Answer, Head, Request } from '../message.types.ts';
import type { Visit } from '../visit.ts';

/** Where and as what it runs. */
export interface Installation {
  readonly persona: Persona;
  /** Without a slash at its end: ``, `/phpmyadmin`. */
  readonly path: string;
  readonly version: string | undefined;
  readonly title: string;
  readonly model: string | undefined;
  /** `nginx`, `apache`, `lighttpd`, `go`. */
  readonly server: string;
  readonly secure: boolean;
}

export interface ApplicationDefinition {
  readonly id: string;
  readonly summary: string;
  /** Once for each decoy that serves it. */
  open(installation: Installation): Application;
}

export interface Application {
  /** Whether this is its to answer; `path` is what follows its own path and begins with a slash. */
  claims(path: string, head: Head): boolean;
  respond(request: Request, path: string, visit: Visit): Answer | Promise<Answer>;
}
