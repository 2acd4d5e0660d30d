/** `response`: what is blocked, and the way back. Speaks with the enforcer itself, so it works when the platform is gone. */
import { userInfo } from 'node:os';
import type { Command } from 'commander';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { print, printJson, safe, span, table } from './output.ts';
import { settings } from './settings.ts';

export function addResponse(program: Command): void {
  const response = program.command('response').description('what is blocked, and how to take it back');
  response
    .command('list')
    .description('the blocks in force')
    .option('--json', 'print JSON: one block a line')
    .action(async (options: { json?: boolean }, command: Command) => {
      const { folder } = settings(command);
      const { callEnforcer } = await import('@netsentinel/enforcer/control');
      const blocks = await callEnforcer(folder.enforcerSocket, { command: 'list' });
      if (options.json === true) return blocks.forEach(printJson);
      if (blocks.length === 0) return print('nothing is blocked');
      return table(
        ['id', 'target', 'status', 'mode', 'ends in', 'reason'],
        blocks.map((b) => [
          safe(b.id, 64),
          safe(b.target, 64),
          b.status,
          b.mode,
          span(b.expiresAt - Date.now()),
          safe(b.reason, 80),
        ]),
      );
    });
  response
    .command('revert')
    .description('take a block back, or all of them')
    .argument('[id]', 'the block')
    .option('--all', 'every block in force')
    .option('--json', 'print JSON')
    .action(async (id: string | undefined, options: { all?: boolean; json?: boolean }, command: Command) => {
      const { folder } = settings(command);
      if ((id === undefined) === (options.all !== true))
        throw new NetSentinelError('USAGE_REVERT', 'user', 'name one block, or say --all', {
          hint: '`netsentinel response list` names them.',
        });
      const { callEnforcer } = await import('@netsentinel/enforcer/control');
      const by = `cli:${userInfo().username}`;
      if (options.all === true) {
        const { reverted } = await callEnforcer(folder.enforcerSocket, { command: 'revertAll', by });
        if (options.json === true) return printJson({ reverted });
        return print(`${reverted} taken back`);
      }
      const reply = await callEnforcer(folder.enforcerSocket, { command: 'revert', id: id!, by });
      if (reply.status !== 'reverted')
        throw new NetSentinelError('BLOCK_NOT_FOUND', 'user', reply.detail ?? `the block is ${reply.status}`, {
          hint: '`netsentinel response list` names the blocks in force.',
        });
      if (options.json === true) return printJson(reply);
      return print(`${reply.id} taken back`);
    });
}
