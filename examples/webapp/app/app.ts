/** A small notes application: accounts, sessions, and notes that only their owner sees. */
import { randomUUID, timingSafeEqual } from 'node:crypto';
import type { RequestListener } from 'node:http';
import type { Guard } from '@netsentinel/guard';
import { guardExpress } from '@netsentinel/guard/express';
import express, { type ErrorRequestHandler, type Request, type Response } from 'express';
import { z, ZodError } from 'zod';
import type { Database, Session } from './database.ts';
import { html, Html } from './html.ts';
import { log } from './log.ts';
import { accountForm, notesPage, page, type Decoys } from './pages.ts';
import { hashPassword, isPassword } from './passwords.ts';

const Account = z.object({
  name: z.string().regex(/^[\w.-]{3,32}$/, 'a name has 3 to 32 letters, digits, ".", "-" or "_"'),
  password: z.string().min(12, 'a password has at least 12 characters').max(256),
});
const NewNote = z.object({ title: z.string().trim().min(1).max(200), text: z.string().max(10_000) });
const Search = z.object({ q: z.string().max(200).default('') });
const NoteId = z.object({ id: z.coerce.number().int().positive() });
/** `__Host-`: for this host alone, over HTTPS, for every path. */
const COOKIE = '__Host-session';

/** What the client may know of what went wrong. */
class Refusal extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export function createApp({ database, guard }: { database: Database; guard: Guard }): RequestListener {
  const app = express();
  const decoys: Decoys = { link: new Html(guard.decoyLink()), field: new Html(guard.decoyField()) };
  app.disable('x-powered-by');
  app.use((request, response, next) => {
    const id = randomUUID();
    response.set({
      'x-request-id': id,
      'content-security-policy':
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
      'strict-transport-security': 'max-age=31536000',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'same-origin',
      'cache-control': 'no-store',
    });
    response.once('finish', () => {
      const { method, originalUrl: url, socket } = request;
      log('info', 'request', { id, method, url, status: response.statusCode, client: socket.remoteAddress });
    });
    next();
  });
  app.use(guardExpress(guard));
  app.use(express.urlencoded({ extended: false, limit: '64kb' }));

  app.get('/', (_, response) => response.redirect(303, '/notes'));
  app.get('/robots.txt', (_, response) => void response.type('text/plain').send('User-agent: *\nDisallow: /\n'));

  for (const action of ['login', 'register'] as const)
    app.get(`/${action}`, (_, response) => void response.send(page('Notes', accountForm(action, '', decoys), decoys)));

  app.post('/register', async (request, response) => {
    const { name, password } = Account.parse(request.body);
    const account = database.addAccount(name, await hashPassword(password));
    if (account === undefined) throw new Refusal(409, 'That name is taken.');
    signIn(response, account);
  });

  app.post('/login', async (request, response) => {
    const { name, password } = Account.parse(request.body);
    const account = database.account(name);
    if (!(await isPassword(password, account?.password)) || account === undefined) {
      log('warn', 'login failed', { name, client: request.socket.remoteAddress });
      response.status(401).send(page('Notes', accountForm('login', 'Name or password is wrong.', decoys), decoys));
      return;
    }
    signIn(response, account.id);
  });

  app.post('/logout', (request, response) => {
    confirmed(request);
    database.closeSession(tokenOf(request));
    response.clearCookie(COOKIE, { secure: true, path: '/' }).redirect(303, '/login');
  });

  app.get('/notes', (request, response) => {
    const session = database.session(tokenOf(request));
    if (session === undefined) return response.redirect(303, '/login');
    const { q } = Search.parse(request.query);
    return response.send(page('Notes', notesPage(session, database.notes(session.account, q), q), decoys));
  });

  app.post('/notes', (request, response) => {
    const { account } = confirmed(request);
    const { title, text } = NewNote.parse(request.body);
    database.addNote(account, title, text);
    response.redirect(303, '/notes');
  });

  app.post('/notes/:id/delete', (request, response) => {
    const { account } = confirmed(request);
    if (!database.removeNote(account, NoteId.parse(request.params).id))
      throw new Refusal(404, 'There is no such note.');
    response.redirect(303, '/notes');
  });

  app.use(
    (_, response) => void response.status(404).send(page('Not found', html`<p>There is no such page.</p>`, decoys)),
  );

  const failed: ErrorRequestHandler = (error: unknown, _request, response, next) => {
    if (response.headersSent) return next(error);
    const { status, message } = told(error);
    if (status >= 500)
      log('error', 'failed', {
        id: response.get('x-request-id'),
        error: error instanceof Error ? error.stack : String(error),
      });
    return response.status(status).send(page('Sorry', html`<p role="alert">${message}</p>`, decoys));
  };
  app.use(failed);
  return app;

  function signIn(response: Response, account: number): void {
    response
      .cookie(COOKIE, database.openSession(account), { httpOnly: true, secure: true, sameSite: 'lax', path: '/' })
      .redirect(303, '/notes');
  }

  /** Whoever is signed in, and sent the form themselves. */
  function confirmed(request: Request): Session {
    const session = database.session(tokenOf(request));
    if (session === undefined) throw new Refusal(401, 'Please sign in.');
    const sent = Buffer.from(String((request.body as { csrf?: unknown } | undefined)?.csrf));
    const wanted = Buffer.from(session.csrf);
    if (sent.length !== wanted.length || !timingSafeEqual(sent, wanted))
      throw new Refusal(403, 'The form is too old; please try again.');
    return session;
  }
}

function tokenOf({ headers }: Request): string {
  for (const pair of (headers.cookie ?? '').split(';', 64)) {
    const [name, value] = pair.trim().split('=', 2);
    if (name === COOKIE) return value ?? '';
  }
  return '';
}

/** A failure of ours is in the log; the client learns no more than that there was one. */
function told(error: unknown): { status: number; message: string } {
  if (error instanceof Refusal) return error;
  if (error instanceof ZodError) return { status: 400, message: error.issues.map(({ message }) => message).join('; ') };
  const status = (error as { status?: unknown }).status;
  if (typeof status === 'number' && status >= 400 && status < 500)
    return { status, message: 'The request was not understood.' };
  return { status: 500, message: 'Something went wrong on our side.' };
}
