/** The packet that netfilter's log target describes: `IN=eth0 OUT= MAC=… SRC=… DST=… LEN=40 … PROTO=TCP SPT=… DPT=… SYN URGP=0`. */

/** Numbers in hexadecimal stay as text here. */
export interface Packet {
  /** First value of each key, without quotes. */
  readonly values: ReadonlyMap<string, string>;
  readonly fragmentFlags: readonly string[];
  readonly tcpFlags: readonly string[];
  /** `LEN` after `PROTO=UDP`: of the datagram, where the first one is of the packet. */
  readonly innerLength: string | undefined;
}

const FRAGMENT_FLAGS = new Set(['CE', 'DF', 'MF']);
const TCP_FLAGS = new Set(['SYN', 'ACK', 'FIN', 'RST', 'PSH', 'URG', 'ECE', 'CWR']);
const MAX_WORDS = 96;

/** @param from where the first pair begins. The packet inside of an ICMP error, in brackets, is not looked at: it is not who sent this one. */
export function readPacket(text: string, from: number): Packet {
  const values = new Map<string, string>();
  const fragmentFlags: string[] = [];
  const tcpFlags: string[] = [];
  let innerLength: string | undefined;
  let at = from;
  for (let words = 0; at < text.length && words < MAX_WORDS; words++) {
    const blank = text.indexOf(' ', at);
    const end = blank === -1 ? text.length : blank;
    if (text.charCodeAt(at) === 0x5b) break;
    const equals = text.indexOf('=', at);
    if (equals === -1 || equals >= end) {
      const flag = text.slice(at, end);
      if (TCP_FLAGS.has(flag)) tcpFlags.push(flag);
      else if (FRAGMENT_FLAGS.has(flag)) fragmentFlags.push(flag);
      else if (flag.startsWith('FRAG:')) values.set('FRAG', flag.slice(5));
    } else {
      const key = text.slice(at, equals);
      if (!values.has(key)) values.set(key, text.slice(equals + 1, end));
      else if (key === 'LEN' && values.has('PROTO')) innerLength ??= text.slice(equals + 1, end);
    }
    at = end + 1;
  }
  return { values, fragmentFlags, tcpFlags, innerLength };
}

export interface Ethernet {
  readonly source: string | undefined;
  readonly destination: string | undefined;
  readonly etherType: number | undefined;
}

/** The link's header as netfilter prints it: six octets of who receives, six of who sends, two of what is inside, then perhaps more. */
export function readEthernet(mac: string | undefined): Ethernet {
  if (mac === undefined || mac.length < 41 || !/^([\da-f]{2}:){13}[\da-f]{2}/i.test(mac))
    return { source: undefined, destination: undefined, etherType: undefined };
  return {
    destination: ecsMac(mac.slice(0, 17)),
    source: ecsMac(mac.slice(18, 35)),
    etherType: Number.parseInt(mac.slice(36, 38) + mac.slice(39, 41), 16),
  };
}

function ecsMac(mac: string): string {
  return mac.toUpperCase().replaceAll(':', '-');
}
