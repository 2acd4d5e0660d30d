/** Redis as OpenCanary and other imitations are recognised: words of its errors, and what INFO says of itself. Seen at Redis 7.0.15 of Debian 12. */
import {
  ALIKE,
  firstTell,
  quoted,
  skipped,
  tell,
  type Claim,
  type ProtocolChecks,
  type VerifyTarget,
} from '../verify.types.ts';

async function ask(target: VerifyTarget, ...lines: readonly string[]): Promise<string> {
  const probe = await target.connect();
  let said = '';
  for (const line of lines) {
    probe.send(`${line}\r\n`);
    said = (await probe.read(isWhole, 2_500)).toString('latin1');
  }
  return said;
}

/** One reply: a line, or a string with its length. */
function isWhole(bytes: Buffer): boolean {
  const text = bytes.toString('latin1');
  const length = /^\$(\d+)\r\n/.exec(text);
  return length === null ? text.endsWith('\r\n') : bytes.length >= length[0].length + Number(length[1]) + 2;
}

async function info(target: VerifyTarget): Promise<Map<string, string> | undefined> {
  const text = await ask(target, 'INFO');
  if (!text.startsWith('$')) return undefined;
  return new Map(
    text.split('\r\n').flatMap((line) => {
      const colon = line.indexOf(':');
      return colon > 0 ? [[line.slice(0, colon), line.slice(colon + 1)] as const] : [];
    }),
  );
}

const CLOSED = 'it wants a password before it says anything';

async function claims(target: VerifyTarget): Promise<readonly Claim[]> {
  const told = await info(target);
  const time = Number(told?.get('server_time_usec'));
  const run = told?.get('run_id');
  return [
    ...(Number.isNaN(time)
      ? []
      : [{ about: 'clock skew, s', value: String(Math.round(time / 1e6 - Date.now() / 1000)) } as const]),
    ...(run === undefined ? [] : [{ about: 'identity', value: `run_id ${run}` } as const]),
  ];
}

export const redisChecks: ProtocolChecks = {
  types: ['redis'],
  claims,
  checks: [
    {
      id: 'redis-unknown-command',
      title: 'the words for a command that does not exist, in this version',
      weight: 60,
      async run(target) {
        const said = await ask(target, 'NOSUCH one two');
        if (said === '-NOAUTH Authentication required.\r\n') return ALIKE;
        const quote = Number.parseInt(target.persona.software.redis?.version ?? '7', 10) >= 7 ? "'" : '`';
        const words = `-ERR unknown command ${quote}NOSUCH${quote === '`' ? '`' : "'"}, with args beginning with: `;
        return said.startsWith(words) ? ALIKE : tell(`it answers ${quoted(said)}`);
      },
    },
    {
      id: 'redis-errors',
      title: 'the words for wrong arguments, a password that nobody asked for, and broken lengths',
      weight: 50,
      async run(target) {
        const [arity, auth, broken] = [
          await ask(target, 'GET'),
          await ask(target, 'AUTH wrong-by-design'),
          await ask(target, '*abc'),
        ];
        const closed = (await ask(target, 'PING')).startsWith('-NOAUTH');
        return firstTell(
          !closed &&
            arity !== "-ERR wrong number of arguments for 'get' command\r\n" &&
            `GET is answered ${quoted(arity)}`,
          !/^-(?:ERR AUTH <password> called without any password configured for the default user\. Are you sure your configuration is correct\?|WRONGPASS invalid username-password pair or user is disabled\.)\r\n$/.test(
            auth,
          ) && `AUTH is answered ${quoted(auth)}`,
          !/^-ERR Protocol error: (?:invalid|unauthenticated) multibulk length\r\n$/.test(broken) &&
            `a broken length is answered ${quoted(broken)}`,
        );
      },
    },
    {
      id: 'redis-info',
      title: 'INFO says what the machine is',
      weight: 60,
      async run(target) {
        const told = await info(target);
        if (told === undefined) return skipped(CLOSED);
        const { persona } = target;
        const version = persona.software.redis?.version;
        const memory = Number(told.get('total_system_memory')) / 1024;
        return firstTell(
          version !== undefined &&
            told.get('redis_version') !== version &&
            `it is Redis ${told.get('redis_version')}; the machine has ${version}`,
          !(told.get('os') ?? '').includes(persona.os.kernelRelease) &&
            `it runs on ${told.get('os')}; the machine on ${persona.os.kernelRelease}`,
          !/^[0-9a-f]{40}$/.test(told.get('run_id') ?? '') && `its run_id is ${quoted(told.get('run_id') ?? '')}`,
          Math.abs(memory - persona.hardware.memoryKb) > persona.hardware.memoryKb * 0.1 &&
            `it has ${Math.round(memory)} KB of memory; the machine has ${persona.hardware.memoryKb}`,
        );
      },
    },
    {
      id: 'redis-info-adds-up',
      title: 'the numbers of INFO fit together, and go on',
      weight: 50,
      async run(target) {
        const first = await info(target);
        const second = await info(target);
        if (first === undefined || second === undefined) return skipped(CLOSED);
        const number = (of: Map<string, string>, name: string): number => Number(of.get(name));
        const uptime = number(second, 'uptime_in_seconds');
        return firstTell(
          first.get('run_id') !== second.get('run_id') && 'its run_id changes between connections',
          number(second, 'total_commands_processed') <= number(first, 'total_commands_processed') &&
            'it does not count commands',
          number(second, 'total_connections_received') <= number(first, 'total_connections_received') &&
            'it does not count connections',
          uptime < number(first, 'uptime_in_seconds') && 'its uptime goes backwards',
          number(second, 'uptime_in_days') !== Math.floor(uptime / 86_400) &&
            `it runs for ${uptime} s, and ${second.get('uptime_in_days')} days`,
          uptime * 1000 > Date.now() - target.persona.bootedAt(Date.now()) + 60_000 &&
            'it runs for longer than the machine',
          number(second, 'used_memory_peak') < number(second, 'used_memory') && 'it uses more memory than it ever did',
        );
      },
    },
  ],
};
