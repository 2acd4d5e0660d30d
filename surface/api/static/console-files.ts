/**
 * The console's static export, from memory: its pages with their policy, its scripts for ever, and a page of its own for what is not there. Nobody who asks for a
 * file makes us open one: a client that reads slowly holds no descriptor, and one that asks much no more memory than it has not read yet.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Logger } from '@netsentinel/contracts/log';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { hasTag } from '../http/etag.ts';
import { Problem, sendProblem } from '../http/problem.ts';
import { contentPolicy } from './content-policy.ts';

/** Below this compressing saves nothing. */
const LEAST_COMPRESSED_BYTES = 1024;
const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.woff2': 'font/woff2',
};
const COMPRESSIBLE = /^text\/|json|svg|wasm/;

class ConsoleFile {
  readonly #content: Buffer;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #etag: string;
  #compressed: Buffer | undefined;

  constructor(path: string, content: Buffer) {
    const type = TYPES[extname(path)] ?? 'application/octet-stream';
    this.#content = content;
    this.#etag = `"${createHash('sha256').update(content).digest('base64url').slice(0, 22)}"`;
    this.#headers = {
      'content-type': type,
      ...(type.startsWith('text/html') ? { 'content-security-policy': contentPolicy(content.toString('utf8')) } : {}),
      ...(COMPRESSIBLE.test(type) ? { vary: 'accept-encoding' } : {}),
    };
  }

  /** @param isAsked it is what was asked for, which the client may have already */
  send(request: FastifyRequest, reply: FastifyReply, isAsked = true): FastifyReply {
    const isKnown = isAsked && hasTag(request, reply, this.#etag);
    // Names under _next/static carry a hash of their content.
    const lasts = request.url.startsWith('/_next/static/');
    reply.headers(this.#headers).header('cache-control', lasts ? 'public, max-age=31536000, immutable' : 'no-cache');
    if (isKnown) return reply.status(304).send();
    const takesGzip = /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?(?:,|$))/.test(request.headers['accept-encoding'] ?? '');
    if (!takesGzip || this.#headers['vary'] === undefined || this.#content.length < LEAST_COMPRESSED_BYTES)
      return reply.send(this.#content);
    this.#compressed ??= gzipSync(this.#content);
    return reply.header('content-encoding', 'gzip').send(this.#compressed);
  }
}

export function serveConsole(app: FastifyInstance, root: string, log: Logger): void {
  let builtMs = Number.NaN;
  let files = new Map<string, ConsoleFile>();
  /** Of the console as it is now: one that was built anew is served without a restart. */
  const current = (): ReadonlyMap<string, ConsoleFile> => {
    try {
      const { mtimeMs } = statSync(join(root, 'index.html'));
      if (mtimeMs !== builtMs) files = readFiles(root);
      builtMs = mtimeMs;
    } catch (error) {
      // What was read before goes on being served.
      log.debug('the console’s files cannot be read', { error: (error as Error).message });
    }
    return files;
  };
  current();
  app.get('/*', (request, reply) => {
    const found = fileOf(current(), request.url);
    return found === undefined ? reply.callNotFound() : found.send(request, reply);
  });
  app.setNotFoundHandler((request, reply) => {
    const wantsPage = request.method === 'GET' && (request.headers.accept ?? '').includes('text/html');
    const page = wantsPage ? files.get('/404.html') : undefined;
    reply.status(404);
    return (
      page?.send(request, reply, false) ?? sendProblem(reply, new Problem(404, 'not-found', 'There is nothing here.'))
    );
  });
}

/** By the very name that it has in the export: no path is made of what somebody sent. */
function fileOf(files: ReadonlyMap<string, ConsoleFile>, url: string): ConsoleFile | undefined {
  try {
    const path = decodeURIComponent(url.split('?', 1)[0] ?? '/');
    return files.get(path.endsWith('/') ? `${path}index.html` : path);
  } catch {
    return undefined;
  }
}

function readFiles(root: string): Map<string, ConsoleFile> {
  const files = new Map<string, ConsoleFile>();
  for (const entry of readdirSync(root, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath, entry.name);
    const name = relative(root, path).split(sep);
    if (!entry.isFile() || name.some((part) => part.startsWith('.'))) continue;
    files.set(`/${name.join('/')}`, new ConsoleFile(path, readFileSync(path)));
  }
  return files;
}
