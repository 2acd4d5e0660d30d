/** `audit verify`: whether the enforcer's record is whole: every entry's hash covers the one before it. */
import { join } from 'node:path';
import type { Command } from 'commander';
import { EXIT, print, printJson, safe } from './output.ts';
import { needData, settings } from './settings.ts';

export function addAudit(program: Command): void {
  program
    .command('audit')
    .description('the record of what was done')
    .command('verify')
    .description('check the hash chain; names the first bad entry')
    .option('--json', 'print JSON')
    .action(async (options: { json?: boolean }, command: Command) => {
      const { folder } = settings(command);
      needData(folder);
      const { verifyAudit } = await import('@netsentinel/enforcer/audit');
      const result = await verifyAudit(join(folder.enforcer, 'audit'));
      if (!result.ok) process.exitCode = EXIT.failed;
      if (options.json === true) return printJson(result);
      if (result.ok)
        return print(`the audit is whole: ${result.entries} ${result.entries === 1 ? 'entry' : 'entries'}`);
      return print(
        `the audit was changed: ${safe(result.firstBad?.file ?? '?', 200)}:${result.firstBad?.line ?? 0}: ${safe(result.firstBad?.reason ?? '', 200)} (${result.entries} good entries before it)`,
      );
    });
}
