/**
 * Command injection: every place where a shell would begin a command – the start, behind `;`, `|`, `&`, a line end, `$(` and a backtick – is read as
 * a shell reads it (quotes, backslashes, empty expansions and `$IFS` taken out), and the word there must be a program with what only a command
 * line has behind it. "echo in the mirror" has nothing of that.
 */
import { MARK } from '../marks.ts';
import type { Sign } from '../web-inspection.types.ts';
import { commandWord } from './shell-words.ts';

const MAX_STARTS = 512;
const MAX_WORD = 128;
/** A run of separators is a start at each of them. */
const MAX_SKIPPED = 64;

/** Each with the marks of which it needs one (`marks.ts`). */
const OUTRIGHT: readonly (readonly [needs: number, RegExp])[] = [
  [MARK.dollar, /\$\{?IFS\b/],
  [MARK.slash, /\/dev\/(?:tcp|udp)\/[\w.$-]+\/\d/],
  [MARK.brace, /\(\)\s{0,8}\{[^}]{0,64}[;}]/],
  [
    MARK.slash,
    /(?:^|[\s;|&`(=])(?:\/\w{1,16}){0,4}\/s?bin\/(?:[a-z]{0,4}sh|cat|id|ls|nc|ping|sleep|echo|wget|curl|uname|whoami|perl|python\d?|ps|rm|env|find|grep|chmod)\b/i,
  ],
  [MARK.slash, /\bcmd(?:\.exe)?\s*\/[ckr]\b/i],
  [MARK.dot, /\b(?:ping|cmd|certutil|net1?|whoami|ipconfig|systeminfo|tasklist|wmic)\.exe\b/i],
  [MARK.less, /<!--#\s{0,4}(?:exec|include|echo|config|printenv)\b/i],
  [MARK.percent, /%(?:comspec|systemroot|windir)%/i],
  [MARK.brace, /\{(?:cat|ls|id|wget|curl|nc|bash|sh|ping|echo|base64|uname|whoami|printf),/i],
  [MARK.dollar, /\$\((?:\(|<)/],
  [MARK.equals, /--(?:exec|use-compress-program|checkpoint-action|to-command|upload-pack|rsh)=/],
];
/** Words alone. */
const OUTRIGHT_WORDS =
  /\bpowershell(?:\.exe)?\s+-\w|\bnet1?\s+(?:user|localgroup|group|view|share|use|start|stop|accounts)\s+[\w/\\]|\bbase64\s+(?:-d|--decode)\b/i;

const WINDOWS: readonly RegExp[] = [
  /\bfor\s{1,8}(?:\/[dfrl]\s{1,8}(?:"[^"]{0,128}"\s{1,8}|[\w\\:.]{1,64}\s{1,8}){0,2})?%{1,2}\w{1,16}\s{1,8}in\s{0,8}\(/i,
  /\bif\s{1,8}(?:\/i\s{1,16})?(?:not\s{1,8})?(?:exist\s{1,8}[(\w"%\\.]|errorlevel\s{1,8}\d|cmdextversion\s{1,8}\d|defined\s{1,8}\w)/i,
  /\bif\s{1,8}(?:\/i\s{1,16})?(?:not\s{1,8})?["'(%\w]{1,32}[\w%"')]{0,32}\s{0,4}(?:==\s{0,4}["'(%\w]|\s(?:equ|neq|lss|leq|gtr|geq)\s{1,4}["'(%\w])/i,
];

const START = /[;|&\n\r`]|\$\(|[<>]\(|^/g;

/** @param marks of the text */
export function commandInjection(text: string, whole: boolean, marks: number): Sign | undefined {
  const found = outright(text, marks);
  if (found !== undefined) return { kind: 'command-injection', evidence: found };
  START.lastIndex = 0;
  for (let count = 0; count < MAX_STARTS; count++) {
    const found = START.exec(text);
    if (found === null) return undefined;
    const mark = found[0];
    if (mark === '') START.lastIndex++;
    if (mark === '' && !whole) continue;
    const evidence = commandAt(text, found.index + mark.length, mark);
    if (evidence !== undefined) return { kind: 'command-injection', evidence: mark + evidence };
  }
  return undefined;
}

function outright(text: string, marks: number): string | undefined {
  for (const [needs, sign] of OUTRIGHT) {
    const found = (marks & needs) === 0 ? null : sign.exec(text);
    if (found !== null) return found[0];
  }
  const words = OUTRIGHT_WORDS.exec(text);
  if (words !== null) return words[0];
  if ((marks & MARK.percent) === 0 && !/\bif\s/i.test(text)) return undefined;
  for (const sign of WINDOWS) {
    const found = sign.exec(text);
    if (found !== null) return found[0];
  }
  return undefined;
}

function commandAt(text: string, from: number, mark: string): string | undefined {
  let at = from;
  // What shells skip: spaces, subshells, negations and doubled separators; then words that only start others.
  const skipped = mark === '' ? ' \t({!@' : ' \t({!|&;@+.';
  const most = Math.min(text.length, from + MAX_SKIPPED);
  while (at < most && skipped.includes(text[at]!)) at++;
  const quoted =
    mark === '' && (text[at] === '"' || text[at] === "'") && !/^.[\w.]{1,8}['"]\w/.test(text.slice(at, at + 12));
  if (quoted) at++;
  for (let prefixes = 0; prefixes < 4; prefixes++) {
    const word = readWord(text, at);
    if (word.value === '') return undefined;
    if (
      !/^(?:sudo|nohup|strace|exec|command|time|env|busybox|builtin|eval|do|then|\w{1,16}=\S{0,32})$/.test(
        word.value,
      ) ||
      text[word.end] !== ' '
    ) {
      const evidence = judge(text, at, word, mark);
      if (evidence !== undefined) return evidence;
      if (glob(text.slice(at, word.end))) return text.slice(at, word.end);
      const kind = commandWord(word.value);
      const runs =
        prefixes > 0 &&
        (kind === 'plain' ||
          (kind === 'english' && /^(?:nohup|strace|sudo|busybox)\s/i.test(text.slice(from).trimStart())));
      return runs && ENDS.test(text.slice(word.end, word.end + 16)) ? text.slice(from, word.end) : undefined;
    }
    if (commandWord(word.value) !== undefined && hasArguments(text, word.end, mark, word.value))
      return text.slice(at, word.end);
    at = word.end;
    while (text[at] === ' ') at++;
  }
  return undefined;
}

interface Word {
  readonly value: string;
  readonly end: number;
  /** True where quotes or expansions were taken out of its middle: nobody writes a program's name so without reason. */
  readonly obscured: boolean;
  /** Directory parts stood before the name. */
  readonly path: boolean;
}

/** The word that begins at `from` as the shell would see it, lower case, without its directory and `.exe`. */
function readWord(text: string, from: number): Word {
  let value = '';
  let obscured = false;
  let at = from;
  const limit = Math.min(text.length, from + MAX_WORD);
  let quote = '';
  for (; at < limit; at++) {
    const char = text[at]!;
    if (char === quote) {
      quote = '';
      continue;
    }
    if (quote !== '' ? char === '\n' : ' \t\n\r;|&()<>`,'.includes(char)) break;
    if (char === "'" || char === '"') {
      if (quote !== '') break;
      quote = char;
      obscured ||= value !== '' || /^.[a-z]{1,8}['"][a-z]/i.test(text.slice(at, at + 12));
    } else if (
      (char === '\\' || char === '^') &&
      /\w/.test(text.charAt(at + 1)) &&
      !/^[a-z]:?\\/i.test(text.slice(from, from + 3))
    )
      obscured ||= value !== '';
    else if (char === '$' && /^\$(?:[@*#?!$\d-]|\{?[a-z_]\w{0,16}\}?)/i.test(text.slice(at, at + 20))) {
      const expansion = /^\$(?:[@*#?!$\d-]|\{[a-z_@*]\w{0,16}[^}]{0,8}\}|[a-z_]\w{0,16})/i.exec(
        text.slice(at, at + 30),
      );
      if (expansion === null) break;
      obscured ||= value !== '';
      at += expansion[0].length - 1;
    } else value += char;
  }
  const plain = value.toLowerCase();
  const slash = Math.max(plain.lastIndexOf('/'), plain.lastIndexOf('\\'));
  return { value: plain.slice(slash + 1).replace(/\.(?:exe|com)$/, ''), end: at, obscured, path: slash !== -1 };
}

/** `/???/c?t`, `/b*n/ls`. */
function glob(value: string): boolean {
  return /^\/(?:[\w.]*[?*[][\w.?*[\]]*\/)+[\w?*.[\]]+/.test(value);
}

function judge(text: string, from: number, word: Word, mark: string): string | undefined {
  const kind = commandWord(word.value);
  if (kind === undefined) return undefined;
  const evidence = text.slice(from, word.end + 24);
  if (
    word.obscured &&
    (mark !== '' || /^\w{0,8}(['"])\w{0,8}\1\w|^\w{1,8}\$[@*\w]|^\w{1,8}\\\w/.test(text.slice(from, word.end)))
  )
    return evidence;
  if (mark !== '`' && mark !== '$(' && (word.value === 'true' || word.value === 'false')) return undefined;
  if (mark === '$(' || mark === '<(' || mark === '>(') return evidence;
  if (mark === '`') return /^[^`]{0,256}`/.test(text.slice(word.end, word.end + 257)) ? evidence : undefined;
  return hasArguments(text, word.end, mark, kind) ? evidence : undefined;
}

const ARGUMENT =
  /^[ \t+]{1,8}(?:--?[a-z]|[~.]{0,2}\/\S|[\\/]\w+ *$|[a-z]:(?:[\\/]|$)|\w+:\/\/|\d{1,3}(?:\.\d{1,3}){3}|\$[({\w@*]|[`*]|["'][^"']{0,64}["']|(?:\/[a-z?]\b)|\w[\w-]*\.(?:sh|py|pl|php|exe|bat|ps1|txt|ini|conf|log|xml|html|jsp|asp)\b|%\w+%)/i;
const ENDS = /^\s{0,4}(?:[;|&)`#>}]|<\s?[/\w]|$|%00)/;
const CALLED = new Set(['sleep', 'ping', 'kill', 'timeout', 'seq']);

/** What only a command line has behind the name of a program. */
function hasArguments(text: string, end: number, mark: string, kind: string): boolean {
  const rest = text.slice(end, end + 160);
  if (/^\s*=/.test(rest)) return false;
  if (ARGUMENT.test(rest))
    return (
      mark !== '' ||
      kind === 'plain' ||
      /^[ \t+]{1,8}(?:-[a-z]+\b|\/(?:etc|var|usr|bin|tmp|proc|home|root|dev|opt)\b|[a-z]:[\\/]|\/[\w./]{0,32}[*?]|[~./\\]{1,3}\s{0,2}[;|&]|["'$`])/i.test(
        rest,
      )
    );
  if (mark === '') return /^\s{0,2}>{1,2}\s{0,2}[\w./\\]{1,64}\s{0,2}(?:[#;&|]|$)/.test(rest) && !/^\s>\s/.test(rest);
  if (/^\s{1,4}\d{1,6}\s{0,2}(?:[;|&#)"'`]|$)/.test(rest) && CALLED.has(/[\w-]+$/.exec(text.slice(0, end))?.[0] ?? ''))
    return true;
  if (!ENDS.test(rest))
    return (
      kind === 'plain' &&
      mark !== '\n' &&
      mark !== '\r' &&
      mark !== '&' &&
      /^\s{1,4}[\w-]{1,32}\s{0,2}(?:[#;|&>`]|$)/.test(rest) &&
      /^\s{0,2}\S/.test(rest)
    );
  if (mark === ';' || mark === '|')
    return kind === 'plain' || /^[;|]\S/.test(mark + text.slice(text.lastIndexOf(mark, end) + 1));
  return kind === 'plain' && mark === '&' && text.includes('&&');
}
