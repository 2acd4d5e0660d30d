/**
 * The plausible file that appears where an attacker "downloaded" one: nothing is fetched, the content is made from the URL and the
 * persona's seed, always the same for the same machine, and it never works: a script that only looks around, an ELF header with noise.
 */
import type { CommandContext } from '../command.types.ts';
import { fraction } from './machine-facts.ts';

const MAX_PAYLOAD = 200 * 1024;

export type PayloadKind = 'script' | 'elf' | 'archive' | 'html' | 'text' | 'binary';

export interface Payload {
  readonly kind: PayloadKind;
  readonly bytes: Uint8Array;
  readonly mime: string;
}

const MIMES: Readonly<Record<PayloadKind, string>> = {
  script: 'application/x-sh',
  elf: 'application/octet-stream',
  archive: 'application/x-gzip',
  html: 'text/html',
  text: 'text/plain',
  binary: 'application/octet-stream',
};

/** Bot builds are named after the processor they are for. */
const ELF_MACHINES: readonly [RegExp, number, boolean, boolean][] = [
  [/mipsel|mpsl/i, 8, false, false],
  [/mips/i, 8, false, true],
  [/arm64|aarch64/i, 183, true, false],
  [/arm/i, 40, false, false],
  [/ppc|powerpc/i, 20, false, true],
  [/sh4/i, 42, false, false],
  [/m68k/i, 4, false, true],
  [/sparc|spc/i, 2, false, true],
  [/i[3-6]86|x86(?!.?64)/i, 3, false, false],
];

export function payloadKind(url: string): PayloadKind {
  const path = url.replace(/^[a-z]+:\/\/[^/]*/i, '').replace(/[?#].*$/, '');
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (/\.(sh|bash)$/i.test(name)) return 'script';
  if (/\.(tar\.gz|tgz|gz|tar|zip|bz2|xz)$/i.test(name)) return 'archive';
  if (name === '' || /\.(html?|php|aspx?|jsp)$/i.test(name)) return 'html';
  if (/\.(txt|conf|cfg|json|xml|md|list|pl|py|rb)$/i.test(name)) return 'text';
  if (
    /\.(so|bin|elf|o|mips|mpsl|arm\d?|x86|x86_64|i\d86|ppc|sh4|m68k|spc)$/i.test(name) ||
    /mips|arm|x86|i[3-6]86|xmr|miner|bot/i.test(name)
  )
    return 'elf';
  return /\.[a-z\d]{1,5}$/i.test(name) ? 'binary' : 'elf';
}

export function makePayload(ctx: CommandContext, url: string): Payload {
  const kind = payloadKind(url);
  return {
    kind,
    bytes:
      kind === 'script' || kind === 'html' || kind === 'text'
        ? Buffer.from(textContent(ctx, kind, url))
        : binaryContent(ctx, kind, url),
    mime: MIMES[kind],
  };
}

function textContent(ctx: CommandContext, kind: PayloadKind, url: string): string {
  const host = /^[a-z]+:\/\/([^/:]+)/i.exec(url)?.[1] ?? url;
  if (kind === 'script')
    return `#!/bin/sh\n\ncd /tmp || cd /var/run || cd /mnt || cd /root || cd /\nexport PATH=$PATH:/bin:/usr/bin:/sbin:/usr/sbin\nid=$(hostname)\nuname -a >/dev/null 2>&1\nsleep ${1 + Math.floor(fraction(ctx.machine.persona, `script:${url.slice(0, 200)}`) * 3)}\nexit 0\n`;
  if (kind === 'text')
    return `${Buffer.from(ctx.machine.persona.derive(`text:${url.slice(0, 500)}`, 48)).toString('base64')}\n`;
  return `<!DOCTYPE html>\n<html>\n<head>\n<title>Welcome to nginx!</title>\n<style>\nhtml { color-scheme: light dark; }\nbody { width: 35em; margin: 0 auto;\nfont-family: Tahoma, Verdana, Arial, sans-serif; }\n</style>\n</head>\n<body>\n<h1>Welcome to nginx!</h1>\n<p>This is the default page of ${host.replaceAll(/[^\w.-]/g, '')}.</p>\n</body>\n</html>\n`;
}

function binaryContent(ctx: CommandContext, kind: PayloadKind, url: string): Uint8Array {
  const { persona } = ctx.machine;
  const key = url.slice(0, 500);
  const size = Math.min(MAX_PAYLOAD, 24_000 + Math.floor(fraction(persona, `size:${key}`) * 130_000));
  const seed = persona.derive(`payload:${key}`, 1024);
  const bytes = Uint8Array.from(
    { length: size },
    (_, index) => (seed[index & 1023]! ^ ((index >> 10) * 73) ^ (index >> 3)) & 255,
  );
  if (kind === 'archive')
    bytes.set(/\.zip$/i.test(url) ? [0x50, 0x4b, 3, 4, 20, 0, 0, 0, 8, 0] : [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]);
  if (kind !== 'elf') return bytes;
  const [, machine, wide, big] = ELF_MACHINES.find(([name]) => name.test(url)) ?? [
    /./,
    persona.os.machine === 'aarch64' ? 183 : 62,
    true,
    false,
  ];
  const header = new Uint8Array(64);
  header.set([0x7f, 0x45, 0x4c, 0x46, wide ? 2 : 1, big ? 2 : 1, 1]);
  header.set(big ? [0, 2, 0, machine, 0, 0, 0, 1] : [2, 0, machine, 0, 1, 0, 0, 0], 16);
  bytes.set(header);
  return bytes;
}
