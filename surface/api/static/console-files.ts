/** The console's static export: its pages with their policy, its scripts for ever, and a page of its own for what is not there. */
import { readFileSync } from 'node:fs';
import statics from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { Problem, sendProblem } from '../http/problem.ts';
import { contentPolicy } from './content-policy.ts';

export async function serveConsole(app: FastifyInstance, root: string): Promise<void> {
  const policies = new Map<string, { readonly changedMs: number; readonly policy: string }>();
  /** Of the page as it is now: a console that was built anew is served without a restart. */
  const policyOf = (path: string, changedMs: number): string => {
    let known = policies.get(path);
    if (known?.changedMs !== changedMs) {
      known = { changedMs, policy: contentPolicy(readFileSync(path, 'utf8')) };
      policies.set(path, known);
    }
    return known.policy;
  };
  await app.register(statics, {
    root,
    prefix: '/',
    index: 'index.html',
    cacheControl: false,
    dotfiles: 'ignore',
    setHeaders: (reply, path, stat) => {
      if (path.endsWith('.html')) reply.header('content-security-policy', policyOf(path, stat.mtimeMs));
      // File names under _next/static carry a hash of their content.
      reply.header(
        'cache-control',
        path.includes('/_next/static/') ? 'public, max-age=31536000, immutable' : 'no-cache',
      );
    },
  });
  app.setNotFoundHandler((request, reply) => {
    const wantsPage = request.method === 'GET' && (request.headers.accept ?? '').includes('text/html');
    if (!wantsPage) return sendProblem(reply, new Problem(404, 'not-found', 'There is nothing here.'));
    return reply.status(404).sendFile('404.html');
  });
}
