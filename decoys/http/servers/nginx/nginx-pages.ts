/** The pages that nginx writes itself. The plain ones are its own format; a version stands in each. */

const CRLF = '\r\n';
/** Where its words differ from everybody's. */
export const NGINX_STATUS: Readonly<Record<number, string>> = {
  302: 'Moved Temporarily',
  405: 'Not Allowed',
  408: 'Request Time-out',
  414: 'Request-URI Too Large',
  503: 'Service Temporarily Unavailable',
  504: 'Gateway Time-out',
};
/** Titles of answers that are 400 on the wire. */
const SPECIAL: Readonly<Record<string, readonly [title: string, line: string]>> = {
  'header too large': ['400 Request Header Or Cookie Too Large', 'Request Header Or Cookie Too Large'],
  'plain to https': [
    '400 The plain HTTP request was sent to HTTPS port',
    'The plain HTTP request was sent to HTTPS port',
  ],
};

export function nginxPage(status: number, text: string, software: string, because: string | undefined): string {
  const special = because === undefined ? undefined : SPECIAL[because];
  const heading = `${status} ${text}`;
  return [
    '<html>',
    `<head><title>${special?.[0] ?? heading}</title></head>`,
    '<body>',
    `<center><h1>${heading}</h1></center>`,
    ...(special === undefined ? [] : [`<center>${special[1]}</center>`]),
    `<hr><center>${software}</center>`,
    '</body>',
    '</html>',
    '',
  ].join(CRLF);
}
