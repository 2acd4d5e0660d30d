/**
 * Pieces of SQL that make no statement by themselves: what probing tools send to see what an application does with them. A weak sign, for a value that
 * is such a piece from its beginning or to its end; prose is neither.
 */
import { FUNCTIONS, TELLING_FUNCTIONS } from './sql-words.ts';

const FRAGMENTS: readonly RegExp[] = [
  // conditions that wait for something before them
  /^\s{0,8}(?:[\w/=-]{0,32}\s)?(?:and|x?or|\|\||&&)\s{0,4}\(?\s{0,4}[`"']?[\w.]{1,64}[`"']?\s{0,4}(?:[!=<>]{1,3}\s{0,4}(?:["'(]|-?\d|null\b|[!=]|$))/i,
  /^\s{0,8}(?:[\w/=-]{0,16}=)?(?:\|\||&&)\s{0,4}\(\s{0,4}[\w.]{1,32}\s{0,4}[!=]=?/,
  /^\s{0,8}x?or\s{1,8}(?:\d{1,16}|["'][^"']{1,64}["'])\s{0,4}(?:[-<>!=#]|$)/i,
  /["']\s{0,8}x?or\s{1,8}["']?[\w,@.]{1,64}["']?\s{0,4}(?:[<>=!]\s{0,4}$|-$|@?!$)/i,
  /^\s{0,8}(?:is\s{1,4}(?:not\s{1,4})?null|like\s{1,4}null|r?like|regexp|xor|notnull|in\s{0,4}\(\s{0,4}-?\d{1,16}\s{0,4}(?:,|\)))\s{0,8}/i,
  /^\s{0,8}(?:>>|<<|<=>|<>|!=|\|\||&&|>=|<=|>|<)\s{0,8}$/,
  // a column given another name
  /[)`'"\d;!]\s{0,16}as\s{1,16}(?:not\s{1,4})?["'`]?\w{0,64}["'`]?\s{1,16}from\b/i,
  /^[`'"]\s{1,4}(?:regexp|rlike|like|between)\s/i,
  // a statement's beginning behind what ends another one
  /(?:^|[\w=])["'`;]\s{0,8};?\s{0,8}(?:select|alter|drop|insert|update|delete|create|truncate|union|exec|replace|declare|shutdown|set\s{1,4}@)\b\s{0,4}[\w@/`[(]{0,32}[^'"]{0,16}$/i,
  /(?:^|[=>\s])(?:;|--)\s{0,4}(?:drop|alter|truncate|update|insert|delete|select|set)\b(?:\s{1,4}[@\w]{1,64})?\s{0,4}$/i,
  /(?:^|[\s>])set\s{1,4}@\w{1,64}/i,
  /\b(?:drop|truncate)\s{0,4}(?:\/\*.{0,64}\*\/)?\s{0,4}\w{1,64}\s{0,4}(?:;|--|#)/i,
  /\bunion(?:\s|\/\*.{0,32}\*\/|\+){1,8}(?:all\s{1,4})?select\b/i,
  /\bfrom\s{1,8}`?information_schema\b/i,
  /\bexec(?:ute)?\s{1,8}(?:master\b|[xs]p_\w)/i,
  /\binto\s{1,8}(?:outfile|dumpfile)\b|\bwaitfor\s{1,8}delay\b/i,
  /(?:^|\W)[xs]p_(?:cmdshell|dirtree|reg\w{3,24}|enum\w{3,24}|execresultset|fileexist|loginconfig|makecab|ntsec\w{0,24}|terminate_process|availablemedia|executesql|helpdb|password|makewebtask|addlogin|oacreate|oamethod|sqlexec|adduser|start_job)\b/i,
  /\bselect\s{0,4}\(?\s{0,4}(?:@@|user\s{0,2}\(|database\s{0,2}\(|version\s{0,2}\(|concat|0x[0-9a-f]{4})/i,
  /["']\s{0,4}(?:is\s{1,4}(?:not\b|null)|not\s{1,4}(?:like|glob|regexp|in|null|between)|collate|notnull|isnull|glob|rlike|regexp|sounds\s{1,4}like)[\s`-].{0,64}(?:--|#|$)/i,
  /["']\s{0,4}or\s{1,4}[\w ]{1,64}\s(?:not|is)\s{0,4}null/i,
  /^\s{0,4}case\s{1,8}when\s.{1,128}\sthen\s/i,
  /^\s{0,4}\)\s{0,4}like\s{0,4}\(/i,
  /\bgroup\s{1,8}by\b.{1,64}\bhaving\b/i,
  /^\s{0,4}-?\d{1,16}\s{0,4}(?:=|<=>|<>|like)\s{0,4}\d{1,16}\s{0,4}$|,\s{0,4}(\d{1,8})\s{0,2}=\s{0,2}\1\s{0,4}$/i,
  /["'](\w{1,32})["']\s{0,4}(?:=|<>|!=|like)\s{0,4}["']\1?/i,
  /["']\s{0,4}[*?=]\s{0,4}(?:from\b|[#?=]|or\b)/i,
  /["'`]\s{0,4}[*/+-]\s{0,4}\d{1,16}\s{0,4}$|^["']\s{0,4},\s{0,4}\d/i,
  /^[`"']\s{0,2}[<>]\s{0,2}\w{1,32}/,
  /\bvalues\s{0,4}\(\s{0,4}["']/i,
  /\bcreate\s{1,4}table\s{1,4}\w|\balter\s{1,4}table\s{1,4}[`\w]/i,
  /^\s{0,4}\d{1,16}\s{1,4}or\s{0,4}[{/]/i,
];
const CALL = /(?:^|[=\s,])([a-z][a-z0-9_]{1,32})[\s?/\\$|&!\]=.')]{0,8}\(\s{0,4}$/i;
const CALLED = /^\s{0,4}([a-z][a-z0-9_]{2,32})\s{0,4}\(\s{0,4}(?:0x[0-9a-f]{2}|\d|@@|["'])/i;

export function sqlFragment(text: string): string | undefined {
  if (text.length > 1024) return undefined;
  for (const fragment of FRAGMENTS) {
    const found = fragment.exec(text);
    if (found !== null) return found[0].trim();
  }
  const name = (CALL.exec(text) ?? CALLED.exec(text))?.[1]?.toLowerCase();
  return name !== undefined && (FUNCTIONS.has(name) || TELLING_FUNCTIONS.has(name) || KEYWORD_CALLS.has(name))
    ? text.trim().slice(0, 80)
    : undefined;
}

const KEYWORD_CALLS = new Set([
  'in',
  'values',
  'if',
  'day',
  'month',
  'year',
  'minute',
  'hour',
  'second',
  'local',
  'default',
  'replace',
  'select',
  'user',
  'database',
  'lo_get',
  'overlay',
]);
