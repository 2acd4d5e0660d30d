/** xmlrpc.php: what tools ask before they guess, logins one by one and hundreds in one `system.multicall`, and pingbacks, which are answered and never made. */
import type { Answer, Request } from '../../message.types.ts';
import type { Visit } from '../../visit.ts';
import { escapeHtml } from '../html.ts';
import type { WordpressSite } from './wordpress-site.ts';

const METHODS = [
  'system.multicall',
  'system.listMethods',
  'system.getCapabilities',
  'demo.sayHello',
  'pingback.ping',
  'pingback.extensions.getPingbacks',
  'wp.getUsersBlogs',
  'wp.getUsers',
  'wp.getUser',
  'wp.getProfile',
  'wp.getPosts',
  'wp.newPost',
  'wp.getOptions',
  'wp.uploadFile',
  'wp.getCategories',
  'wp.getAuthors',
  'metaWeblog.newMediaObject',
  'metaWeblog.newPost',
  'blogger.getUsersBlogs',
];
const MAX_CALLS = 500;

export async function xmlRpc(request: Request, site: WordpressSite, visit: Visit): Promise<Answer> {
  if (request.method !== 'POST') {
    if (/(?:^|&)rsd/.test(request.query ?? ''))
      return xml(
        `<rsd version="1.0" xmlns="http://archipelago.phrasewise.com/rsd"><service><engineName>WordPress</engineName><apis><api name="WordPress" blogID="1" preferred="true" apiLink="${site.addressFor(request)}/xmlrpc.php" /></apis></service></rsd>`,
      );
    return {
      status: 405,
      headers: [
        ['Allow', 'POST'],
        ['Content-Type', 'text/plain;charset=UTF-8'],
      ],
      body: 'XML-RPC server accepts POST requests only.',
      from: 'program',
    };
  }
  const text = request.body.toString('utf8');
  const name = /<methodName>\s*([\w.]+)\s*<\/methodName>/.exec(text)?.[1];
  if (name === undefined) return fault(-32_700, 'parse error. not well formed');
  if (name === 'system.multicall') {
    const results: string[] = [];
    const calls = text.split(/<name>\s*methodName\s*<\/name>/).slice(1, MAX_CALLS + 1);
    for (const call of calls) {
      const method = /<value>\s*(?:<string>)?\s*([\w.]+)/.exec(call)?.[1] ?? '';
      const answer = await invoke(
        method,
        stringsOf(call.slice(call.indexOf('</member>'))).filter((value) => value !== 'params'),
        site,
        request,
        visit,
      );
      results.push(
        typeof answer === 'string'
          ? `<value><array><data>\n  <value>${answer}</value>\n</data></array></value>`
          : `<value>${faultStruct(answer.code, answer.message)}</value>`,
      );
    }
    return response(`<array><data>\n${results.join('\n')}\n</data></array>`);
  }
  const answer = await invoke(name, stringsOf(text.slice(text.indexOf('<params>'))), site, request, visit);
  return typeof answer === 'string' ? response(answer) : fault(answer.code, answer.message);
}

async function invoke(
  method: string,
  values: readonly string[],
  site: WordpressSite,
  request: Request,
  visit: Visit,
): Promise<string | { readonly code: number; readonly message: string }> {
  if (method === 'system.listMethods')
    return `<array><data>\n${METHODS.map((each) => `  <value><string>${each}</string></value>`).join('\n')}\n</data></array>`;
  if (method === 'demo.sayHello') return '<string>Hello!</string>';
  if (method === 'pingback.ping') {
    visit.session.report.forward('pingback', hostIn(values[0] ?? ''), 80, values.join(' ').slice(0, 1024));
    return {
      code: 17,
      message: 'The source URL does not contain a link to the target URL, and so cannot be used as a source.',
    };
  }
  if (!METHODS.includes(method))
    return { code: -32_601, message: `server error. requested method ${method} does not exist.` };
  // The first of the values may be a number of a blog, which is no name.
  const [user = '', password = '', ...rest] =
    values[0] !== undefined && /^\d{1,3}$/.test(values[0]) && values.length > 2 ? values.slice(1) : values;
  const accepted = await visit.login('wordpress', site.isUser, { user, password, method: 'xmlrpc' });
  if (!accepted) return { code: 403, message: 'Incorrect username or password.' };
  const base = site.addressFor(request);
  if (method === 'wp.uploadFile' || method === 'metaWeblog.newMediaObject') {
    const bits = /<base64>\s*([A-Za-z0-9+/=\s]+)<\/base64>/.exec(request.body.toString('latin1'))?.[1];
    const file = (rest.find((value) => /\.\w{2,5}$/.test(value)) ?? 'file').replace(/^.*[\\/]/, '');
    if (bits !== undefined) {
      const content = Buffer.from(bits, 'base64');
      const full = `/var/www/html/wp-content/uploads/${file}`;
      await visit.writeFile(full, content);
      await visit.upload(full, content);
    }
    return `<struct><member><name>url</name><value><string>${base}/wp-content/uploads/${escapeHtml(file)}</string></value></member></struct>`;
  }
  return `<array><data>\n  <value><struct>
  <member><name>isAdmin</name><value><boolean>1</boolean></value></member>
  <member><name>url</name><value><string>${base}/</string></value></member>
  <member><name>blogid</name><value><string>1</string></value></member>
  <member><name>blogName</name><value><string>${escapeHtml(site.title)}</string></value></member>
  <member><name>xmlrpc</name><value><string>${base}/xmlrpc.php</string></value></member>
</struct></value>\n</data></array>`;
}

/** The values of a call that are text or numbers, in order. */
function stringsOf(text: string): readonly string[] {
  return [...text.matchAll(/<value>\s*(?:<(?:string|int|i4)>)?([^<]*)(?:<\/(?:string|int|i4)>)?\s*<\/value>/g)]
    .slice(0, 16)
    .map((match) => unescapeXml(match[1]!.trim()));
}

function unescapeXml(text: string): string {
  return text.replace(
    /&(amp|lt|gt|quot|apos);/g,
    (_all, name: string) => ({ amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" })[name]!,
  );
}

function hostIn(url: string): string {
  return /^\w+:\/\/([^/:]+)/.exec(url)?.[1] ?? url.slice(0, 255);
}

function faultStruct(code: number, message: string): string {
  return `<struct>\n  <member><name>faultCode</name><value><int>${code}</int></value></member>\n  <member><name>faultString</name><value><string>${escapeHtml(message)}</string></value></member>\n</struct>`;
}

function fault(code: number, message: string): Answer {
  return xml(
    `<methodResponse>\n  <fault>\n    <value>\n${faultStruct(code, message)}\n    </value>\n  </fault>\n</methodResponse>\n`,
  );
}

function response(value: string): Answer {
  return xml(
    `<methodResponse>\n  <params>\n    <param>\n      <value>\n      ${value}\n      </value>\n    </param>\n  </params>\n</methodResponse>\n`,
  );
}

function xml(body: string): Answer {
  return {
    status: 200,
    headers: [['Content-Type', 'text/xml; charset=UTF-8']],
    body: `<?xml version="1.0" encoding="UTF-8"?>\n${body}`,
    from: 'program',
  };
}
