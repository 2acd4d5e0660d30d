/** Where somebody wanted to go, kept while the OpenID provider has the browser. */
import { ownPath } from './own-path.ts';

const KEY = 'netsentinel-then';

/** From the address of the sign-in page. */
export function keepWayBack(): void {
  window.sessionStorage.setItem(KEY, new URLSearchParams(window.location.search).get('then') ?? '/');
}

/** A path of ours; forgotten with that. */
export function takeWayBack(): string {
  const path = window.sessionStorage.getItem(KEY);
  window.sessionStorage.removeItem(KEY);
  return ownPath(path);
}
