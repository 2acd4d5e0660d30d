/** The pages. */
import type { Note, Session } from './database.ts';
import { html, type Html } from './html.ts';

export interface Decoys {
  readonly link: Html;
  readonly field: Html;
}

export function page(title: string, body: Html, { link }: Decoys): string {
  return html`<!DOCTYPE html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>${title}</title>
      </head>
      <body>
        <h1>${title}</h1>
        ${body} ${link}
      </body>
    </html> `.text;
}

/** Of `/login` and `/register`. */
export function accountForm(action: 'login' | 'register', problem: string, { field }: Decoys): Html {
  const label = action === 'login' ? 'Sign in' : 'Make an account';
  return html`${problem === '' ? '' : html`<p role="alert">${problem}</p>`}
    <form method="post" action="/${action}">
      <p>
        <label>Name <input name="name" autocomplete="username" required /></label>
      </p>
      <p>
        <label>Password <input name="password" type="password" autocomplete="current-password" required /></label>
      </p>
      ${field}
      <p>
        <button>${label}</button>
        <a href="/${action === 'login' ? 'register' : 'login'}"
          >${action === 'login' ? 'No account yet?' : 'Have an account?'}</a
        >
      </p>
    </form>`;
}

export function notesPage({ name, csrf }: Session, notes: readonly Note[], search: string): Html {
  const token = html`<input type="hidden" name="csrf" value="${csrf}" />`;
  return html`<form method="post" action="/logout">
      ${token}
      <p>${name} <button>Sign out</button></p>
    </form>
    <form method="get" action="/notes">
      <p>
        <label>Search <input name="q" value="${search}" /></label> <button>Search</button>
      </p>
    </form>
    <ul>
      ${notes.map(
        ({ id, title, text }) =>
          html`<li>
            <h2>${title}</h2>
            <p>${text}</p>
            <form method="post" action="/notes/${id}/delete">${token}<button>Delete</button></form>
          </li>`,
      )}
    </ul>
    <form method="post" action="/notes">
      ${token}
      <p>
        <label>Title <input name="title" required maxlength="200" /></label>
      </p>
      <p>
        <label>Text <textarea name="text" maxlength="10000"></textarea></label>
      </p>
      <p><button>Keep</button></p>
    </form>`;
}
