/** Any TCP port by a scripted exchange: what it says is data (`exchange.schema.ts`), nothing of it code. */
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { defineService } from '../service/define-service.ts';
import type { Exchange } from './exchange.schema.ts';
import { prepareExchange } from './exchange.ts';
import { ScriptedConfig } from './scripted.config.ts';
import { ScriptedProtocol } from './scripted.protocol.ts';

const service = defineService<ScriptedConfig>({
  id: 'scripted',
  summary: 'Any TCP port by a scripted exchange in YAML: banners, replies, logins and what is told of them.',
  stability: 'experimental',
  // Nothing has it: a script says where its service is at home.
  standardPort: 4444,
  config: ScriptedConfig,
  limits: { idleMs: 3_700_000 },
  open(_, config) {
    const ready = prepareExchange(exchangeOf(config));
    return (session) => new ScriptedProtocol(ready, session);
  },
});

export const scriptedDecoy: typeof service = {
  ...service,
  describe(_, config) {
    const { service: name, protocol, product, version } = exchangeOf(config);
    return { service: name ?? protocol, product, version };
  },
};

/** Whoever starts decoys has put the exchange of a file in the place of its name. */
export function exchangeOf({ script }: ScriptedConfig): Exchange {
  if (typeof script !== 'string') return script;
  throw new NetSentinelError(
    'SCRIPT_NOT_READ',
    'bug',
    `the script ${script} was not read before the decoy was started`,
  );
}
