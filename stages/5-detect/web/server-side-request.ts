/** A URL as a value that points where only the server can go: itself, its network, its cloud's metadata; or at a catcher of such requests. */
import type { Sign } from './web-inspection.types.ts';

const URL_START =
  /(?:^|[\s"'=(,])(?:https?|ftps?|gopher|dict|sftp|tftp|ldaps?|jar|netdoc|ws|wss|smb|nfs|rtsp|telnet|mysql|redis|imap|ssh2?|jdbc:\w+|\w{0,12}:)?:?\/\/(?:[^\s/?#@"']{0,128}@)?(\[[0-9a-f:.%]{2,64}\]|[^\s/?#:"'<>\\]{1,253})/gi;
const MAX_URLS = 16;
const ODD_SCHEME =
  /(?:^|[\s"'=(,])(?:gopher|dict|netdoc|jar:(?:https?|file)|ldaps?|rmi|jdbc:\w+|tftp|ssh2|ogg|expect):(?:\/\/)?/i;

const INSIDE =
  /^(?:localhost|localhost\..*|127(?:\.\d{1,3}){1,3}|0(?:\.0){0,3}|10(?:\.\d{1,3}){3}|192\.168(?:\.\d{1,3}){2}|172\.(?:1[6-9]|2\d|3[01])(?:\.\d{1,3}){2}|169\.254(?:\.\d{1,3}){2}|100\.100\.100\.200|192\.0\.0\.192|168\.63\.129\.16|metadata(?:\.google)?(?:\.internal)?|instance-data|kubernetes\.default.*|host\.docker\.internal|.*\.(?:internal|localdomain|local)|\[::1?\]|\[(?:0{0,4}:){1,7}0{0,3}1?\]|\[::ffff:.*|\[fe80:.*|\[f[cd][0-9a-f]{2}:.*|\[0:0:0:0.*|0x[0-9a-f]{2,12}|0x[0-9a-f]{1,3}(?:\.0x[0-9a-f]{1,3}){1,3}|0\d{1,12}(?:\.\d{1,12}){0,3}|\d{8,10}|\d{1,3}\.\d{4,8}|\d{1,3}\.\d{1,3}\.\d{4,5}|.*\.(?:nip|xip|sslip)\.io|.*\.(?:localtest|lvh|vcap)\.me|localdomain\.pw|127\..*|ip6-localhost|spoofed\.\w.*|.*\.ec2\.internal|[\u2460-\u24ff.]+.*)$/i;
const CATCHER =
  /(?:\.|^)(?:burpcollaborator\.net|oastify\.com|oast\.(?:me|pro|live|fun|online|site)|interact\.sh|interactsh\.com|requestbin\.(?:net|com)|pipedream\.net|dnslog\.cn|ceye\.io|bxss\.me|canarytokens\.com|webhook\.site|requestcatcher\.com|beeceptor\.com|ngrok\.io|dnsbin\.zhack\.ca|xss\.ht|ezxss\.com|r87\.(?:me|com)|vulnweb\.com|evil\.com|attacker\.com|hacker\.com|interactsh)$/i;

/** The names of a catcher anywhere, as scanners put them into every header. */
const CATCHER_ANYWHERE =
  /\b[a-z0-9-]{4,64}\.(?:[a-z0-9-]{1,64}\.){0,3}(?:burpcollaborator\.net|oastify\.com|oast\.(?:me|pro|live|fun|online|site)|interact\.sh|interactsh\.com|dnslog\.cn|ceye\.io|bxss\.me)\b/i;

export function serverSideRequest(text: string): Sign | undefined {
  if (!text.includes('//') && !text.includes(':') && !text.includes('.')) return undefined;
  const catcher = CATCHER_ANYWHERE.exec(text);
  if (catcher !== null) return { kind: 'ssrf', evidence: catcher[0], confidence: 90 };
  const odd = ODD_SCHEME.exec(text);
  if (odd !== null && odd[0].includes('//')) return { kind: 'ssrf', evidence: text.slice(odd.index, odd.index + 80) };
  if (!text.includes('//')) return undefined;
  let count = 0;
  for (const url of text.matchAll(URL_START)) {
    const host = (url[1] ?? '').replace(/\.$/, '');
    if (INSIDE.test(host) || CATCHER.test(host)) return { kind: 'ssrf', evidence: url[0].trim().slice(0, 80) };
    if (++count >= MAX_URLS) break;
  }
  return undefined;
}
