/** Attacks on the protocol itself: headers and mail commands smuggled in by line ends, framing that two servers read differently, forged methods. */
import type { RequestParts } from './request-parts.ts';
import type { Place, Sign, WebRequest } from './web-inspection.types.ts';

const HEADER =
  /[\r\n\u0085\u2028]\s{0,4}(?:set-cookie2?|location|content-(?:type|length|disposition|encoding|location|security-policy)|host|x-[a-z-]{2,32}|refresh|status|cookie|transfer-encoding|http\/\d|access-control-[a-z-]{2,32}|link|server|date|etag|last-modified|expires|referer|user-agent|from|to|cc|bcc|subject|reply-to|mime-version)\s{0,4}:|[\r\n]\s{0,4}HTTP\/\d/i;
const SET_COOKIE = /(?:^|[%\r\n\\])(?:25|0[ad]|\\?[rn])?set-cookie2?\s{0,4}[:=]/i;
const MAIL =
  /[\r\n]\s{0,4}(?:(?:mail\s{1,4}from|rcpt\s{1,4}to)\s{0,4}:|(?:ehlo|helo|vrfy|expn|etrn)\s{1,4}[\w.<[-]|(?:data|quit|rset|noop|stls|starttls|capa|stat)\s{0,4}(?:[\r\n]|$)|(?:uidl|retr|top|dele|list|apop|user|pass|auth)(?:\s{1,4}[\w.@+/=-]{1,64}){1,2}\s{0,4}(?:[\r\n]|$)|[a-z]{0,2}\d{1,4}\s{1,4}(?:capability|noop|quit|logout|login|authenticate|select|examine|create|delete|rename|subscribe|list|lsub|status|append|check|close|expunge|search|fetch|store|copy|uid|starttls|getquotaroot|getacl|myrights|namespace|unselect|setacl|setquota)\b)/i;
const SMUGGLED =
  /[\r\n]\s{0,4}(?:get|post|head|put|delete|options|connect|trace|patch|propfind|[a-z]{3,16})\s{1,4}[/h*][^\r\n]{0,512}\shttp\/\d/i;
const METHODS =
  /^(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|CONNECT|PROPFIND|PROPPATCH|MKCOL|COPY|MOVE|LOCK|UNLOCK|REPORT|SEARCH|MKCALENDAR|PURGE|MERGE|CHECKOUT|MKACTIVITY|LINK|UNLINK|SUBSCRIBE|NOTIFY|M-SEARCH|QUERY|PRI|ACL|BIND|REBIND|UNBIND)$/;
const SESSION = /\.cookie\s{0,4}=|http-equiv\s{0,4}=\s{0,4}["']?set-cookie/i;
const SESSION_ID =
  /^(?:jsessionid|aspsessionid\w{0,16}|asp\.net_sessionid|asp[._]net[._]sessionid|phpsessid|weblogicsession|wlscookie|phpsession|cfid|cftoken|cfsid|jservsession|jwsession|laravel_session|connect\.sid|sails\.sid|ci_session|_session_id|rack\.session|express\.sid|koa\.sess|symfony|play_session|django_session|_?(?:flask|django|rails|sinatra|next-auth|nuxt|meteor)[\w.-]{0,16}(?:session|token)(?:[-_]token)?|\w{1,16}session_?id|viewstate_id|auth_session|session[._]id)$/i;
const FILE_NAME_HEADER = /^x[-_.](?:file[-_.]?name|filename)$/;
const PROGRAM_NAME =
  /\.\s?(?:ph(?:p[\dst]?|tml|ar|t|pt)|jspx?|jspf|aspx?|ashx|asmx|asa|cer|cgi|pl|war|htaccess)[\s.]{0,16}$/i;

/** In one decoded text. */
export function lineInjection(text: string, place: Place): Sign | undefined {
  const breaks = /[\r\n\u0085\u2028]/.test(text);
  if (!breaks)
    return SET_COOKIE.test(text) && place.in !== 'header'
      ? { kind: 'header-injection', evidence: text.slice(0, 80), confidence: 70 }
      : undefined;
  const smuggled = SMUGGLED.exec(text);
  if (smuggled !== null) return { kind: 'request-smuggling', evidence: smuggled[0].trim().slice(0, 80) };
  const header =
    place.in === 'body' && /^(?:from|to|subject|date|cc)/i.test(HEADER.exec(text)?.[0].trim() ?? '')
      ? null
      : HEADER.exec(text);
  if (header !== null) return { kind: 'header-injection', evidence: header[0].trim() };
  const mail = MAIL.exec(text);
  if (mail !== null) return { kind: 'mail-injection', evidence: mail[0].trim() };
  if (place.in === 'path' || place.in === 'header' || (place.inName === true && place.in === 'query'))
    return { kind: 'header-injection', evidence: text.slice(0, 80).trim(), confidence: 60 };
  return undefined;
}

/** In the request as a whole. */
export function protocolAttacks(request: WebRequest, parts: RequestParts): [Sign, Place][] {
  const found: [Sign, Place][] = [];
  const { headers } = parts;
  const { method } = request;
  if (method !== undefined && method !== '' && !METHODS.test(method)) {
    if (/^(?:TRACE|TRACK|DEBUG)$/i.test(method))
      found.push([{ kind: 'protocol-attack', evidence: method }, { in: 'method' }]);
    else if (!/^[A-Z-]{3,20}$/i.test(method))
      found.push([{ kind: 'protocol-attack', evidence: method.slice(0, 64), confidence: 60 }, { in: 'method' }]);
  }
  const length = headers.get('content-length');
  const coding = headers.get('transfer-encoding');
  if (
    coding !== undefined &&
    (length !== undefined ||
      coding.length > 1 ||
      !/^(?:chunked|gzip|deflate|compress|identity|br)(?:\s*,\s*(?:chunked|gzip|deflate|br|identity))*$/i.test(
        coding[0] ?? '',
      ))
  )
    found.push([
      { kind: 'request-smuggling', evidence: coding.join(', ').slice(0, 80) },
      { in: 'header', name: 'transfer-encoding' },
    ]);
  if (length !== undefined && (new Set(length).size > 1 || !/^\d{1,19}$/.test((length[0] ?? '').trim())))
    found.push([
      { kind: 'request-smuggling', evidence: length.join(', ').slice(0, 80) },
      { in: 'header', name: 'content-length' },
    ]);
  const range = headers.get('range')?.[0] ?? headers.get('request-range')?.[0];
  if (range !== undefined && (range.includes('18446744073709551615') || range.split(',', 16).length > 8))
    found.push([
      { kind: 'known-vulnerability', evidence: range.slice(0, 80) },
      { in: 'header', name: 'range' },
    ]);
  for (const name of [
    'proxy',
    'lock-token',
    'content-range',
    'if',
    'x-up-devcap-post-charset',
    'x-middleware-subrequest',
    'x-original-url',
    'x-rewrite-url',
  ])
    if (headers.has(name) && (name === 'proxy' || name.startsWith('x-')))
      found.push([
        { kind: 'protocol-attack', evidence: name, confidence: 60 },
        { in: 'header', name },
      ]);
  return found;
}

/** A script or a header that sets the victim's session. */
export function sessionFixation(text: string): Sign | undefined {
  const set = SESSION.exec(text);
  return set === null ? undefined : { kind: 'session-fixation', evidence: text.slice(set.index, set.index + 80) };
}

/** A parameter that sets the session; it says something where another site links to it. */
export function sessionName(name: string): Sign | undefined {
  return SESSION_ID.test(name) ? { kind: 'session-fixation', evidence: name, confidence: 40 } : undefined;
}

/** A file name by which an upload would become a program of the server. */
export function uploadedProgram(text: string, place: Place): Sign | undefined {
  const names =
    (place.in === 'header' && FILE_NAME_HEADER.test(place.name ?? '')) ||
    (place.in === 'body' && place.inName === true);
  return names && PROGRAM_NAME.test(text) ? { kind: 'dangerous-upload', evidence: text.slice(-80) } : undefined;
}
