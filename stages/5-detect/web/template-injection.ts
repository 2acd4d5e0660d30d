/** Expressions of template engines, and of Log4j whose lookups nest: `${${lower:j}ndi:…}`. */
import type { Sign } from './web-inspection.types.ts';

const MAX_FOLDS = 16;
/** The innermost lookups and what Log4j makes of them. */
const INNER = /\$\{(?:(lower|upper):([^${}]{0,64})|[^${}]{0,64}?:?-([^${}]{0,64}))\}/gi;

const TEMPLATES: readonly RegExp[] = [
  // {{7*7}}, {{config}}, {{''.__class__}}, {%…%}
  /\{\{[^{}]{0,200}(?:\d\s{0,4}[*+/-]\s{0,4}['"]?\d|__\w+__|\bconfig\b|\bself\b|\brequest\b|constructor|\|\s{0,2}(?:attr|safe|map|filter|join|system|e\b)|lipsum|cycler|joiner|namespace|\bphp\b|dump\(|app\.|_self|range\.|print\(|['"`([])/i,
  /\{%[^%]{0,120}(?:\bimport\b|\bif\b|\bfor\b|\bset\b|\binclude\b|\bdebug\b|\bload\b|\bextends\b|\bblock\b)[^%]{0,120}%?\}?/i,
  /\{\{\s{0,4}\d{1,10}\s{0,4}\}\}/,
  /<%[=-]?\s{0,8}(?:\d|[\w.]{2,64}\s{0,4}[(.[*+]|`|system|file|io\.)/i,
  /<#(?:assign|list|if|include|import|setting)\b/i,
  /[$#*@~%]\{\{?\s{0,8}(?:['"(]*\d{1,12}['")]*\s{0,4}[*+/-]|T\s{0,2}\(|new\s|[\w.'"]{1,64}\.(?:getclass|class|forname|exec|getruntime|getmethod|invoke)|ex\s{0,2}\(|self\.|session|request\.|applicationscope|param\.|facescontext|runtime|#|@|\w{1,32}\.\w{1,32}\s{0,2}\(|java\.|org\.|script:|dns:|url:|env:|sys:|base64decoder:|const:|file:|jndi:)/i,
  /#set\s{0,4}\(\s{0,4}\$\w/i,
  /\$\w{1,32}\.(?:class|getclass\(\)|inspect\(|execute)/i,
  /[$#]\{[^{}]{0,100}(?:freemarker|getruntime|processbuilder|scriptengine|\bexec\s{0,2}\()/i,
  /\?new\(\)/,
  /\[\[\$\{[^}]{1,100}\}\]\]/,
  /@\(\s{0,4}\d{1,10}\s{0,4}[*+]/,
  /__\$\{.{1,100}\}__::/,
  /\b__(?:class|mro|subclasses|globals|builtins|import|init|bases|getitem)__\b/,
  /\{php\}|\{literal\}\s{0,4}<|\{system\(|\{\$smarty\b|\{(?:math|eval|include|fetch)\s{1,4}\w+=/i,
  /<p:|\$\{xstream|\|\s{0,2}(?:%20)?attr\s{0,2}\(/i,
];

export function templateInjection(text: string): Sign | undefined {
  const jndi = log4shell(text);
  if (jndi !== undefined) return jndi;
  if (!/[{<#@]|__/.test(text)) return undefined;
  for (const template of TEMPLATES) {
    const found = template.exec(text);
    if (found !== null) return { kind: 'template-injection', evidence: text.slice(found.index, found.index + 100) };
  }
  return undefined;
}

function log4shell(text: string): Sign | undefined {
  if (!text.includes('${') && !/\bjndi:/i.test(text)) return undefined;
  let folded = text;
  for (let fold = 0; fold < MAX_FOLDS; fold++) {
    const next = folded.replaceAll(INNER, (_all, how?: string, of?: string, otherwise?: string) =>
      how === undefined
        ? (otherwise ?? '')
        : how.toLowerCase() === 'lower'
          ? (of ?? '').toLowerCase()
          : (of ?? '').toUpperCase(),
    );
    if (next === folded) break;
    folded = next;
  }
  const found =
    /\$\{?\s{0,4}j\s{0,4}n\s{0,4}d\s{0,4}[i\u0131]\s{0,4}(?::|\}|%3a)|\bjndi:(?:ldaps?|rmi|dns|nis|iiop|corba|nds|https?):/i.exec(
      folded,
    );
  if (found !== null) return { kind: 'log4shell', evidence: text.slice(0, 120) };
  // Lookups inside lookups hide something, and those of the environment give something away.
  return /\$\{[^${}]{0,64}\$\{(?:lower|upper|env|sys|date|::-|[^}]{0,32}:-)/i.test(text) ||
    (/\$\{(?:env|sys|java|hostname|ctx|docker|k8s|main|bundle|marker|sd|web|lower|upper|date):?[^}]{0,64}:-?\w/i.test(
      text,
    ) &&
      /\$\{[^}]{0,16}[jJ]?\}?\$?\{?/.test(text) &&
      folded !== text)
    ? { kind: 'log4shell', evidence: text.slice(0, 120), confidence: 80 }
    : undefined;
}
