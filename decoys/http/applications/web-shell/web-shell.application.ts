/**
 * Web shells: those that were uploaded here, those that somebody guesses to have been left by another, and the holes of PHP itself that come to the same (CVE-2017-9841,
 * CVE-2024-4577, CVE-2012-1823). What they are told to run runs on the attacker's machine that is not there.
 */
import type { Head, Request } from '../../message.types.ts';
import { cookiesOf } from '../../http1/http1-connection.ts';
import { WEB_ROOT, type Visit } from '../../visit.ts';
import type { Application, ApplicationDefinition } from '../application.types.ts';
import { formOf, page, queryOf } from '../html.ts';
import { phpOutput } from './php-output.ts';

/** Names under which shells are left, and looked for. */
const NAMES =
  /(?:^|\/)(?:[a-z0-9_.-]*(?:shell|cmd|c99|r57|wso|b374k|backdoor|webadmin|alfa|mini|uploader?|bypass|marijuana|indoxploit|adminer-shell)[a-z0-9_.-]*|x|s|a|1|cc|up|sh|wp-conflg|lv|gel4y|about|radio|ws|moon|simple|ioxi|test1?)\.(?:php[3457]?|phtml|phar)$/i;
/** Fields that carry a command. */
const COMMAND_FIELDS = [
  'cmd',
  'c',
  'exec',
  'command',
  'execute',
  'run',
  'system',
  'shell',
  'e',
  'x',
  '0',
  'ls',
  'cmdexe',
  'q',
];
/** Fields that carry PHP. */
const CODE_FIELDS = ['pass', 'code', 'eval', 'a', 'ant', 'php', 'z0', 'payload', 'p'];
const PHPUNIT = /\/phpunit\/(?:phpunit\/)?(?:src\/)?Util\/PHP\/eval-stdin\.php$/i;
const CGI_SWITCH = /^(?:%ad|-|%2d)d[+ ]/i;

export const webShell: ApplicationDefinition = {
  id: 'web-shell',
  summary: 'Web shells that were left or guessed, and holes of PHP that are as good as one.',
  open: () => new WebShell(),
};

class WebShell implements Application {
  claims(path: string, head: Head): boolean {
    if (PHPUNIT.test(path)) return true;
    if (/\.(?:php[3457]?|phtml|phar)$/i.test(path) || path.endsWith('/php-cgi/php-cgi.exe') || path === '/') {
      if (CGI_SWITCH.test(head.query ?? '') && /auto_prepend_file/i.test(head.query ?? '')) return true;
    }
    if (/\/wp-content\/uploads\/.+\.(?:php[3457]?|phtml|phar)$/i.test(path)) return true;
    return NAMES.test(path) && (head.method === 'POST' || (head.query ?? '') !== '');
  }

  async respond(request: Request, path: string, visit: Visit) {
    const html = (text: string) => page(200, text);
    if (PHPUNIT.test(path) || CGI_SWITCH.test(request.query ?? '')) {
      await visit.upload(path, request.body);
      return html(await phpOutput(request.body.toString('latin1'), visit));
    }
    const source = await visit.readFile(`${WEB_ROOT}${path}`);
    const directory = source === undefined ? WEB_ROOT : `${WEB_ROOT}${path.slice(0, path.lastIndexOf('/'))}`;
    if (source === undefined && !NAMES.test(path)) return page(404, 'File not found.\n');
    const fields = new Map([
      ...cookiesOf(request),
      ...queryOf(request),
      ...(request.method === 'POST' ? formOf(request) : []),
    ]);
    for (const name of namedIn(source?.toString('latin1') ?? '', fields)) {
      const value = fields.get(name);
      if (value === undefined || value === '') continue;
      const code = isPhp(source?.toString('latin1'), name, value);
      return html(code ? await phpOutput(value, visit, directory) : await visit.run(value, { directory }));
    }
    // A program that was left and asks for nothing: what it says by itself.
    if (source !== undefined) return html(await phpOutput(source.toString('latin1'), visit, directory));
    return html('');
  }
}

/** Which fields may carry something: those that the source names first, then those that everybody uses. */
function namedIn(source: string, fields: ReadonlyMap<string, string>): readonly string[] {
  const named = [...source.matchAll(/\$_(?:GET|POST|REQUEST|COOKIE)\s*\[\s*['"]?([^'"\]]{1,64})/g)].map(
    (match) => match[1]!,
  );
  return [...new Set([...named, ...COMMAND_FIELDS, ...CODE_FIELDS])].filter((name) => fields.has(name));
}

/** Whether a field's value is run as PHP rather than by the shell: by the source's own words, else by what it looks like. */
function isPhp(source: string | undefined, name: string, value: string): boolean {
  if (source !== undefined) {
    const asked = new RegExp(
      String.raw`(\w+)\s*\(\s*@?\$_(?:GET|POST|REQUEST|COOKIE)\s*\[\s*['"]?${name.replace(/[^\w-]/g, '')}`,
    ).exec(source)?.[1];
    if (asked !== undefined) return /^(?:eval|assert|create_function)$/i.test(asked);
  }
  return CODE_FIELDS.includes(name) || /^\s*(?:<\?|echo\s+['"(]|print|die\(|system\(|@?ini_set|@?eval)/.test(value);
}
