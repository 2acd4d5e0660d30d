/** A connection as CLIENT LIST and ACL LOG show it. */
import type { RedisClient } from './redis-client.ts';

export function describeClient(client: RedisClient, now: number): string {
  const { name, db, resp } = client;
  const flags =
    (client.monitors ? 'O' : client.subscriptions > 0 ? 'P' : '') +
    (client.transaction.open ? 'x' : '') +
    (client.waiting ? 'b' : '');
  return [
    `id=${client.id} addr=${client.address} laddr=${client.localAddress} fd=${8 + (client.id % 9)} name=${name}`,
    `age=${Math.floor((now - client.connectedAt) / 1000)} idle=${Math.floor((now - client.lastAt) / 1000)} flags=${flags === '' ? 'N' : flags} db=${db}`,
    `sub=${client.channels.size} psub=${client.patterns.size} ssub=${client.shardChannels.size} multi=${client.transaction.queued}`,
    `qbuf=26 qbuf-free=20448 argv-mem=10 multi-mem=0 rbs=1024 rbp=0 obl=0 oll=0 omem=0 tot-mem=22298`,
    `events=r cmd=${client.lastCommand} user=${client.authenticated ? client.user.name : '(superuser)'} redir=-1 resp=${resp}`,
  ].join(' ');
}
