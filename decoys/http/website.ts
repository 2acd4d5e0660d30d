/** What one decoy serves: its server, the applications on it, the files below them, and what was left there by whoever looks for it. */
import type { Application } from './applications/application.types.ts';
import type { Answer, Head, Request } from './message.types.ts';
import type { Circumstances, WebServer } from './servers/web-server.types.ts';
import { AttackerFiles } from './site/attacker-files.ts';
import { serveFiles } from './site/serve-files.ts';
import type { Site } from './site/site.types.ts';
import type { Visit } from './visit.ts';

export interface Mounted {
  /** Without a slash at its end. */
  readonly path: string;
  readonly application: Application;
}

const PROGRAM = /\.(?:php[3457]?|phtml|phar)$/i;

export class Website {
  readonly server: WebServer;
  readonly #mounted: readonly Mounted[];
  readonly #site: Site;

  /** @param mounted the first that claims a path has it */
  readonly #left = new AttackerFiles();
  /** What runs programs that somebody left; undefined where the server runs none. */
  readonly #programs: Application | undefined;

  constructor(server: WebServer, mounted: readonly Mounted[], site: Site, programs?: Application) {
    this.#programs = programs;
    this.server = server;
    this.#mounted = mounted;
    this.#site = site;
  }

  /** Answered without a body and without waiting. */
  isPlain(head: Head, visit: Visit): boolean {
    return this.#find(head) === undefined && !this.#mayBeLeft(head, visit);
  }

  respond(request: Request, circumstances: Circumstances, visit: Visit): Answer | Promise<Answer> {
    const found = this.#find(request);
    if (found === undefined)
      return this.#mayBeLeft(request, visit)
        ? this.#serveLeft(request, circumstances, visit)
        : serveFiles(this.server, this.#site, request, circumstances);
    return found.application.respond(request, request.path.slice(found.path.length) || '/', visit);
  }

  /** Clear text where TLS is spoken. */
  misplaced(): Answer {
    return this.server.misplaced;
  }

  #mayBeLeft({ method, path }: Head, visit: Visit): boolean {
    const asks = method === 'GET' || method === 'HEAD' || (method === 'POST' && PROGRAM.test(path));
    return asks && path.startsWith('/') && this.#programs !== undefined && this.#left.mayHave(visit);
  }

  async #serveLeft(request: Request, circumstances: Circumstances, visit: Visit): Promise<Answer> {
    const file = await this.#left.find(visit, request.path);
    if (file === undefined) return serveFiles(this.server, this.#site, request, circumstances);
    if (PROGRAM.test(file.path)) return this.#programs!.respond(request, file.path, visit);
    return this.server.file(request, file, circumstances);
  }

  #find(head: Head): Mounted | undefined {
    const { path } = head;
    for (const mounted of this.#mounted) {
      if (!path.startsWith(mounted.path)) continue;
      const rest = path.slice(mounted.path.length);
      if (rest !== '' && !rest.startsWith('/')) continue;
      if (mounted.application.claims(rest === '' ? '/' : rest, head)) return mounted;
    }
    return undefined;
  }
}
