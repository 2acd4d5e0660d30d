/**
 * Cross-site scripting: markup that runs script, and script that breaks out of an attribute or a string. Tags are looked at one by one as a
 * browser's tokenizer would; scripts by the calls that payloads make.
 */
import type { Sign } from './web-inspection.types.ts';

const MAX_TAGS = 256;
const MAX_TAG = 2048;

/** Elements that no visitor sends: they load, run or redirect. */
const ACTIVE = new Set(
  `script iframe frame frameset object embed applet svg math base link meta style form isindex bgsound layer ilayer xml xss blink marquee template noscript portal
   video audio body html textarea keygen dialog import animate set handler listener foreignobject picture source button details input select img image`.split(
    /\s+/,
  ),
);
/** Of those, the ones that must carry something telling, since people paste them. */
const WITH_ATTRIBUTE = new Set(
  'form style video audio body html textarea dialog picture source button details input select img image link meta template set marquee blink noscript'.split(
    ' ',
  ),
);

const SCHEME =
  /(?:j\s*a\s*v\s*a|v\s*b|l\s*i\s*v\s*e)\s*s\s*c\s*r\s*i\s*p\s*t\s*:|\bmocha\s*:|data\s*:\s*(?:text\/(?:html|xml)|image\/svg|[^,;]{0,40};base64)/i;
const HANDLER = /[\s/"'`<>;]on[a-z]{3,28}\s{0,8}=(?!=)/i;
const HANDLER_VALUE = /[\s/"'`<>;]on[a-z]{3,28}\s{0,8}=(?!=)\s{0,8}["'`]?[^"'`\s]{0,64}[(`.=]/i;
const STYLE =
  /expression\s{0,4}\(|-moz-binding|behaviou?r\s{0,4}:\s{0,4}url|@import\s{0,4}(?:url|["'])|url\s{0,4}\(\s{0,4}["']?\s{0,4}javascript/i;

const SCRIPTS: readonly RegExp[] = [
  /\b(?:alert|confirm|prompt)\s{0,4}(?:\(\s{0,4}["'`/\d\w.[<(]|`|\.(?:call|apply|bind)\b|\?\.\()/i,
  /\bdocument(?:\s|\/\*[^*]{0,64}\*\/){0,8}(?:\.(?:\s|\/\*[^*]{0,64}\*\/){0,8}(?:cookie|write(?:ln)?|location|domain|body|createelement|getelement\w*|queryselector)|\[)/i,
  /\b(?:window|self|top|this|globalthis|parent|frames)(?:\s|\/\*[^*]{0,64}\*\/){0,8}\[\s{0,4}(?:\/\*[^*]{0,64}\*\/\s{0,4})?["'`/(\w]/i,
  /\b(?:window|self|top|parent)\.(?:location|name|open|alert|eval|document)\b/i,
  /\bstring\s{0,4}(?:\.|\[\s{0,4}["'])\s{0,4}fromcharcode/i,
  /\beval\s{0,4}\(\s{0,4}(?:atob|unescape|string|name|location|["'`+])/i,
  /\b(?:localstorage|sessionstorage|xmlhttprequest|importscripts|navigator\.sendbeacon)\b\s{0,4}[.(]/i,
  /\b(?:settimeout|setinterval|function|constructor)\s{0,4}\(\s{0,4}["'`]/i,
  /\.constructor\s{0,4}(?:\(|\.constructor|\[)/i,
  /\bfetch\s{0,4}\(\s{0,4}["'`](?:https?:)?\/\//i,
  /\[\s{0,4}\]\s{0,4}\[\s{0,4}\(?\s{0,4}(?:!|\[)/,
  /\(\s{0,2}!\s{0,2}\[\s{0,2}\]\s{0,2}\+\s{0,2}\[\s{0,2}\]/,
];
const WORTH = /[<>(=`:]|expression/;

export function htmlInjection(text: string): Sign | undefined {
  if (!WORTH.test(text)) return undefined;
  const found = tags(text) ?? attributes(text) ?? scripts(text);
  return found === undefined ? undefined : { kind: 'xss', evidence: found };
}

function tags(text: string): string | undefined {
  let at = text.indexOf('<');
  for (let count = 0; at !== -1 && count < MAX_TAGS; count++) {
    const tag = text.slice(at, at + MAX_TAG);
    const name = /^<[\s\u0000/]{0,8}([a-z][a-z0-9:\u0000-]{0,31})/i
      .exec(tag)?.[1]
      ?.replaceAll('\u0000', '')
      .toLowerCase();
    if (name !== undefined) {
      const close = tag.indexOf('>', 1);
      const inside = close === -1 ? tag : tag.slice(0, close + 1);
      if (isActive(name, inside, tag) || HANDLER.test(inside) || SCHEME.test(inside) || STYLE.test(inside))
        return inside;
    } else if (
      /^<(?:!--[\s\S]{0,64}(?:\[if|<script)|!\[cdata\[|!doctype html|\?(?:import|xml-stylesheet)|%\s{0,4}\w)/i.test(tag)
    )
      return tag.slice(0, 64);
    at = text.indexOf('<', at + 1);
  }
  return undefined;
}

function isActive(name: string, inside: string, tag: string): boolean {
  const local = name.includes(':') ? name.slice(name.lastIndexOf(':') + 1) : name;
  if (!ACTIVE.has(local)) return /^[a-z]+script$/.test(local);
  // `<script` needs no more; words like `<set of values>` do.
  if (!WITH_ATTRIBUTE.has(local)) return !/^<\s/.test(tag) || tag.includes('>') || /[=/]/.test(inside);
  return (
    /[\s/](?:src|href|action|formaction|style|on\w+|background|content|http-equiv|dynsrc|lowsrc|srcdoc|rel|autofocus|id|open|type|data|poster|loop|ontoggle)\s{0,8}=/i.test(
      inside,
    ) ||
    (local === 'style' && /@import|expression|url\(/i.test(tag))
  );
}

/** Behind a quote or at the start: `" onmouseover=alert(1)`, `javascript:…`, `style=…expression(`. */
function attributes(text: string): string | undefined {
  const handler = HANDLER_VALUE.exec(text);
  if (handler !== null) return handler[0];
  const scheme = SCHEME.exec(text);
  if (
    scheme !== null &&
    (scheme.index === 0 || /[\s"'`=(<>,;/]/.test(text.charAt(scheme.index - 1))) &&
    behindScheme(text.slice(scheme.index + scheme[0].length, scheme.index + scheme[0].length + 64), scheme[0])
  )
    return text.slice(scheme.index, scheme.index + 64);
  const style = STYLE.exec(text);
  return style === null ||
    (text.charAt(style.index + style[0].length) === ' ' &&
      !/:\s{0,8}$/.test(text.slice(Math.max(0, style.index - 16), style.index)))
    ? undefined
    : style[0];
}

/** "JavaScript: Basics of JavaScript Language" is a heading. */
function behindScheme(rest: string, scheme: string): boolean {
  return /^data/i.test(scheme) || /^\S{0,48}[(=`'"/%\\[]/.test(rest) || /^\s{0,8}[a-z.]{2,32}\s{0,4}[(=`]/i.test(rest);
}

function scripts(text: string): string | undefined {
  for (const script of SCRIPTS) {
    const found = script.exec(text);
    if (found !== null) return text.slice(found.index, found.index + 64);
  }
  return undefined;
}
