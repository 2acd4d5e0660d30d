/** Daemons with one complaint each that names a client: what they refuse, and nothing the client said. */
import { addressIn } from '../peer.ts';
import { failedLogin, refusedConnection, type MessageReader } from '../reading.ts';

function refuses(pattern: RegExp, action = 'connection-refused'): MessageReader {
  return (message) => {
    const source = addressIn(pattern.exec(message)?.[1] ?? '');
    return source === undefined ? undefined : refusedConnection(source, action);
  };
}

export const xinetd = refuses(/^FAIL: \S+ (?:address|libwrap|access|service_limit|per_source_limit|time) from=(\S+)$/);
export const nrpe = refuses(/^Host (\S+) is not allowed to talk to us!/);
export const scanlogd = refuses(/^(\S+) to \S+ ports /, 'port-scan');
export const rblsmtpd = refuses(
  /^(?:[\d.]+ )?(?:rblsmtpd: |qmail-smtpd: )?(?:(?:\S+ blocked |421 badiprbl: ip )?)((?:\d{1,3}\.){3}\d{1,3}) (?:pid \d+ |rbl: |\S+ -$)/,
  'mail-rejected',
);

/** `Invalid login as NAME from ADDRESS`: the address is the last. */
export const webmin: MessageReader = (message) => {
  const match = /^(?:Invalid|Non-existent) login as (.*) from (\S+?)\s*$/.exec(message);
  return match === null ? undefined : failedLogin(addressIn(match[2]!), match[1], 'webmin-login');
};

/** macOS: `Authentication: FAILED :: User Name: NAME :: Viewer Address: ADDRESS :: Type: DH`. */
export const screensharing: MessageReader = (message) => {
  const match = /^Authentication: FAILED :: User Name: (.*) :: Viewer Address: (\S+) :: Type: \S+$/.exec(message);
  return match === null ? undefined : failedLogin(addressIn(match[2]!), match[1], 'vnc-login');
};

/** xrdp-sesman: `AUTHFAIL: user=NAME ip=ADDRESS time=N`: the address is the last. */
export const xrdp: MessageReader = (message) => {
  const match = /AUTHFAIL: user=(.*) ip=(\S+) time=\d+$/.exec(message);
  return match === null ? undefined : failedLogin(addressIn(match[2]!), match[1], 'rdp-login');
};

/** A tarpit: nobody has a reason to stay in it. */
export const endlessh = refuses(/^(?:\S+ )?ACCEPT host=(\S+) port=\d+/, 'tarpit-connection');

const HIGH_SCORE = 15;

/** `Message ID from ADDRESS (SENDER) to DOMAIN is spam, SpamAssassin (…, score=25.5, …`. */
export const mailScanner: MessageReader = (message) => {
  const match = /^Message \S+ from (\S+) \(.*\) to \S+ is spam\b.{0,256}? score=(-?[\d.]+)/.exec(message);
  const source = addressIn(match?.[1] ?? '');
  if (source === undefined) return undefined;
  const isCertain = Number(match![2]) >= HIGH_SCORE;
  return { ...refusedConnection(source, isCertain ? 'spam' : 'mail-rejected'), category: ['email'] };
};
