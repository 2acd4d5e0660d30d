/**
 * Words by which honeypots are found, since thousands of their installs never change them: the defaults of Cowrie and Kippo, OpenCanary, Dionaea, Conpot,
 * Heralding and Glastopf, as their configuration files and detectors that are in use have them.
 */

export interface KnownTell {
  readonly whose: string;
  readonly words: RegExp;
  readonly weight: number;
}

/** What the server says first, before it is asked. Latin-1. */
export const GREETINGS: readonly KnownTell[] = [
  { whose: 'Cowrie', words: /^SSH-2\.0-OpenSSH_6\.0p1 Debian-4\+deb7u2/, weight: 90 },
  { whose: 'Cowrie since 2.6', words: /^SSH-2\.0-OpenSSH_9\.2p1 Debian-2\+deb12u3\r?\n/, weight: 20 },
  { whose: 'Kippo and OpenCanary', words: /^SSH-2\.0-OpenSSH_5\.1p1 Debian-[45]\b/, weight: 90 },
  { whose: 'an SSH library', words: /^SSH-2\.0-(?:paramiko|libssh|Twisted|AsyncSSH|Go\b|russh)/i, weight: 60 },
  {
    whose: 'Heralding',
    words: /^SSH-2\.0-OpenSSH_(?:6\.6\.1p1 Ubuntu-2ubuntu2\.\d+|7\.2p2 Ubuntu-4ubuntu2\.[01])\r?$/m,
    weight: 40,
  },
  { whose: 'Cowrie (Telnet)', words: /^\xff\xfd\x1f/, weight: 80 },
  {
    whose: 'OpenCanary (Telnet)',
    words: /^\xff\xfb\x01\xff\xfb\x03\xff\xfb\x00\xff\xfd\x00\xff\xfd\x1f\r\n/,
    weight: 90,
  },
  { whose: 'Heralding (Telnet)', words: /^(?:\xff[\xfb-\xfe].)+Username: /s, weight: 60 },
  {
    whose: 'Conpot (Guardian AST, Kamstrup)',
    words: /Welcome\.\.\.\r\nConnected to \[\d+|STATOIL STATION/,
    weight: 90,
  },
  { whose: 'Dionaea (FTP)', words: /^220 (?:Welcome to the ftp service|DiskStation FTP server ready\.)/i, weight: 90 },
  { whose: 'OpenCanary (FTP)', words: /^220 FTP (?:server )?ready\.?\r\n/i, weight: 60 },
  { whose: 'Heralding (FTP)', words: /^220 Microsoft FTP Server\r\n/, weight: 60 },
  { whose: 'Conpot (FTP)', words: /^(?:200|220) FTP server ready\.\r\n/, weight: 60 },
  { whose: 'pyftpdlib', words: /^220 pyftpdlib/, weight: 70 },
  { whose: 'OpenCanary (MySQL)', words: /^.{4}\x0a5\.5\.43-0ubuntu0\.14\.04\.1\x00/s, weight: 80 },
  { whose: 'Dionaea and Heralding (MySQL)', words: /^.{4}\x0a5\.7\.16\x00/s, weight: 60 },
  { whose: 'Dionaea (MySQL)', words: /^.{4}\x0a[^\x00]+\x00.{4}aaaaaaaa\x00/s, weight: 100 },
  { whose: 'Heralding (MySQL: thread 4321)', words: /^.{4}\x0a[^\x00]+\x00\xe1\x10\x00\x00/s, weight: 80 },
];

/** What the server answers to `GET / HTTP/1.0`, head and body. Latin-1. */
export const PAGES: readonly KnownTell[] = [
  { whose: 'Glastopf', words: /<h2>Blog Comments<\/h2>|Please post your comments for the blog/, weight: 90 },
  { whose: 'Conpot', words: /Technodrome|Mouser Factory|Last-Modified: Tue, 19 May 1993 09:00:00 GMT/, weight: 90 },
  { whose: 'OpenCanary', words: /<h1>Network Storage v5\.13<\/h1>|Synology RackStation - DemoSite/, weight: 90 },
  { whose: 'Dionaea', words: /Server: nginx\r\n[^]*<title>Directory listing for \/<\/title>/, weight: 90 },
  { whose: 'Heralding', words: /HTTP\/1\.0 401 [^]*Server: *\r\n[^]*WWW-Authenticate: Basic realm=""/i, weight: 80 },
  {
    whose: 'a Python server',
    words: /Server: (?:BaseHTTP|SimpleHTTP|Werkzeug|TwistedWeb|aiohttp|uvicorn|gunicorn|tornado)/i,
    weight: 70,
  },
  { whose: 'OpenCanary (Apache of 2012)', words: /Server: Apache\/2\.2\.22 \(Ubuntu\)/, weight: 60 },
  { whose: 'HFish', words: /w-logo-blue\.png|\/static\/x\.js/, weight: 90 },
  { whose: 'elastichoney', words: /89d3241d670db65f994242c8e8383b169779e2d4|"name" ?: ?"Green Goblin"/, weight: 90 },
  { whose: 'Amun', words: /johan83@freenet\.de|tim\.bohn@gmx\.net/, weight: 90 },
];

/** In the subject or issuer of a certificate, written `CN=…, O=…`. */
export const CERTIFICATES: readonly KnownTell[] = [
  { whose: 'Dionaea', words: /Nepenthes Development Team|dionaea\.carnivore\.it/, weight: 100 },
  { whose: 'Heralding', words: /(?:^|, )CN=\*(?:,|$)/, weight: 70 },
  { whose: 'Conpot', words: /Technodrome|conpot/i, weight: 90 },
  { whose: 'a honeypot', words: /honeypot|cowrie|opencanary|dionaea|heralding|glastopf/i, weight: 100 },
  { whose: "OpenSSL's own defaults", words: /O=Internet Widgits Pty Ltd/, weight: 30 },
];

/** What a shell prints about its machine. */
export const SHELLS: readonly KnownTell[] = [
  { whose: 'Cowrie', words: /\bsvr04\b/, weight: 90 },
  { whose: 'Cowrie', words: /^phil:x:1000:/m, weight: 90 },
  { whose: 'Kippo', words: /^richard:x:1000:/m, weight: 60 },
  {
    whose: 'Cowrie (kernel)',
    words: /3\.2\.0-4-amd64|6\.1\.0-21-amd64 #1 SMP PREEMPT_DYNAMIC Debian 6\.1\.90-1/,
    weight: 60,
  },
  { whose: 'Kippo (kernel)', words: /2\.6\.26-2-686|Debian 2\.6\.26-19lenny2/, weight: 80 },
  { whose: 'Cowrie (processor)', words: /Intel\(R\) Core\(TM\)2 Duo CPU +E8200 +@ 2\.66GHz/, weight: 80 },
  {
    whose: 'Cowrie (version)',
    words: /gcc version 4\.6\.3 \(Debian 4\.6\.3-14\+rpi1\)|Linux version 3\.2\.0-4-amd64 \(debian-kernel/,
    weight: 70,
  },
  {
    whose: 'Cowrie (disks)',
    words: /rootfs +4733592|\/dev\/disk\/by-uuid\/65626fdc-e4c5-4539-8745-edc212b9b0af/,
    weight: 90,
  },
];

/** Names in SMB and NTLM. */
export const WINDOWS_NAMES: readonly KnownTell[] = [
  { whose: 'Dionaea', words: /^HOMEUSER-3AF6FE$/i, weight: 100 },
  { whose: 'Impacket', words: /^(?:IMPACKET|SMBSERVER)$/i, weight: 90 },
  { whose: 'Responder', words: /^(?:SMB3?\.LOCAL|WIN-PRH492RQAFV)$/i, weight: 90 },
];

/** The first that the text has. */
export function knownTell(list: readonly KnownTell[], text: string): KnownTell | undefined {
  return list.find(({ words }) => words.test(text));
}
