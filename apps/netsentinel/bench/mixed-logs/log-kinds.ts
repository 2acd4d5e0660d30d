/** One log each: how its background looks, and how an attack does. Lines are as the program writes them. */
import { accountTried, targetTried } from './attacks.ts';
import { agent, insider, outsider, page, serverOf, site, status, type Random } from './world.ts';

export interface LogKind {
  /** Of the file, without the day: `nginx/access`. */
  readonly name: string;
  readonly suffix: string;
  /** Of all bytes. */
  readonly share: number;
  /** Of planted attackers; 0 where nobody attacks. */
  readonly attackers: number;
  readonly header?: string;
  background(random: Random, timeMs: number): string;
  attack?(random: Random, timeMs: number, ip: string, move: number): string;
}

const SECOND_MS = 1000;
const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** Lines of one second share the text of it. */
function eachSecond(write: (time: Date) => string): (timeMs: number) => string {
  let second = Number.NaN;
  let text = '';
  return (timeMs) => {
    const now = Math.floor(timeMs / SECOND_MS);
    if (now !== second) {
      second = now;
      text = write(new Date(now * SECOND_MS));
    }
    return text;
  };
}

const two = (n: number): string => String(n).padStart(2, '0');
const monthOf = (time: Date): string => MONTHS[time.getUTCMonth()]!;
const hours = (time: Date): string => time.toISOString().slice(11, 19);
const clfTime = eachSecond(
  (time) => `${two(time.getUTCDate())}/${monthOf(time)}/${time.getUTCFullYear()}:${hours(time)} +0000`,
);
const haproxyTime = eachSecond(
  (time) => `${two(time.getUTCDate())}/${monthOf(time)}/${time.getUTCFullYear()}:${hours(time)}`,
);
const bsdTime = eachSecond((time) => `${monthOf(time)} ${String(time.getUTCDate()).padStart(2)} ${hours(time)}`);
const isoSecond = eachSecond((time) => time.toISOString().slice(0, 19));

const micros = (random: Random): string => String(random.below(1_000_000)).padStart(6, '0');
const zeekTime = (random: Random, timeMs: number): string => `${Math.floor(timeMs / SECOND_MS)}.${micros(random)}`;
const flowId = (random: Random): string =>
  `C${random.below(2 ** 31).toString(36)}${random.below(2 ** 31).toString(36)}`;
const ephemeral = (random: Random): number => 32_768 + random.below(28_000);

function combined(timeMs: number, ip: string, target: string, code: number, bytes: number, client: string): string {
  return `${ip} - - [${clfTime(timeMs)}] "GET ${target} HTTP/1.1" ${code} ${bytes} "-" "${client}"`;
}

const TOOL = 'Mozilla/5.0 (compatible; probe/1.0)';

function web(name: string, share: number, attackers: number): LogKind {
  return {
    name,
    suffix: '.log',
    share,
    attackers,
    background: (random, timeMs) =>
      combined(timeMs, outsider(random), page(random), status(random), 200 + random.below(40_000), agent(random)),
    attack: (_random, timeMs, ip, move) => combined(timeMs, ip, targetTried(move), 404, 162, TOOL),
  };
}

const zeekHeader = (log: string, fields: string, types: string): string =>
  [
    '#separator \\x09',
    '#set_separator\t,',
    '#empty_field\t(empty)',
    '#unset_field\t-',
    `#path\t${log}`,
    `#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\t${fields.replaceAll(' ', '\t')}`,
    `#types\ttime\tstring\taddr\tport\taddr\tport\t${types.replaceAll(' ', '\t')}`,
  ].join('\n');

const conn: LogKind = {
  name: 'zeek/conn',
  suffix: '.log',
  share: 0.25,
  attackers: 0,
  header: zeekHeader(
    'conn',
    'proto service duration orig_bytes resp_bytes conn_state local_orig local_resp missed_bytes history orig_pkts orig_ip_bytes resp_pkts resp_ip_bytes tunnel_parents',
    'enum string interval count count string bool bool count string count count count count set[string]',
  ),
  background: (random, timeMs) => {
    const { ip, number } = insider(random);
    const server = serverOf(number, random);
    const packets = 4 + random.below(60);
    const sent = packets * 90;
    const received = packets * 700;
    return `${zeekTime(random, timeMs)}\t${flowId(random)}\t${ip}\t${ephemeral(random)}\t${server.ip}\t${server.port}\ttcp\tssl\t${random.below(90)}.${micros(random)}\t${sent}\t${received}\tSF\tT\tF\t0\tShADadFf\t${packets}\t${sent + 52 * packets}\t${packets}\t${received + 52 * packets}\t-`;
  },
};

