/** The console's static export: its pages with their policy, its scripts for ever, and a page of its own for what is not there. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import statics from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { Problem, sendProblem } from '../http/problem.ts';
import { contentPolicy } from './content-policy.ts';

export async function serveConsole(app: FastifyInstance, root: string): Promise<void> {
  const policy = contentPolicy(root);
  const missing = readFileSync(join(root, '404.html'), 'utf8');
  await app.register(statics, {
    root,
    prefix: '/',
    index: 'index.html',
    cacheControl: false,
    dotfiles: 'ignore',
    setHeaders: (reply, path) => {
      if (path.endsWith('.html')) reply.header('content-security-policy', policy);
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
    return reply
      .status(404)
      .headers({ 'content-security-policy': policy, 'cache-control': 'no-cache' })
      .type('text/html; charset=utf-8')
      .send(missing);
  });
}
