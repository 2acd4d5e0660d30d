/** What a command means as a move of an attacker: the techniques of MITRE ATT&CK that it belongs to. */
import type { Extra } from '../service/telemetry.types.ts';

interface Technique {
  readonly id: string;
  readonly name: string;
  readonly tactic: string;
}

const CRON: Technique = { id: 'T1053.003', name: 'Scheduled Task/Job: Cron', tactic: 'TA0003' };
const KEYS: Technique = { id: 'T1098.004', name: 'Account Manipulation: SSH Authorized Keys', tactic: 'TA0003' };
const WEB_SHELL: Technique = { id: 'T1505.003', name: 'Server Software Component: Web Shell', tactic: 'TA0003' };
const SERVICE: Technique = {
  id: 'T1543.002',
  name: 'Create or Modify System Process: Systemd Service',
  tactic: 'TA0003',
};
const PRELOAD: Technique = {
  id: 'T1574.006',
  name: 'Hijack Execution Flow: Dynamic Linker Hijacking',
  tactic: 'TA0003',
};
const PROFILE: Technique = {
  id: 'T1546.004',
  name: 'Event Triggered Execution: Unix Shell Configuration Modification',
  tactic: 'TA0003',
};
const EXPLOIT: Technique = { id: 'T1190', name: 'Exploit Public-Facing Application', tactic: 'TA0001' };
const EXECUTION: Technique = { id: 'T1203', name: 'Exploitation for Client Execution', tactic: 'TA0002' };
const MODULE: Technique = { id: 'T1129', name: 'Shared Modules', tactic: 'TA0002' };
const TRANSFER: Technique = { id: 'T1105', name: 'Ingress Tool Transfer', tactic: 'TA0011' };
const DESTRUCTION: Technique = { id: 'T1485', name: 'Data Destruction', tactic: 'TA0040' };
const STOP: Technique = { id: 'T1489', name: 'Service Stop', tactic: 'TA0040' };
const DISCOVERY: Technique = { id: 'T1082', name: 'System Information Discovery', tactic: 'TA0007' };
const ACCOUNT: Technique = { id: 'T1098', name: 'Account Manipulation', tactic: 'TA0003' };
const COLLECTION: Technique = { id: 'T1213', name: 'Data from Information Repositories', tactic: 'TA0009' };

const PLACES: readonly (readonly [RegExp, Technique])[] = [
  [/\/cron(?:tabs|\.d|\.daily|\.hourly|\.weekly|\.monthly|tab)?(?:\/|$)|\/etc\/crontab/, CRON],
  [/\/\.ssh(?:\/|$)|authorized_keys/, KEYS],
  [/\.(?:php\d?|phtml|jsp|jspx|asp|aspx)$|\/(?:www|htdocs|webapps|public_html|html)(?:\/|$)/, WEB_SHELL],
  [/\/systemd(?:\/|$)|\.service$|\/etc\/init\.d/, SERVICE],
  [/ld\.so\.preload/, PRELOAD],
  [/\/profile\.d(?:\/|$)|\.bashrc$|\.bash_profile$|\.profile$/, PROFILE],
  [/\.so(?:\.\d+)*$/, MODULE],
];

/** The techniques that a file at this place serves. */
export function plantedBy(path: string): Extra {
  const found = PLACES.find(([place]) => place.test(path))?.[1];
  return found === undefined ? {} : threat([found]);
}

function threat(techniques: readonly Technique[]): Extra {
  return {
    threat: {
      framework: 'MITRE ATT&CK',
      tactic: { id: [...new Set(techniques.map(({ tactic }) => tactic))] },
      technique: { id: techniques.map(({ id }) => id), name: techniques.map(({ name }) => name) },
    },
  };
}

/** Undefined for what everybody does. */
export function classify(args: readonly string[]): Extra | undefined {
  const [name = '', first = '', second = '', third = ''] = args;
  const command = name.toLowerCase();
  const sub = first.toLowerCase();
  switch (command) {
    case 'config': {
      if (sub !== 'set') return undefined;
      for (let i = 2; i + 1 < args.length; i += 2) {
        const setting = args[i]!.toLowerCase();
        const place = PLACES.find(([pattern]) =>
          pattern.test(setting === 'dir' ? `${args[i + 1]!}/` : args[i + 1]!),
        )?.[1];
        if ((setting === 'dir' || setting === 'dbfilename') && place !== undefined) return threat([EXPLOIT, place]);
        if (setting === 'requirepass' || setting === 'masterauth') return threat([ACCOUNT]);
      }
      return undefined;
    }
    case 'acl':
      return sub === 'setuser' ? threat([ACCOUNT]) : undefined;
    case 'slaveof':
    case 'replicaof':
      return sub === 'no' ? undefined : threat([EXPLOIT, TRANSFER]);
    case 'module':
      return sub === 'load' || sub === 'loadex' ? threat([EXPLOIT, MODULE]) : undefined;
    case 'system.exec':
    case 'system.rev':
      return threat([EXPLOIT, EXECUTION]);
    case 'eval':
      return escapeOf(first) === undefined ? undefined : threat([EXPLOIT, EXECUTION]);
    case 'flushall':
    case 'flushdb':
      return threat([DESTRUCTION]);
    case 'shutdown':
      return threat([STOP]);
    case 'debug':
      return /^(?:segfault|panic|sleep|crash)/.test(sub) ? threat([STOP]) : undefined;
    case 'info':
      return threat([DISCOVERY]);
    case 'keys':
    case 'scan':
      return threat([COLLECTION]);
    case 'set':
    case 'lpush':
    case 'rpush':
    case 'append':
      return planted([second, third].join('\n'));
    default:
      return undefined;
  }
}

/** A value that is a crontab, a key or a script, on its way to a file. */
function planted(value: string): Extra | undefined {
  if (/(?:^|\n)\s*(?:@(?:reboot|hourly|daily)|(?:[\d*/,-]+\s+){5})\S/.test(value)) return threat([EXPLOIT, CRON]);
  if (/ssh-(?:rsa|ed25519|dss) AAAA|ecdsa-sha2-\S+ AAAA/.test(value)) return threat([EXPLOIT, KEYS]);
  if (/<\?php|<%@? ?page|<\?=/i.test(value)) return threat([EXPLOIT, WEB_SHELL]);
  return undefined;
}

export interface LuaEscape {
  /** The commands that would have run on the machine, in order. */
  readonly commands: readonly string[];
  /** Whether the script answers what the last one printed. */
  readonly reads: boolean;
}

/** The trick of CVE-2022-0543 in a script: `package.loadlib` of liblua, then `io.popen` or `os.execute`. */
export function escapeOf(script: string): LuaEscape | undefined {
  if (!/package\s*\.\s*loadlib|luaopen_(?:io|os)/.test(script)) return undefined;
  const commands: string[] = [];
  for (const match of script.matchAll(
    /\.\s*(?:popen|execute)\s*\(\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|\[\[([\s\S]*?)\]\])/g,
  )) {
    if (commands.length >= 16) break;
    commands.push(
      match[3] ??
        (match[1] ?? match[2] ?? '').replace(/\\(.)/gs, (_, c: string) => ({ n: '\n', t: '\t', r: '\r' })[c] ?? c),
    );
  }
  return { commands, reads: /popen/.test(script) && /:\s*read/.test(script) };
}