const dns: LogKind = {
  name: 'zeek/dns',
  suffix: '.log',
  share: 0.12,
  attackers: 0,
  header: zeekHeader(
    'dns',
    'proto trans_id rtt query qclass qclass_name qtype qtype_name rcode rcode_name AA TC RD RA Z answers TTLs rejected',
    'enum count interval string count string count string count string bool bool bool bool count vector[string] vector[interval] bool',
  ),
  background: (random, timeMs) =>
    `${zeekTime(random, timeMs)}\t${flowId(random)}\t${insider(random).ip}\t${ephemeral(random)}\t10.0.0.53\t53\tudp\t${random.below(65_536)}\t0.0${micros(random)}\t${site(random)}\t1\tC_INTERNET\t1\tA\t0\tNOERROR\tF\tF\tT\tT\t0\t198.19.200.${random.below(250)}\t300.000000\tF`,
};

function zeekHttpLine(
  random: Random,
  timeMs: number,
  ip: string,
  target: string,
  code: number,
  client: string,
): string {
  return `${zeekTime(random, timeMs)}\t${flowId(random)}\t${ip}\t${ephemeral(random)}\t198.19.210.5\t80\t1\tGET\twww.example.org\t${target}\t-\t1.1\t${client}\t-\t0\t${200 + random.below(9000)}\t${code}\t${code === 200 ? 'OK' : '-'}\t-\t-\t(empty)\t-\t-\t-\t-\t-\t-\t-\t-\t-`;
}

const http: LogKind = {
  name: 'zeek/http',
  suffix: '.log',
  share: 0.08,
  attackers: 1,
  header: zeekHeader(
    'http',
    'trans_depth method host uri referrer version user_agent origin request_body_len response_body_len status_code status_msg info_code info_msg tags username password proxied orig_fuids orig_filenames orig_mime_types resp_fuids resp_filenames resp_mime_types',
    'count string string string string string string string count count count string count string set[enum] string string set[string] vector[string] vector[string] vector[string] vector[string] vector[string] vector[string]',
  ),
  background: (random, timeMs) =>
    zeekHttpLine(random, timeMs, outsider(random), page(random), status(random), agent(random)),
  attack: (random, timeMs, ip, move) => zeekHttpLine(random, timeMs, ip, targetTried(move), 404, TOOL),
};

function eveHead(random: Random, timeMs: number, type: string, ip: string): string {
  return `{"timestamp":"${isoSecond(timeMs)}.${micros(random)}+0000","flow_id":${random.below(2 ** 31)}${random.below(1000)},"in_iface":"eth0","event_type":"${type}","src_ip":"${ip}","src_port":${ephemeral(random)}`;
}

function eveHttp(random: Random, timeMs: number, ip: string, target: string, code: number, client: string): string {
  return `${eveHead(random, timeMs, 'http', ip)},"dest_ip":"198.19.210.6","dest_port":80,"proto":"TCP","tx_id":0,"http":{"hostname":"www.example.org","url":${JSON.stringify(target)},"http_user_agent":"${client}","http_content_type":"text/html","http_method":"GET","protocol":"HTTP/1.1","status":${code},"length":${random.below(20_000)}}}`;
}

