/** A launcher's configurations for pages of the console: four versions, of which one failed. What is checked or put in force is looked at for one word alone. */
import type { ApiOptions } from '@netsentinel/api/api.types';
import type {
  ConfigurationAnswers,
  ConfigurationLine,
  ConfigurationVersion,
} from '@netsentinel/contracts/configuration';
import { NetSentinelError } from '@netsentinel/kernel/errors';

const BASE = `data: ./data
logLevel: warn
console:
  listen: 127.0.0.1:8443
decoys:
  - type: ssh
    port: 2222
  - type: http
    port: 8080
alert:
  notifiers:
    - id: operations
      type: smtp
      options:
        host: mail.example.net
        to: soc@example.net
        password: { value: "***1" }
    - id: chat
      type: webhook
      minSeverity: high
      options:
        url: { value: "***2" }
response:
  mode: simulate
`;
const TEXTS = [
  BASE.replace('response:\n  mode: simulate\n', ''),
  BASE,
  BASE.replace('port: 2222', 'port: 22'),
  BASE.replace('mode: simulate', 'mode: enforce\n  threshold: 70'),
];
const DAY = 86_400_000;

/** `now`: epoch ms. */
export function sampleConfiguration(now = Date.now()): ApiOptions['configuration'] {
  const at = (days: number): string => new Date(now - days * DAY).toISOString();
  const versions: readonly ConfigurationVersion[] = [
    { version: 4, at: at(0.2), by: 'console:ada', reason: 'Two weeks of simulating went well', state: 'running' },
    {
      version: 3,
      at: at(2),
      by: 'console:ada',
      reason: 'SSH on its own port',
      state: 'failed',
      error: 'LISTEN_REFUSED: port 22 is taken by another program',
    },
    { version: 2, at: at(16), by: 'console:bob', state: 'running' },
    { version: 1, at: at(30), state: 'running' },
  ];
  const read = (version: number): ConfigurationAnswers['read'] => {
    const found = versions.find((one) => one.version === version);
    if (found === undefined) throw new NetSentinelError('CONFIGURATION_UNKNOWN', 'user', 'there is no such version');
    return { ...found, text: TEXTS[version - 1]! };
  };
  const check = (text: string): { sections: string[] } => {
    const at = text.split('\n').findIndex((line) => line.includes('mistake'));
    if (at >= 0)
      throw new NetSentinelError(
        'CONFIGURATION_INVALID',
        'user',
        `netsentinel.yaml:${at + 1}:1: there is no setting of this name\nnetsentinel.yaml:2:11: no level`,
      );
    return { sections: text === TEXTS[3] ? [] : ['response'] };
  };
  const answer = (
    ask: Parameters<ApiOptions['configuration']['ask']>[0],
  ): ConfigurationAnswers[keyof ConfigurationAnswers] => {
    switch (ask.what) {
      case 'list':
        return versions;
      case 'read':
        return read(ask.version ?? 4);
      case 'compare': {
        const [from, to] = [read(ask.from).text.split('\n'), read(ask.to).text.split('\n')];
        return to.flatMap((text, n): ConfigurationLine[] => {
          if (from.includes(text)) return [{ change: 'same', text }];
          const old = from[n];
          const gone = old === undefined || to.includes(old) ? [] : [{ change: 'removed' as const, text: old }];
          return [...gone, { change: 'added', text }];
        });
      }
      case 'check':
        return check(ask.text);
      case 'change':
        return { ...check(ask.text), version: 5 };
      default:
        return { sections: ['response'], version: 5 };
    }
  };
  return { ask: async (ask) => answer(ask) as never };
}
