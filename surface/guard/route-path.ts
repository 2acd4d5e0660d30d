/** The path of a request as routes and decoys are compared with it: in one spelling, whichever of the many the client chose. */

/** More than Node takes of a head (16 KiB): what is cut off could be the very name that is looked for. */
const MAX_LENGTH = 65_536;

/** Lower case, percent decoded once, without origin, query, doubled or last slashes, and parameters of segments (`;jsessionid=…`). Never throws. */
export function routePath(target: string): string {
  let path = target.length > MAX_LENGTH ? target.slice(0, MAX_LENGTH) : target;
  const end = path.search(/[?#]/);
  if (end !== -1) path = path.slice(0, end);
  if (path.charCodeAt(0) !== 0x2f) path = path.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/]*/i, '');
  if (path.includes('%')) path = decoded(path);
  if (/\/\.{0,2}\/|;|\\|\/\.{1,2}$/.test(path)) path = resolved(path);
  if (path.length > 1 && path.endsWith('/')) path = path.slice(0, -1);
  return path === '' ? '/' : path.toLowerCase();
}

/** True where `path` is `prefix` or below it. */
export function matchesPath(path: string, prefix: string): boolean {
  const wanted = prefix.length > 1 && prefix.endsWith('/') ? prefix.slice(0, -1) : prefix;
  const lower = wanted.toLowerCase();
  return lower === '/' || path === lower || (path.startsWith(lower) && path.charCodeAt(lower.length) === 0x2f);
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path.replaceAll(/%([0-7][0-9a-f])/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  }
}

function resolved(path: string): string {
  const segments: string[] = [];
  for (const raw of path.split(/[/\\]/)) {
    const segment = raw.split(';', 1)[0]!;
    if (segment === '..') segments.pop();
    else if (segment !== '' && segment !== '.') segments.push(segment);
  }
  return `/${segments.join('/')}`;
}
