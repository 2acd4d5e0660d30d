/** Any text from a blocklist's server or in its Redis channel: entries, a change or nothing. */
import { readChange } from './redis-change.ts';
import { readDecisions, readJsonList, readTextList } from './list-text.ts';

export const seeds: readonly Uint8Array[] = [
  '{"format":1,"epoch":"k3v9x2","seq":42,"add":[["198.51.100.7",1795305600000]],"remove":["203.0.113.9"]}',
  '{"new":[{"scope":"Ip","value":"198.51.100.7","type":"ban","duration":"3h59m59.5s"}],"deleted":null}',
  '{"blocks":[{"network":"198.51.100.0/24","until":"2026-11-22T10:00:00Z"}]}',
  '# a comment\n198.51.100.0/24\n2001:db8::/32 ; why\n',
].map((text) => new TextEncoder().encode(text));

export function fuzz(data: Uint8Array): void {
  const text = new TextDecoder('latin1').decode(data);
  readChange(text);
  readJsonList(text);
  readTextList(text);
  readDecisions(text, 0);
}
