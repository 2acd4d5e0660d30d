/**
 * Logins in the logs of web servers: a form sent to a page that is one for logging in, and HTTP's own authentication. The status tells how it went where
 * the application says so by it; pages that answer every try alike leave it open.
 */
import type { Event } from '@netsentinel/contracts/event';
import type { Login } from '@netsentinel/contracts/logins';

const BEFORE = '(?:^|/)(?:[\\w-]{0,32}[-_.])?';
const AFTER = '(?:[-_.][\\w-]{0,32})?(?:\\.(?:php\\d?|aspx?|jspx?|do|action|cgi|html?|json|py|pl|cfm))?/?$';
/** Names that pages for logging in have, as a part of the path's end. */
const PAGE = new RegExp(
  `${BEFORE}(?:(?:do|check|user|admin)?(?:log-?[io]n|logon|sign-?in)|j_security_check|xmlrpc)${AFTER}`,
  'i',
);
/** Names that interfaces for it have, among others: only a refusal says that somebody meant to log in. */
const INTERFACE = new RegExp(`${BEFORE}(?:authenticate|authentication|auth|session|sessions|token)${AFTER}`, 'i');
/** Ends of sessions, and pages that do something else about accounts. */
const OTHER = /log-?(?:out|off)|sign-?out|refresh|revoke|renew|csrf|validate/i;
/** Ghost answers a name that it does not know with 404. */
const GHOST = /(?:^|\/)ghost\/api\/(?:[\w.]{1,16}\/)?admin\/session\/?$/i;
const WORDPRESS = /(?:^|\/)wp-login\.php$/i;

/** `unknown` where the same status may stand for both. Undefined for what is no login. */
export function webLoginOf({ url, http, user, event }: Event): Login | undefined {
  if (http === undefined || url === undefined || event.kind === 'pipeline_error') return undefined;
  const status = http.response?.status_code ?? 0;
  const name = user?.name;
  const path = pathOf(url.path ?? url.original ?? '');
  const method = http.request?.method?.toUpperCase();
  if ((method === 'POST' || method === 'PUT') && !OTHER.test(path)) {
    if (PAGE.test(path)) return { user: name, password: undefined, outcome: outcomeOf(path, status) };
    if (isRefusal(status) ? INTERFACE.test(path) : status === 404 && GHOST.test(path))
      return { user: name, password: undefined, outcome: 'failure' };
  }
  // A browser asks without a name first: only a refused name is a guess.
  if (status === 401 && name !== undefined && name !== '' && name !== '-')
    return { user: name, password: undefined, outcome: 'failure' };
  return undefined;
}

function outcomeOf(path: string, status: number): Login['outcome'] {
  if (WORDPRESS.test(path))
    return status === 302 ? 'success' : status === 200 || isRefusal(status) ? 'failure' : 'unknown';
  return isRefusal(status) ? 'failure' : 'unknown';
}

function isRefusal(status: number): boolean {
  return status === 400 || status === 401 || status === 403 || status === 422 || status === 423 || status === 429;
}

const MAX_PATH = 256;

function pathOf(target: string): string {
  const end = target.search(/[?#]/);
  return (end === -1 ? target : target.slice(0, end)).slice(-MAX_PATH);
}
