/** Applications whose lines say in a form of their own who did what: where general understanding would miss the client, or blame another. */
import { addressIn } from '../syslog/peer.ts';
import { alarm, failedLogin, login, refusedConnection, type Reading } from '../syslog/reading.ts';

/** Undefined where no application that we know speaks. */
export function knownApplication(text: string): Reading | undefined {
  for (const read of READERS) {
    const reading = read(text);
    if (reading !== undefined) return reading;
  }
  return undefined;
}

type Reader = (text: string) => Reading | undefined;

/** Apereo CAS: `…|AUTHENTICATION_FAILED|NAME|CLIENT|SERVER`: the last two are addresses. */
const cas: Reader = (text) => {
  const match = /\|AUTHENTICATION_(FAILED|SUCCESS)\|([^|]*)\|([^|]+)\|[^|]+$/.exec(text);
  if (match === null) return undefined;
  const source = addressIn(match[3]!);
  return match[1] === 'FAILED' ? failedLogin(source, match[2]) : login(source, match[2]);
};

/** Webmin's `miniserv`: `…] NAME - ADDRESS global miniserv.pl "failed" …`. */
const webmin: Reader = (text) => {
  const match = /(\S+) - (\S+) global miniserv\.pl "(failed|login|twofactor)"/.exec(text);
  if (match === null) return undefined;
  const source = addressIn(match[2]!);
  return match[3] === 'login' ? login(source, match[1]) : failedLogin(source, match[1]);
};

/** ZoneMinder: `web_php[118770].ERR [ADDRESS] [Could not retrieve user NAME details]`. */
const zoneMinder: Reader = (text) => {
  const match =
    /web_php\[\d+\]\.\w{3} \[([^\]]+)\] \[(?:Could not retrieve user (.{1,128}) details|Login denied for user "(.{1,128})")\]/.exec(
      text,
    );
  return match === null ? undefined : failedLogin(addressIn(match[1]!), match[2] ?? match[3]);
};

/** OpenVPN: `ADDRESS:PORT TLS Error: incoming packet authentication failed`, `… TLS Auth Error: Auth Username/Password verification failed for peer`. */
const openVpn: Reader = (text) => {
  const match =
    /^(?:\S+ovpn\S* )?(?:\[?([^\s/[\]]{0,64})\]?\/)?(\S{3,64}:\d{1,5}) (?:TLS Error: incoming packet authentication failed|TLS Error: TLS handshake failed|TLS Auth Error|VERIFY ERROR|Authenticate\/Decrypt packet error|WARNING: Bad encapsulated packet length|TLS Error: cannot locate HMAC)/.exec(
      text,
    );
  if (match === null) return undefined;
  const source = addressIn(match[2]!);
  // Packets without the key that all clients share are no guess at a password.
  return text.includes('TLS Auth Error') || text.includes('VERIFY ERROR')
    ? failedLogin(source, match[1], 'vpn-login')
    : refusedConnection(source, 'vpn-refused');
};

/** Samba: `Auth: […] user [DOMAIN]\[NAME] … status [NT_STATUS_WRONG_PASSWORD] … remote host [ipv4:ADDRESS:PORT]`. */
const samba: Reader = (text) => {
  const match =
    /Auth: \[.{0,128}?\] user \[[^\]]*\]\\\[([^\]]*)\] .{0,200}?status \[(\w+)\].{0,200}?remote host \[ipv[46]:([^\]]+)\]/.exec(
      text,
    );
  if (match === null) return undefined;
  const source = addressIn(match[3]!);
  return match[2] === 'NT_STATUS_OK' ? login(source, match[1]) : failedLogin(source, match[1]);
};

/** Exchange's protocol logs: `TIME,…,SERVER:PORT,CLIENT:PORT,…`. */
const exchange: Reader = (text) => {
  if (!/535 5\.7\.\d Authentication unsuccessful|AuthFailed:LogonDenied/.test(text)) return undefined;
  const match = /,\[?[0-9a-fA-F:.]{2,45}\]?:\d{1,5},(\[?[0-9a-fA-F:.]{2,45}\]?:\d{1,5}),([^,]*),/.exec(text);
  if (match === null) return undefined;
  const name = /^[\w@.\\+-]{1,128}$/.test(match[2]!) ? match[2] : undefined;
  return failedLogin(addressIn(match[1]!), name, 'mail-login');
};

/** Its `low` is what others call medium: a good half of what it finds is informational. */
const DEGREES: Readonly<Record<string, number>> = { critical: 1, high: 1, medium: 1, low: 3, informational: 4 };

/** PAN-OS: `…,THREAT,SUBTYPE,…,SOURCE,DESTINATION,…,NAME(ID),CATEGORY,SEVERITY,DIRECTION,…`. */
const panThreat: Reader = (text) => {
  const head = /,THREAT,(\w{1,32}),[^,]*,[^,]*,([0-9a-fA-F:.]{2,45}),([0-9a-fA-F:.]{2,45}),/.exec(text);
  const threat =
    /,([^,()]{1,160})\((\d{1,9})\),[\w-]{1,64},(critical|high|medium|low|informational),(client-to-server|server-to-client),/.exec(
      text,
    );
  if (head === null || threat === null) return undefined;
  const reading = alarm(addressIn(head[2]!), threat[1]!, {
    severity: DEGREES[threat[3]!]!,
    isDenied: /,(?:reset-\w+|drop|drop-packet|block-\w+|deny|sinkhole),/.test(text),
  });
  return { ...reading, destination: addressIn(head[3]!) };
};

/** Suricata's and Snort's `fast.log`: `[**] [1:2010935:3] NAME [**] [Classification: …] [Priority: 2] {TCP} SOURCE -> DESTINATION`. */
const fastLog: Reader = (text) => {
  const match =
    /\[\*\*\] \[\d+:\d+:\d+\] (.{1,256}?) \[\*\*\].{0,160}?\[Priority: (\d)\] \{[\w-]{1,24}\} (\S+) -> (\S+)/.exec(
      text,
    );
  if (match === null) return undefined;
  const reading = alarm(addressIn(match[3]!), match[1]!, {
    severity: Number(match[2]),
    isDenied: text.includes('[Drop]'),
  });
  return { ...reading, destination: addressIn(match[4]!) };
};

/** Windows Firewall's `pfirewall.log`: `DROP TCP SOURCE DESTINATION PORT PORT …`. */
const windowsFirewall: Reader = (text) => {
  const match =
    /^(DROP|ALLOW) (TCP|UDP) (\S{2,45}) (\S{2,45}) (\d{1,5}) (\d{1,5}) .{0,120} (RECEIVE|SEND|FORWARD)\b/.exec(text);
  if (match === null) return undefined;
  const isDropped = match[1] === 'DROP';
  return {
    category: ['network'],
    type: ['connection', isDropped ? 'denied' : 'allowed'],
    outcome: isDropped ? 'failure' : 'success',
    source: { ...addressIn(match[3]!), port: Number(match[5]) },
    destination: { ...addressIn(match[4]!), port: Number(match[6]) },
    transport: match[2]!.toLowerCase(),
  };
};

const READERS: readonly Reader[] = [
  cas,
  webmin,
  zoneMinder,
  openVpn,
  samba,
  exchange,
  panThreat,
  fastLog,
  windowsFirewall,
];