const eve: LogKind = {
  name: 'suricata/eve',
  suffix: '.json',
  share: 0.15,
  attackers: 1,
  background: (random, timeMs) => {
    switch (random.below(4)) {
      case 0:
        return eveHttp(random, timeMs, outsider(random), page(random), status(random), agent(random));
      case 1:
        return `${eveHead(random, timeMs, 'dns', insider(random).ip)},"dest_ip":"10.0.0.53","dest_port":53,"proto":"UDP","dns":{"version":2,"type":"query","id":${random.below(65_536)},"rrname":"${site(random)}","rrtype":"A","tx_id":0,"opcode":0}}`;
      case 2: {
        const { ip, number } = insider(random);
        const server = serverOf(number, random);
        return `${eveHead(random, timeMs, 'tls', ip)},"dest_ip":"${server.ip}","dest_port":443,"proto":"TCP","tls":{"sni":"${site(random)}","version":"TLS 1.3","subject":"CN=site.example","issuerdn":"C=DE, O=Example CA, CN=Example CA 3","ja3":{},"ja3s":{}}}`;
      }
      default: {
        const { ip, number } = insider(random);
        const server = serverOf(number, random);
        const packets = 4 + random.below(50);
        return `${eveHead(random, timeMs, 'flow', ip)},"dest_ip":"${server.ip}","dest_port":${server.port},"proto":"TCP","app_proto":"tls","flow":{"pkts_toserver":${packets},"pkts_toclient":${packets},"bytes_toserver":${packets * 120},"bytes_toclient":${packets * 700},"start":"${isoSecond(timeMs)}.000000+0000","end":"${isoSecond(timeMs)}.900000+0000","age":1,"state":"closed","reason":"timeout","alerted":false},"tcp":{"tcp_flags":"1b","tcp_flags_ts":"1b","tcp_flags_tc":"1b","syn":true,"fin":true,"psh":true,"ack":true,"state":"closed"}}`;
      }
    }
  },
  attack: (random, timeMs, ip, move) => eveHttp(random, timeMs, ip, targetTried(move), 404, TOOL),
};

const auth: LogKind = {
  name: 'auth',
  suffix: '.log',
  share: 0.06,
  attackers: 3,
  background: (random, timeMs) => {
    const head = `${bsdTime(timeMs)} server${random.below(60)}`;
    const { ip, number } = insider(random);
    const pid = 1000 + random.below(30_000);
    switch (random.below(6)) {
      case 0:
        return `${head} sshd[${pid}]: Accepted publickey for user${number} from ${ip} port ${ephemeral(random)} ssh2: ED25519 SHA256:${flowId(random)}`;
      case 1:
        return `${head} sshd[${pid}]: pam_unix(sshd:session): session opened for user user${number}(uid=${1000 + number}) by (uid=0)`;
      case 2:
        return `${head} sshd[${pid}]: Disconnected from user user${number} ${ip} port ${ephemeral(random)}`;
      case 3:
        return `${head} sudo[${pid}]: user${number} : TTY=pts/0 ; PWD=/home/user${number} ; USER=root ; COMMAND=/usr/bin/apt update`;
      case 4:
        return `${head} CRON[${pid}]: (root) CMD (   cd / && run-parts --report /etc/cron.hourly)`;
      default:
        return `${head} systemd-logind[700]: New session ${random.below(100_000)} of user user${number}.`;
    }
  },
  attack: (random, timeMs, ip) =>
    `${bsdTime(timeMs)} server${random.below(4)} sshd[${1000 + random.below(30_000)}]: Failed password for invalid user ${accountTried(random)} from ${ip} port ${ephemeral(random)} ssh2`,
};

function haproxyLine(random: Random, timeMs: number, ip: string, target: string, code: number): string {
  return `${bsdTime(timeMs)} lb1 haproxy[350]: ${ip}:${ephemeral(random)} [${haproxyTime(timeMs)}.${String(random.below(1000)).padStart(3, '0')}] www~ app/app${random.below(8)} 0/0/1/${random.below(300)}/${random.below(400)} ${code} ${random.below(30_000)} - - ---- 10/8/2/1/0 0/0 "GET ${target} HTTP/1.1"`;
}

const haproxy: LogKind = {
  name: 'haproxy',
  suffix: '.log',
  share: 0.04,
  attackers: 1,
  background: (random, timeMs) => haproxyLine(random, timeMs, outsider(random), page(random), status(random)),
  attack: (random, timeMs, ip, move) => haproxyLine(random, timeMs, ip, targetTried(move), 404),
};

/** Shares of bytes add up to 1. */
export const KINDS: readonly LogKind[] = [
  web('nginx/access', 0.2, 3),
  web('apache2/access', 0.1, 1),
  conn,
  dns,
  http,
  eve,
  auth,
  haproxy,
];
