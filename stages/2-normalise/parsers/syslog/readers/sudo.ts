/** sudo: `USER : [ERROR ; ]TTY=… ; PWD=… ; USER=… ; COMMAND=…`. The command is the last field and may hold anything. */
import type { EcsGroup } from '@netsentinel/contracts/parser';
import { LOGIN, type Reading } from '../reading.ts';

export function sudo(message: string): Reading | undefined {
  const colon = message.indexOf(' : ');
  if (colon <= 0 || message.indexOf(' ') !== colon) return undefined;
  const name = message.slice(0, colon);
  const fields: EcsGroup = {};
  let at = colon + 3;
  for (;;) {
    if (message.startsWith('COMMAND=', at)) {
      fields['command'] = message.slice(at + 8);
      break;
    }
    const end = message.indexOf(' ; ', at);
    const field = end === -1 ? message.slice(at) : message.slice(at, end);
    if (field.startsWith('TTY=')) fields['tty'] = field.slice(4);
    else if (field.startsWith('PWD=')) fields['pwd'] = field.slice(4);
    else if (field.startsWith('USER=')) fields['user'] = field.slice(5);
    else if (!/^[A-Z]+=/.test(field)) fields['error'] ??= field;
    if (end === -1) break;
    at = end + 3;
  }
  const effective = fields['user'];
  if (fields['command'] === undefined && effective === undefined) return undefined;
  const failed = fields['error'] !== undefined;
  return {
    category: failed ? LOGIN : ['process'],
    type: failed ? ['denied'] : ['start'],
    outcome: failed ? 'failure' : 'success',
    action: 'sudo',
    user: { name, effective: typeof effective === 'string' ? { name: effective } : undefined },
    auth: { sudo: fields },
  };
}
