/** The settings of the organisation's own application, `.env`, as they lie on the disk and by mistake in the web root: the same text in both places. */
import type { Persona } from '../persona/persona.types.ts';
import { honeytokenSecrets } from './draw-honeytokens.ts';

export function environmentText(persona: Persona): string {
  const { aws, database, apiKey } = honeytokenSecrets(persona);
  const { organization, software, domain } = persona;
  return `${[
    `APP_NAME=${organization.short}`,
    'APP_ENV=production',
    `APP_KEY=base64:${Buffer.from(persona.derive('honeytoken app key', 32)).toString('base64')}`,
    'APP_DEBUG=false',
    `APP_URL=https://${organization.short}.example`,
    '',
    'LOG_CHANNEL=stack',
    '',
    `DB_CONNECTION=${database.engine === 'mysql' ? 'mysql' : 'pgsql'}`,
    `DB_HOST=${database.host}`,
    `DB_PORT=${database.port}`,
    `DB_DATABASE=${database.name}`,
    `DB_USERNAME=${database.user}`,
    `DB_PASSWORD=${database.password}`,
    '',
    ...(software.redis === undefined ? ['CACHE_DRIVER=file'] : ['REDIS_HOST=127.0.0.1', 'REDIS_PORT=6379']),
    '',
    'MAIL_MAILER=smtp',
    `MAIL_HOST=mail.${domain}`,
    'MAIL_PORT=25',
    `MAIL_FROM_ADDRESS=noreply@${organization.short}.example`,
    '',
    `AWS_ACCESS_KEY_ID=${aws.id}`,
    `AWS_SECRET_ACCESS_KEY=${aws.secret}`,
    'AWS_DEFAULT_REGION=eu-central-1',
    `AWS_BUCKET=${organization.short}-backup`,
    '',
    `STRIPE_SECRET=${apiKey}`,
  ].join('\n')}\n`;
}

/** What a blog is configured with. */
export function wordpressConfig(persona: Persona): string {
  const { database } = honeytokenSecrets(persona);
  const salt = (name: string): string =>
    Buffer.from(persona.derive(`wordpress salt ${name}`, 48))
      .toString('base64')
      .replaceAll('/', '|');
  const keys = ['AUTH', 'SECURE_AUTH', 'LOGGED_IN', 'NONCE'].flatMap((name) => [
    [`${name}_KEY`, salt(`${name} key`)],
    [`${name}_SALT`, salt(`${name} salt`)],
  ]);
  return `<?php
define( 'DB_NAME', '${database.name}' );
define( 'DB_USER', '${database.user}' );
define( 'DB_PASSWORD', '${database.password}' );
define( 'DB_HOST', '${database.host === '127.0.0.1' ? 'localhost' : database.host}' );
define( 'DB_CHARSET', 'utf8mb4' );
define( 'DB_COLLATE', '' );
${keys.map(([name, value]) => `define( '${name}', '${value}' );`).join('\n')}
$table_prefix = 'wp_';
define( 'WP_DEBUG', false );
if ( ! defined( 'ABSPATH' ) ) {
\tdefine( 'ABSPATH', __DIR__ . '/' );
}
require_once ABSPATH . 'wp-settings.php';
`;
}
