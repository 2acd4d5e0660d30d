/** mod_autoindex with Debian's options: a table with icons, dates in the server's time, sizes in the shortest unit. */
import type { FolderListing } from '../web-server.types.ts';
import { escapeHtml } from './apache-pages.ts';

const ICONS: readonly (readonly [RegExp, string, string])[] = [
  [/\.(txt|md|log|conf|html?|css|js|php|xml|json)$/i, 'text', 'TXT'],
  [/\.(gz|tgz|zip|bz2|xz|7z|rar|z)$/i, 'compressed', '   '],
  [/\.(png|jpe?g|gif|ico|svg|webp|bmp)$/i, 'image2', 'IMG'],
  [/\.(sh|bash|csh|ksh)$/i, 'script', '   '],
  [/\.tar$/i, 'tar', '   '],
  [/\.(bin|exe)$/i, 'binary', '   '],
  [/\.pdf$/i, 'layout', '   '],
];

export function apacheListing({ path, entries }: FolderListing, address: string, doctype: string): string {
  const title = `Index of ${escapeHtml(path.length > 1 ? path.replace(/\/$/, '') : path)}`;
  const parent = path.replace(/[^/]+\/$/, '');
  const rows = entries.map(({ name, folder, size, modified }) => {
    const [, icon, alt] = folder
      ? [0, 'folder', 'DIR']
      : (ICONS.find(([ending]) => ending.test(name)) ?? [0, 'unknown', '   ']);
    const shown = folder ? `${name}/` : name;
    const when = new Date(modified).toISOString().replace('T', ' ').slice(0, 16);
    return `<tr><td valign="top"><img src="/icons/${icon}.gif" alt="[${alt}]"></td><td><a href="${encodeURI(shown)}">${escapeHtml(shown)}</a></td><td align="right">${when}  </td><td align="right">${folder ? '  - ' : sizeText(size)}</td><td>&nbsp;</td></tr>\n`;
  });
  const up =
    path === '/'
      ? ''
      : `<tr><td valign="top"><img src="/icons/back.gif" alt="[PARENTDIR]"></td><td><a href="${encodeURI(parent)}">Parent Directory</a></td><td>&nbsp;</td><td align="right">  - </td><td>&nbsp;</td></tr>\n`;
  return `${doctype}
<html>
 <head>
  <title>${title}</title>
 </head>
 <body>
<h1>${title}</h1>
  <table>
   <tr><th valign="top"><img src="/icons/blank.gif" alt="[ICO]"></th><th><a href="?C=N;O=D">Name</a></th><th><a href="?C=M;O=A">Last modified</a></th><th><a href="?C=S;O=A">Size</a></th><th><a href="?C=D;O=A">Description</a></th></tr>
   <tr><th colspan="5"><hr></th></tr>
${up}${rows.join('')}   <tr><th colspan="5"><hr></th></tr>
</table>
${address}
</body></html>
`;
}

/** Four columns and a space at most: `  4 `, `1.2K`, ` 15M`. */
function sizeText(bytes: number): string {
  if (bytes < 1000) return `${String(bytes).padStart(3)} `;
  let value = bytes / 1024;
  for (const unit of ['K', 'M', 'G']) {
    if (value < 9.95) return `${value.toFixed(1)}${unit}`;
    if (value < 999.5) return `${String(Math.round(value)).padStart(3)}${unit}`;
    value /= 1024;
  }
  return '  - ';
}
