/** The files in the web root of the persona's server where no application took its place: the page that the package put there, and little else. */
import type { Persona } from '../../persona/persona.types.ts';
import { memorySite, type MemoryFile } from './memory-site.ts';
import type { Site } from './site.types.ts';

/** @param bare nothing lies there: an application answers for all */
export function personaSite(persona: Persona, server: string, bare: boolean): Site {
  if (bare) return memorySite([]);
  const modified = persona.installedAt + 900_000;
  const files: MemoryFile[] = [];
  const index = INDEX[server]?.(persona);
  if (index !== undefined)
    files.push({ path: server === 'nginx' ? 'index.nginx-debian.html' : 'index.html', content: index, modified });
  return memorySite(files, 131_072 + (Buffer.from(persona.derive('site inode', 4)).readUInt32BE(0) % 400_000));
}

const INDEX: Readonly<Record<string, (persona: Persona) => string | undefined>> = {
  // The page of the nginx project (2-clause BSD), which every installation shows.
  nginx: () => `<!DOCTYPE html>
<html>
<head>
<title>Welcome to nginx!</title>
<style>
html { color-scheme: light dark; }
body { width: 35em; margin: 0 auto;
font-family: Tahoma, Verdana, Arial, sans-serif; }
</style>
</head>
<body>
<h1>Welcome to nginx!</h1>
<p>If you see this page, the nginx web server is successfully installed and
working. Further configuration is required.</p>

<p>For online documentation and support please refer to
<a href="http://nginx.org/">nginx.org</a>.<br/>
Commercial support is available at
<a href="http://nginx.com/">nginx.com</a>.</p>

<p><em>Thank you for using nginx.</em></p>
</body>
</html>
`,
  apache: ({ os }) => {
    const system = /ubuntu/i.test(os.id) ? 'Ubuntu' : /debian/i.test(os.id) ? 'Debian' : undefined;
    if (system === undefined) return undefined;
    return `<!DOCTYPE html>
<html>
<head>
<meta http-equiv="Content-Type" content="text/html; charset=UTF-8" />
<title>Apache2 ${system} Default Page: It works</title>
<style>
body { margin: 0; background: #d8dbe2; font: 11pt Verdana, sans-serif; color: #212121 }
.main_page { width: 800px; margin: 3px auto; padding: 3px; background: #fff; border: 2px solid #212738; min-height: 640px; box-sizing: border-box }
.page_header { height: 118px; background: #f5f6f7; display: flex; align-items: center; font-size: 26pt; font-weight: bold; color: #333 }
.page_header span { width: 150px; text-align: center; font-size: 15pt; font-style: italic; color: #a81d33 }
.section_header { background: #cd214f; color: #fff; font-size: 13pt; font-weight: bold; text-align: center; padding: 6px }
.section_header.grey { background: #8e9cb2; text-align: left; padding-left: 12px; margin-top: 12px }
.content { padding: 6px 14px }
pre { background: #f5f6f7; padding: 8px }
</style>
</head>
<body>
<div class="main_page">
<div class="page_header"><span>${system}</span>Apache2 Default Page</div>
<div class="section_header">It works!</div>
<div class="content">
<p>This is the page that a fresh installation of Apache on ${system} shows. You see it because the server answers and nobody has put a site of their own in its place: that would be <tt>/var/www/html/index.html</tt>.</p>
<p>If you came here as a visitor and do not know why, the site is probably being worked on; its administrator can tell you more.</p>
</div>
<div class="section_header grey">Configuration Overview</div>
<div class="content">
<p>${system} splits the configuration into several files:</p>
<pre>/etc/apache2/
|-- apache2.conf
|       \`--  ports.conf
|-- mods-enabled
|       |-- *.load
|       \`-- *.conf
|-- conf-enabled
|       \`-- *.conf
\`-- sites-enabled
        \`-- *.conf</pre>
</div>
</div>
</body>
</html>
`;
  },
  lighttpd: () =>
    `<!DOCTYPE html>\n<html>\n<head><title>Placeholder page</title></head>\n<body>\n<h1>Placeholder page</h1>\n<p>The web server runs; nothing was put here yet.</p>\n</body>\n</html>\n`,
};
