/**
 * Runs Debian's nginx, Apache and lighttpd by hand on loopback ports, configured as their packages do, over one small tree of files, to be compared with.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';

export interface ReferenceServer {
  readonly name: 'nginx' | 'apache' | 'lighttpd';
  readonly port: number;
  stop(): Promise<void>;
}

/** When all files were last modified: Fri, 03 Jan 2025 10:20:30 GMT. */
export const MODIFIED = Date.UTC(2025, 0, 3, 10, 20, 30);
/** By path under the root. */
export const FILES: Readonly<Record<string, string>> = {
  'index.html': `<!DOCTYPE html>\n<html><head><title>Home</title></head>\n<body>\n${'<p>Welcome to our little site.</p>\n'.repeat(20)}</body></html>\n`,
  'robots.txt': 'User-agent: *\nDisallow: /private/\n',
  'favicon.ico': '\0\0\x01\0\x01\0icon',
  'style.css': 'body { margin: 0 }\n'.repeat(20),
  'app.js': 'console.log(1);\n'.repeat(20),
  'data.xyz123': 'some data\n',
  'empty.txt': '',
  '.htaccess': '# nothing\n',
  plain: 'plain text\n',
  'files/one.txt': 'one\n',
  'files/two.tar.gz': 'two\n',
};

export function layOut(root: string): void {
  for (const [path, content] of Object.entries(FILES)) {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), content, 'latin1');
    utimesSync(join(root, path), MODIFIED / 1000, MODIFIED / 1000);
  }
  for (const folder of ['files', '.']) utimesSync(join(root, folder), MODIFIED / 1000, MODIFIED / 1000);
}

/** Those of the three that are installed. `folder` is theirs: files under `folder/www`, the rest what they need to run. */
export async function startReferenceServers(folder: string, firstPort: number): Promise<readonly ReferenceServer[]> {
  const root = join(folder, 'www');
  layOut(root);
  const made = [
    nginx(folder, root, firstPort),
    apache(folder, root, firstPort + 1),
    lighttpd(folder, root, firstPort + 2),
  ];
  return Promise.all(made.filter(({ program }) => existsSync(program)).map(start));
}

interface Plan {
  readonly name: ReferenceServer['name'];
  readonly program: string;
  readonly args: readonly string[];
  readonly port: number;
}

async function start({ name, program, args, port }: Plan): Promise<ReferenceServer> {
  const child = spawn(program, args, { stdio: 'ignore' });
  const stop = () => end(child);
  for (let attempt = 0; attempt < 100; attempt++) {
    if (await reachable(port)) return { name, port, stop };
    if (child.exitCode !== null) break;
  }
  await stop();
  throw new Error(`${name} did not start`);
}

function reachable(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve((socket.destroy(), true)));
    socket.once('error', () => setTimeout(() => resolve(false), 50));
  });
}

function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill('SIGTERM');
  });
}

function nginx(folder: string, root: string, port: number): Plan {
  const file = join(folder, 'nginx.conf');
  writeFileSync(
    file,
    `daemon off; master_process off; pid ${folder}/nginx.pid; error_log ${folder}/nginx.log;
events { worker_connections 768; }
http {
  sendfile on; tcp_nopush on; types_hash_max_size 2048;
  include /etc/nginx/mime.types; default_type application/octet-stream;
  access_log off; gzip on;
  client_body_temp_path ${folder}/nginx-body; proxy_temp_path ${folder}/nginx-proxy; fastcgi_temp_path ${folder}/nginx-fastcgi;
  uwsgi_temp_path ${folder}/nginx-uwsgi; scgi_temp_path ${folder}/nginx-scgi;
  server {
    listen 127.0.0.1:${port} default_server; root ${root}; index index.html index.htm index.nginx-debian.html; server_name _;
    location / { try_files $uri $uri/ =404; }
  }
}
`,
  );
  return { name: 'nginx', program: '/usr/sbin/nginx', args: ['-c', file, '-e', `${folder}/nginx.log`], port };
}

function apache(folder: string, root: string, port: number): Plan {
  const file = join(folder, 'apache.conf');
  const modules = readEnabled('/etc/apache2/mods-enabled');
  writeFileSync(
    file,
    `ServerRoot "/etc/apache2"
Mutex file:${folder} default
User www-data
Group www-data
PidFile ${folder}/apache.pid
Timeout 300
KeepAlive On
MaxKeepAliveRequests 100
KeepAliveTimeout 5
HostnameLookups Off
ErrorLog ${folder}/apache.log
LogLevel warn
${modules}
Listen 127.0.0.1:${port}
<Directory />
  Options FollowSymLinks
  AllowOverride None
  Require all denied
</Directory>
<Directory ${root}>
  Options Indexes FollowSymLinks
  AllowOverride None
  Require all granted
</Directory>
AccessFileName .htaccess
<FilesMatch "^\\.ht">
  Require all denied
</FilesMatch>
ServerTokens OS
ServerSignature On
TraceEnable Off
ServerName www.example.org
DocumentRoot ${root}
`,
  );
  return { name: 'apache', program: '/usr/sbin/apache2', args: ['-D', 'FOREGROUND', '-f', file], port };
}

/** The modules that the package enables and their settings, with the variables that Debian's start script would set. */
function readEnabled(folder: string): string {
  if (!existsSync(folder)) return '';
  return `Define APACHE_LOG_DIR /tmp\nIncludeOptional ${folder}/*.load\nIncludeOptional ${folder}/*.conf`;
}

function lighttpd(folder: string, root: string, port: number): Plan {
  const file = join(folder, 'lighttpd.conf');
  const packaged = '/etc/lighttpd/lighttpd.conf';
  const text = existsSync(packaged) ? readFileSync(packaged, 'utf8') : '';
  const settings = text
    .replaceAll('/var/www/html', root)
    .replace(/server\.port\s*=.*/, `server.port = ${port}\nserver.bind = "127.0.0.1"`)
    .replace(/server\.pid-file.*/, `server.pid-file = "${folder}/lighttpd.pid"`)
    .replace(/server\.errorlog.*/, `server.errorlog = "${folder}/lighttpd.log"`)
    .replace(/server\.upload-dirs.*/, `server.upload-dirs = ( "${folder}" )`)
    .replace(/server\.(username|groupname).*/g, '')
    .replace(/include_shell .*use-ipv6.*/, '')
    .replace(/include "\/etc\/lighttpd\/conf-enabled.*/, '');
  writeFileSync(file, settings);
  return { name: 'lighttpd', program: '/usr/sbin/lighttpd', args: ['-D', '-f', file], port };
}
