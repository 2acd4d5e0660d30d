/** Injection into queries that are not SQL: document stores, LDAP filters, XPath, GraphQL's introspection; and XML entities from outside. */
import type { Place, Sign } from './web-inspection.types.ts';

const OPERATORS =
  /(?:^|[[{"'\s,.])\$(?:eq|ne|gte?|lte?|n?in|or|and|not|nor|regex|where|exists|type|mod|all|size|elemmatch|expr|jsonschema|text|options|slice|comment|rand|bitsall\w+|function|accumulator|func|set|inc|push|unset|lookup|match|group|project)\b\s{0,4}(?:["'\]]|:|$|=)/i;
const WHERE =
  /(?:["'`]\s{0,4};?\s{0,4}(?:return\s{1,4}(?:true|!|this|\w+\s{0,2}==)|this\.\w{1,64}\s{0,4}(?:[!=<>]|\.match))|\|\|\s{0,4}(?:this\.|["']?\d["']?\s{0,2}={2,3}\s{0,2}["']?\d)|\bdb\.\w{1,64}\.(?:find|insert|drop|remove|update|aggregate|getcollection)\w{0,16}\s{0,2}\()/i;

const LDAP =
  /(?:^|[^\\])\)\s{0,4}(?:\(\s{0,4})?\(?\s{0,4}[|&!]\s{0,4}\(|\*\s{0,4}\)\s{0,4}\(\s{0,4}[|&!(]|[*)]\s{0,2}\)\s{0,2}\(\s{0,2}[a-z][\w-]{0,32}\s{0,2}[~<>]?=|^\*?\(\s{0,2}[|&!]\s{0,2}\(|\(\s{0,2}(?:uid|cn|objectclass|mail|sn|userpassword|samaccountname|password|department|givenname|ou)\s{0,2}[~<>]?=[^()]{0,64}\)|\)\s{0,2}\(\s{0,2}[a-z]{1,32}\s{0,2}[~<>]?=[^()]{0,64}\*|\*\)\)%00|^\*\)+$/i;
const XPATH =
  /(?:\/{1,2}|::)(?:\*[[|/]|node\(\)|text\(\)|comment\(\)|\w{1,32}\[(?:\d|position|last|contains|@|text))|\b(?:ancestor|ancestor-or-self|descendant|descendant-or-self|following|following-sibling|preceding|preceding-sibling|child|attribute|namespace|parent|self)::[\w*]|["']\s{0,4}\]\s{0,4}(?:\||\/|\[|or\b|and\b)|\bcount\s{0,2}\(\s{0,2}(?:\/|child|parent|\.\.|\*|@)|\b(?:string-length|substring-before|substring-after|starts-with|normalize-space|namespace-uri|local-name|document-uri|unparsed-text|doc)\s{0,2}\(\s{0,2}(?:name|[/.@('"*])|\bname\s{0,2}\(\s{0,2}(?:\/|\.|parent|child)/i;

/** Django's and other mappers' way to filter by what a user should not see. */
const LOOKUP =
  /^[a-z]\w{0,128}__(?:i?(?:startswith|endswith|contains|exact|regex)|gte?|lte?|isnull|has_keys?|has_any_keys|contained_by|overlap|in|range|year|month|day|date)$/i;
const INTROSPECTION = /\b__schema\s{0,8}\{|\b__type\s{0,8}\(|\bIntrospectionQuery\b/;

const XML: readonly RegExp[] = [
  /<!ENTITY\s{1,64}(?:%\s{1,8})?[\w.:-]{1,64}\s{1,64}(?:SYSTEM|PUBLIC|["'])/i,
  /<!DOCTYPE\s{1,64}[\w.:-]{1,64}\s{1,64}(?:SYSTEM|PUBLIC\s{1,8}["'](?!-\/\/W3C|-\/\/IETF))/i,
  /<!DOCTYPE\s{1,64}[\w.:-]{1,64}\s{0,64}\[/i,
  /<(?:\w{1,16}:)?include\b[^>]{0,256}(?:href|namespace|schemaLocation)\s{0,4}=\s{0,4}["'](?:https?|file|ftp):/i,
  /\b(?:xsi:)?(?:schemaLocation|noNamespaceSchemaLocation)\s{0,4}=\s{0,4}["'](?:[^"']{0,128}\s)?(?:https?|ftp):\/\/(?!(?:www\.)?(?:w3\.org|schemas\.|java\.sun\.com|maven\.apache\.org|xmlns\.|sitemaps\.org|www\.springframework\.org))/i,
  /<\?xml-stylesheet[^>]{0,128}href\s{0,4}=\s{0,4}["'](?:https?|file):/i,
  /<xsl:(?:value-of|include|import|copy-of)\b[^>]{0,128}(?:document|system-property|unparsed-text|href)/i,
];

export function queryInjection(text: string, place: Place): Sign | undefined {
  if (text.includes('$') || /this\.|return|\bdb\.|\|\|/.test(text)) {
    const found = OPERATORS.exec(text) ?? WHERE.exec(text);
    if (
      found !== null &&
      (place.inName === true || /["'{:[]/.test(text) || text.startsWith('$') || text.includes('||'))
    )
      return { kind: 'nosql-injection', evidence: found[0] };
  }
  if (/[)(*]/.test(text)) {
    const found = LDAP.exec(text);
    if (found !== null) return { kind: 'ldap-injection', evidence: text.slice(found.index, found.index + 64) };
  }
  if (/[:/([]/.test(text)) {
    const found = XPATH.exec(text);
    if (found !== null && !/^[a-z]{2,8}:\/\//i.test(text))
      return { kind: 'xpath-injection', evidence: text.slice(found.index, found.index + 64) };
  }
  if (place.inName === true && LOOKUP.test(text)) return { kind: 'nosql-injection', evidence: text, confidence: 50 };
  if (text.includes('__schema') || text.includes('__type') || text.includes('IntrospectionQuery')) {
    const found = INTROSPECTION.exec(text);
    if (found !== null) return { kind: 'api-introspection', evidence: found[0] };
  }
  return undefined;
}

export function xmlInjection(text: string): Sign | undefined {
  if (!text.includes('<') && !text.includes('chemaLocation')) return undefined;
  for (const sign of XML) {
    const found = sign.exec(text);
    if (found !== null) return { kind: 'xxe', evidence: text.slice(found.index, found.index + 120) };
  }
  return undefined;
}
