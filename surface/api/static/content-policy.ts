/**
 * The Content-Security-Policy of the console. A Next.js static export carries inline scripts (its flight data): each is allowed by its hash,
 * computed from the very files that are served, and nothing else inline runs (CSP Level 3, section 6.7).
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const INLINE_SCRIPT = /<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/g;

export function contentPolicy(consoleRoot: string): string {
  const hashes = new Set<string>();
  for (const entry of readdirSync(consoleRoot, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !entry.name.endsWith('.html')) continue;
    const html = readFileSync(join(entry.parentPath, entry.name), 'utf8');
    for (const [, script] of html.matchAll(INLINE_SCRIPT))
      hashes.add(`'sha256-${createHash('sha256').update(script!).digest('base64')}'`);
  }
  return [
    "default-src 'none'",
    `script-src 'self' 'wasm-unsafe-eval' ${[...hashes].join(' ')}`.trim(),
    "style-src 'self'",
    // Elements that the terminal player positions; attributes cannot load or run anything.
    "style-src-attr 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
}
