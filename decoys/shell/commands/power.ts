/** `reboot`, `shutdown`, `halt`, `poweroff`: the session ends as on a machine that goes down. */
import type { CommandContext, CommandTable } from '../command.types.ts';
import { strftime, zonedTime, zoneOf } from './time-format.ts';

function helpOf(name: string): string {
  if (name !== 'shutdown')
    return `${name} [OPTIONS...]\n\n${name === 'reboot' ? 'Reboot' : 'Power off'} the system.\n\nOptions:\n     --help      Show this help\n     --halt      Halt the machine\n  -p --poweroff  Switch off the machine\n     --reboot    Reboot the machine\n  -f --force     Force immediate halt/power-off/reboot\n  -w --wtmp-only Only write wtmp record\n     --no-wall   No wall message\n\nSee the halt(8) man page for details.\n`;
  return 'shutdown [OPTIONS...] [TIME] [WALL...]\n\nShut down the system.\n\nOptions:\n     --help      Show this help\n  -H --halt      Halt the machine\n  -P --poweroff  Power-off the machine\n  -r --reboot    Reboot the machine\n  -h             Same as --poweroff, overridden by --halt\n  -k             Only send warnings\n     --no-wall   Send no wall message\n  -c             Cancel a pending shutdown\n     --show      Show pending shutdown\n\nSee the shutdown(8) man page for details.\n';
}

/** `reboot` and its kin: the connection is cut as by a machine that goes down. */
export function power(ctx: CommandContext): number {
  const args = ctx.argv.slice(1);
  const name = (ctx.argv[0] ?? '').replace(/^.*\//, '');
  if (args.includes('--help')) {
    ctx.stdout.write(helpOf(name));
    return 0;
  }
  if (ctx.user.uid !== 0) {
    ctx.stderr.write(
      'Call to Reboot failed: Interactive authentication required.\n'.replace(
        'Reboot',
        name === 'reboot' ? 'Reboot' : 'PowerOff',
      ),
    );
    return 1;
  }
  if (name === 'shutdown' && args.some((arg) => /^\+[1-9]/.test(arg) || /^\d+:\d+$/.test(arg))) {
    ctx.stderr.write(
      `Shutdown scheduled for ${strftime(zonedTime(ctx.clock.now() + 60_000, zoneOf(ctx)), '%a %Y-%m-%d %H:%M:%S %Z')}, use 'shutdown -c' to cancel.\n`,
    );
    return 0;
  }
  if (args.includes('-c')) return 0;
  const leader =
    ctx.processes.list().find((process) => process.tty === ctx.processes.self.tty && process.comm === 'bash') ??
    ctx.processes.self;
  ctx.processes.kill(leader.pid, 'HUP', { ...ctx.user, uid: 0 });
  return 0;
}

export const powerCommands: CommandTable = {
  reboot: { path: '/usr/sbin/reboot', run: power },
  shutdown: { path: '/usr/sbin/shutdown', run: power },
  halt: { path: '/usr/sbin/halt', run: power },
  poweroff: { path: '/usr/sbin/poweroff', run: power },
};
