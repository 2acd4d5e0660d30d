/** Any request: inspection never throws, finds no more than its bound, and caps what it quotes. */
import { inspect } from './inspect.ts';

const encoder = new TextEncoder();
export const seeds: readonly Uint8Array[] = [
  'GET /index.php?id=1%27%20UNION%20SELECT%201,2--%20-\nhost: a\n\nx=1;cat%20/etc/passwd',
  'POST /\ncontent-type: application/json\n\n{"a":{"$ne":1},"b":["${jndi:ldap://a/b}"]}',
  'POST /\ncontent-type: multipart/form-data; boundary=b\n\n--b\r\nContent-Disposition: form-data; name="a"; filename="../x.php"\r\n\r\n<?php system("id")\r\n--b--',
  'POST /\ncontent-type: text/xml\n\n<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a b="&lt;script&gt;">&x;</a>',
  'GET /%c0%ae%c0%ae/%252e%252e/..;/a?<script>alert(1)</script>\ncookie: a=b; c=$(id)\nuser-agent: () { :; }; /bin/id\n\n',
].map((text) => encoder.encode(text));

export function fuzz(data: Uint8Array): void {
  const text = new TextDecoder('latin1').decode(data);
  const [head = '', ...rest] = text.split('\n\n');
  const [line = '', ...fields] = head.split('\n');
  const space = line.indexOf(' ');
  const headers: Record<string, string[]> = {};
  for (const field of fields) {
    const colon = field.indexOf(':');
    if (colon > 0) (headers[field.slice(0, colon)] ??= []).push(field.slice(colon + 1).trim());
  }
  const findings = inspect({
    method: line.slice(0, Math.max(0, space)),
    target: line.slice(space + 1),
    headers,
    body: rest.join('\n\n'),
  });
  if (findings.length > 32) throw new Error('more findings than the bound');
  for (const one of findings)
    if (one.evidence.length > 160 || (one.place.name?.length ?? 0) > 128) throw new Error('a finding quotes too much');
}
