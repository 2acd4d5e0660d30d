/** Which media type a file's ending means. Servers differ in a few and in what they say of endings that they do not know. */

export interface MediaTypes {
  /** Undefined where no type is sent. */
  readonly fallback: string | undefined;
  readonly own: Readonly<Record<string, string>>;
}

const COMMON: Readonly<Record<string, string>> = {
  html: 'text/html',
  htm: 'text/html',
  css: 'text/css',
  js: 'text/javascript',
  json: 'application/json',
  txt: 'text/plain',
  xml: 'application/xml',
  svg: 'image/svg+xml',
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  ico: 'image/vnd.microsoft.icon',
  pdf: 'application/pdf',
  zip: 'application/zip',
  gz: 'application/x-gzip',
  tgz: 'application/x-gzip',
  woff: 'font/woff',
  woff2: 'font/woff2',
  sql: 'application/x-sql',
};

export function mediaType(path: string, types: MediaTypes): string | undefined {
  const ending = /\.([A-Za-z0-9]+)$/.exec(path.slice(path.lastIndexOf('/') + 1))?.[1]?.toLowerCase();
  if (ending === undefined) return types.fallback;
  const known = Object.hasOwn(types.own, ending)
    ? types.own[ending]
    : Object.hasOwn(COMMON, ending)
      ? COMMON[ending]
      : undefined;
  return known ?? types.fallback;
}
