/**
 * What a piece of PHP would print, as far as attackers use it through web shells: fixed text, hashes that prove that it ran, calls that start programs, files that are
 * written and read. Nothing of it runs; what is not understood prints nothing.
 */
import { createHash } from 'node:crypto';
import type { Visit } from '../../visit.ts';

const MAX_CODE_BYTES = 64 * 1024;
const MAX_CALLS = 32;
const CALL =
  /\b(system|passthru|shell_exec|exec|popen|proc_open|echo|print|die|exit|md5|file_put_contents|fputs|fwrite|phpinfo|phpversion|php_uname|getcwd|get_current_user|base64_decode)\b\s*\(?\s*/gi;

export async function phpOutput(source: string, visit: Visit, directory = '/var/www/html'): Promise<string> {
  let code = source.slice(0, MAX_CODE_BYTES);
  // Layers that are peeled off as the interpreter would.
  for (let layer = 0; layer < 4; layer++) {
    const wrapped = /(?:eval|assert)\s*\(\s*base64_decode\s*\(\s*['"]([A-Za-z0-9+/=\s]{4,})['"]/i.exec(code);
    if (wrapped === null) break;
    code = Buffer.from(wrapped[1]!, 'base64').toString('latin1');
  }
  // In a string it opens nothing: what is given to eval has no tags of its own.
  const first = code.search(/<\?(?:php|=)?/i);
  const open = first > 0 && /['"]/.test(code.slice(0, first)) ? -1 : first;
  let output = open > 0 ? code.slice(0, open) : '';
  const body = open >= 0 ? code.slice(open).replace(/<\?(?:php|=)?/i, '') : code;
  const closing = open >= 0 ? body.indexOf('?>') : -1;
  const program = closing < 0 ? body : body.slice(0, closing);
  let calls = 0;
  let skipTo = 0;
  for (const match of program.matchAll(CALL)) {
    if (match.index < skipTo || ++calls > MAX_CALLS) continue;
    const at = match.index + match[0].length;
    const rest = program.slice(at, at + 16_384);
    const name = match[1]!.toLowerCase();
    switch (name) {
      case 'system':
      case 'passthru':
      case 'shell_exec':
      case 'exec':
      case 'popen':
      case 'proc_open': {
        const command = text(rest);
        if (command === undefined) break;
        const printed = await visit.run(command, { directory });
        if (name !== 'popen' && name !== 'proc_open') output += name === 'exec' ? lastLine(printed) : printed;
        break;
      }
      case 'file_put_contents': {
        const path = text(rest);
        const content =
          /^\s*['"][^'"]*['"]\s*,\s*(?:base64_decode\s*\(\s*(['"])([A-Za-z0-9+/=]+)\1|(['"])((?:\\.|(?!\3)[^\\])*)\3)/s.exec(
            rest,
          );
        if (path === undefined || content === null) break;
        const bytes =
          content[2] === undefined ? Buffer.from(unescape(content[4]!), 'latin1') : Buffer.from(content[2], 'base64');
        const full = path.startsWith('/') ? path : `${directory}/${path}`;
        await visit.writeFile(full, bytes);
        await visit.upload(full, bytes);
        skipTo = at + content[0].length;
        break;
      }
      case 'md5': {
        const value = text(rest) ?? /^\s*(\d{1,18})/.exec(rest)?.[1];
        if (value !== undefined) output += createHash('md5').update(value, 'latin1').digest('hex');
        break;
      }
      case 'php_uname':
        output += (await visit.run('uname -a')).trim();
        break;
      case 'phpversion':
        output += visit.session.persona.software.php?.version ?? '8.2.7';
        break;
      case 'getcwd':
        output += directory;
        break;
      case 'get_current_user':
        output += 'www-data';
        break;
      default: {
        output += text(rest) ?? number(rest) ?? '';
      }
    }
  }
  const after = closing < 0 ? '' : body.slice(closing + 2);
  return output + after.replace(/^\r?\n/, '');
}

/** A string constant at the start, with those that are joined to it by dots. */
function text(code: string): string | undefined {
  const match = /^\s*(['"])((?:\\.|(?!\1)[^\\])*)\1/s.exec(code);
  if (match === null) return undefined;
  let joined = unescape(match[2]!);
  let rest = code.slice(match[0].length);
  for (let i = 0; i < 16; i++) {
    const more = /^\s*\.\s*(['"])((?:\\.|(?!\1)[^\\])*)\1/s.exec(rest);
    if (more === null) break;
    joined += unescape(more[2]!);
    rest = rest.slice(more[0].length);
  }
  return joined;
}

/** A number, or two that are added or multiplied: scanners prove with their result that something ran. */
function number(code: string): string | undefined {
  const match = /^\s*(\d{1,9})\s*(?:([+*-])\s*(\d{1,9}))?\s*[;),?]/.exec(code);
  if (match === null) return undefined;
  const [left, right] = [Number(match[1]), Number(match[3])];
  return String(
    match[2] === '*' ? left * right : match[2] === '+' ? left + right : match[2] === '-' ? left - right : left,
  );
}

function unescape(text: string): string {
  return text.replace(/\\(n|r|t|\\|'|"|\$)/g, (_all, c: string) => ({ n: '\n', r: '\r', t: '\t' })[c] ?? c);
}

function lastLine(text: string): string {
  return text.replace(/\n+$/, '').split('\n').at(-1) ?? '';
}
