/** The pages that Apache writes itself: what they say follows from the status; its name and the port that was asked stand below. */

const SENTENCES: Readonly<Record<number, string>> = {
  400: '<p>Your browser sent a request that this server could not understand.<br />\n@</p>',
  401: "<p>This server could not verify that you\nare authorized to access the document\nrequested.  Either you supplied the wrong\ncredentials (e.g., bad password), or your\nbrowser doesn't understand how to supply\nthe credentials required.</p>",
  403: "<p>You don't have permission to access this resource.@</p>",
  404: '<p>The requested URL was not found on this server.</p>',
  405: '<p>The requested method @ is not allowed for this URL.</p>',
  408: '<p>Server timeout waiting for the HTTP request from the client.</p>',
  413: 'The requested resource does not allow request data with @ requests, or the amount of data provided in\nthe request exceeds the capacity limit.',
  414: "<p>The requested URL's length exceeds the capacity\nlimit for this server.<br />\n@</p>",
  416: '<p>None of the range-specifier values in the Range\nrequest-header field overlap the current extent\nof the selected resource.</p>',
  417: '<p>The expectation given in the Expect request-header\nfield could not be met by this server.\nThe client sent<pre>\n    Expect: @\n</pre>\n</p><p>Only the 100-continue expectation is supported.</p>',
  500: '<p>The server encountered an internal error or\nmisconfiguration and was unable to complete\nyour request.</p>\n<p>Please contact the server administrator at \n webmaster@localhost to inform them of the time this error occurred,\n and the actions you performed just before this error.</p>\n<p>More information about this error may be available\nin the server error log.</p>',
  501: '<p>@ not supported for current URL.<br />\n</p>',
  503: '<p>The server is temporarily unable to service your\nrequest due to maintenance downtime or capacity\nproblems. Please try again later.</p>',
};

/** Of its pages for errors and of its listings: HTML 4.01 since the releases of 2026 or little before, relics until then. */
export function doctypes(version: string): { readonly error: string; readonly listing: string } {
  const strict = '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01//EN" "http://www.w3.org/TR/html4/strict.dtd">';
  if (Number(version.split('.')[2]) >= 64) return { error: strict, listing: strict };
  return {
    error: '<!DOCTYPE HTML PUBLIC "-//IETF//DTD HTML 2.0//EN">',
    listing: '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 3.2 Final//EN">',
  };
}

export interface ApachePage {
  readonly status: number;
  readonly text: string;
  /** `Apache/2.4.71 (Debian)`. */
  readonly software: string;
  readonly doctype: string;
  /** The line below that names it. */
  readonly signature: boolean;
  readonly host: string;
  readonly port: number;
  /** What stands in the sentence: a method, a location, a reason. Escaped here. */
  readonly because: string;
}

export function apachePage({ status, text, software, doctype, signature, host, port, because }: ApachePage): string {
  // Its own sentences have lines of their own; what a client wrote has none.
  const escaped = because.startsWith('Reason: ') ? because : escapeHtml(because);
  const sentence =
    status >= 300 && status < 400
      ? `<p>The document has moved <a href="${escaped}">here</a>.</p>`
      : // A function: what an attacker wrote must not be read as a replacement pattern.
        (SENTENCES[status] ?? '').replace('@', () => escaped);
  return `${doctype}
<html><head>
<title>${status} ${text}</title>
</head><body>
<h1>${text}</h1>
${sentence}
${signature ? `<hr>\n<address>${software} Server at ${escapeHtml(host)} Port ${port}</address>\n` : ''}</body></html>
`;
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c]!);
}
