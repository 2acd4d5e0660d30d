/** pfSense and OPNsense: pf's filter log and what the services on the firewall say, by syslog in its old and its new form. */
import { Refusal, type EcsGroup, type Parsed, type ParserDefinition } from '@netsentinel/contracts/parser';
import { isObject, numberIn } from '../../text/document.ts';
import { prioritySyslog, syslogHead } from '../../text/syslog-head.ts';
import { shareOf } from '../../text/share.ts';
import { stateless, type LocalClock } from '../stateless.ts';
import { filterlog } from './filterlog.ts';
import { configurator, dhcp, openvpn, unbound } from './services.ts';

export const pfsense: ParserDefinition = {
  id: 'pfsense',
  title: 'pfSense and OPNsense firewalls',
  module: 'pfsense',
  dataset: 'pfsense.log',
  examples: [
    '<134>Nov 21 09:30:00 filterlog[71]: 4,,,1000000103,igb0,match,block,in,4,0x0,,243,54321,0,none,6,tcp,44,198.51.100.7,203.0.113.5,40000,23,0,S,12345,,1024,,mss',
    '<134>1 2026-11-21T09:30:01.125-05:00 gate.example.org filterlog 71 - - 5,,,1000000104,igb0.12,match,pass,in,6,0x00,0xf6279,1,UDP,17,32,2001:db8::7,2001:db8::1,546,53,32',
    '<134>Nov 21 09:30:02 gate filterlog[71]: 4,,,1000000103,igb0,match,block,in,4,0x0,,50,1,0,DF,1,icmp,84,198.51.100.7,203.0.113.5,request,7,1',
  ],
  recognise: ({ lines }) => shareOf(lines, (line) => FILTERLOG.test(line)) * 0.97,
  create: stateless({ line: readLine }),
};

/** Only the filter log is its own; the services' lines are like those of any other host. */
const FILTERLOG = /\bfilterlog(?:\[\d+\]:| \d+ ).*\d*,[^,]*,[^,]*,[^,]*,[^,]+,[^,]+,(?:pass|block|reject|match),/;
const TAG = /^(\S+?)(?:\[(\d{1,7})\])?: /;

function readLine(line: string, clock: LocalClock): Parsed {
  const head = syslogHead(line, clock.zone, clock.referenceMs);
  const rest = line.slice(head.at);
  const tag = head.program === undefined ? TAG.exec(rest) : null;
  const program = head.program ?? tag?.[1];
  if (program === undefined) return new Refusal('no program’s name before the message');
  const message = tag === null ? rest : rest.slice(tag[0].length);
  const said = read(program, message);
  if (said === undefined) return new Refusal('a filterlog line with too few fields');
  const event = isObject(said['event']) ? said['event'] : {};
  const observer = isObject(said['observer']) ? said['observer'] : {};
  const log = isObject(said['log']) ? said['log'] : {};
  return {
    ...said,
    '@timestamp': head.time,
    message,
    event: { kind: 'event', provider: program, ...event, original: line },
    observer: { name: head.host, type: 'firewall', vendor: 'netgate', ...observer },
    process: { name: program, pid: numberIn(head.processId ?? tag?.[2]) },
    log: { ...log, syslog: prioritySyslog(head.priority) },
  };
}

function read(program: string, message: string): EcsGroup | undefined {
  switch (program) {
    case 'filterlog':
      return filterlog(message);
    case 'dhcpd':
    case 'dhclient':
    case 'dhcp6c':
      return dhcp(program, message);
    case 'openvpn':
      return openvpn(message);
    case 'unbound':
      return unbound(message);
    default:
      return configurator(message);
  }
}
