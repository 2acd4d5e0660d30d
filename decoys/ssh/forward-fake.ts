/**
 * What answers where an attacker's tunnel leads: nothing of ours leaves the machine, but a port that usually speaks does speak. Enough to make a
 * proxy checker or a spammer say what they came for; all of it is reported.
 */
import type { Channel, ChannelUser } from './channel.ts';
import type { ForwardTarget } from './connection.ts';
import type { WireReader } from './wire.ts';

/** First bytes of the attacker's traffic that are reported. */
const MAX_REPORTED = 4096;
const MAX_LINE = 8192;

export interface ForwardReport {
  (payload: string): void;
}

export class ForwardFake implements ChannelUser {
  #channel: Channel;
  #target: ForwardTarget;
  #report: ForwardReport;
  #hostname: string;
  #now: () => number;
  #seen = '';
  #line = '';
  #reported = false;
  #greeted = false;
  #inData = false;

  constructor(channel: Channel, target: ForwardTarget, hostname: string, now: () => number, report: ForwardReport) {
    this.#channel = channel;
    this.#target = target;
    this.#hostname = hostname;
    this.#now = now;
    this.#report = report;
  }

  writable(): void {
    if (this.#greeted) return;
    this.#greeted = true;
    const greeting = this.#greeting();
    if (greeting !== undefined) this.#channel.write(Buffer.from(greeting));
  }

  data(chunk: Buffer): void {
    const text = chunk.toString('latin1');
    if (this.#seen.length < MAX_REPORTED) this.#seen += text.slice(0, MAX_REPORTED - this.#seen.length);
    if (isMail(this.#target.port)) return this.#mail(text);
    if (chunk[0] === 0x16) return this.#refuse();
    this.#line = (this.#line + text).slice(-MAX_LINE);
    if (isHttp(this.#seen) && this.#line.includes('\r\n\r\n')) this.#http();
  }

  eof(): void {
    this.#channel.finish();
  }

  request(_type: string, _reader: WireReader): boolean {
    return false;
  }

  closed(): void {
    this.#flush();
  }

  #flush(): void {
    if (this.#reported) return;
    this.#reported = true;
    if (this.#seen !== '') this.#report(this.#seen);
  }

  #refuse(): void {
    this.#channel.finish();
  }

  #greeting(): string | undefined {
    const host = this.#target.host.slice(0, 64).replace(/[^\w.:-]/g, '');
    switch (this.#target.port) {
      case 25:
      case 587:
      case 2525:
        return `220 ${host === '' ? 'mail' : host} ESMTP Postfix\r\n`;
      case 21:
        return '220 (vsFTPd 3.0.3)\r\n';
      case 22:
        return 'SSH-2.0-OpenSSH_8.4p1 Debian-5+deb11u3\r\n';
      case 110:
        return '+OK Dovecot ready.\r\n';
      case 143:
        return '* OK [CAPABILITY IMAP4rev1 LITERAL+ SASL-IR LOGIN-REFERRALS ID ENABLE IDLE STARTTLS AUTH=PLAIN] Dovecot ready.\r\n';
      default:
        return undefined;
    }
  }

  #http(): void {
    this.#line = '';
    const method = this.#seen.slice(0, this.#seen.indexOf(' '));
    const found = method === 'GET' || method === 'HEAD';
    const body = found
      ? '<!DOCTYPE html>\n<html>\n<head>\n<title>Welcome to nginx!</title>\n</head>\n<body>\n<h1>Welcome to nginx!</h1>\n</body>\n</html>\n'
      : '<html>\r\n<head><title>400 Bad Request</title></head>\r\n<body>\r\n<center><h1>400 Bad Request</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n';
    const head =
      `HTTP/1.1 ${found ? '200 OK' : '400 Bad Request'}\r\nServer: nginx\r\nDate: ${new Date(this.#now()).toUTCString()}\r\n` +
      `Content-Type: text/html\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n`;
    this.#channel.write(Buffer.from(method === 'HEAD' ? head : head + body));
    this.#channel.finish();
  }

  #mail(text: string): void {
    this.#line += text;
    if (this.#line.length > MAX_LINE && !this.#line.includes('\n')) return this.#refuse();
    let end = this.#line.indexOf('\n');
    while (end >= 0) {
      this.#mailLine(this.#line.slice(0, end).replace(/\r$/, ''));
      this.#line = this.#line.slice(end + 1);
      end = this.#line.indexOf('\n');
    }
  }

  #mailLine(line: string): void {
    const say = (reply: string): void => void this.#channel.write(Buffer.from(`${reply}\r\n`));
    if (this.#inData) {
      if (line !== '.') return;
      this.#inData = false;
      return say('250 2.0.0 Ok: queued as 4XkT6w2Lz0z1b9');
    }
    const verb = line.slice(0, 4).toUpperCase();
    switch (verb) {
      case 'EHLO':
        return say(`250-${this.#hostname}\r\n250-PIPELINING\r\n250-SIZE 10240000\r\n250-8BITMIME\r\n250 SMTPUTF8`);
      case 'HELO':
        return say(`250 ${this.#hostname}`);
      case 'MAIL':
        return say('250 2.1.0 Ok');
      case 'RCPT':
        return say('250 2.1.5 Ok');
      case 'DATA':
        this.#inData = true;
        return say('354 End data with <CR><LF>.<CR><LF>');
      case 'RSET':
      case 'NOOP':
        return say('250 2.0.0 Ok');
      case 'QUIT':
        say('221 2.0.0 Bye');
        return this.#channel.finish();
      default:
        return say('502 5.5.2 Error: command not recognized');
    }
  }
}

function isMail(port: number): boolean {
  return port === 25 || port === 587 || port === 2525;
}

function isHttp(text: string): boolean {
  return /^[A-Z]{3,10} \S/.test(text);
}
