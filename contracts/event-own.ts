/** `netsentinel.*`: what the platform's own sensors know and ECS has no word for. */
import { z } from 'zod';
import { KnownScanner } from './scanner.ts';
import { count, keyword, keywords, port, sha256, text, timestamp } from './event-values.ts';

export const netsentinel = z.strictObject({
  /** The decoy's configured id and protocol. */
  decoy: z.strictObject({ id: keyword, type: keyword, persona: keyword.optional() }).optional(),
  /** One attacker's visit: every event of a connection carries the same id. */
  session: z.strictObject({ id: keyword, sequence: count.optional() }).optional(),
  /** A secret that the attacker presented; encrypted where it is stored at rest, never logged. */
  credential: z
    .strictObject({
      method: keyword.optional(),
      password: keyword.optional(),
      /** The answer to a challenge in the notation of password crackers, where the password itself was not said. */
      response: text.optional(),
      public_key: z.strictObject({ type: keyword, fingerprint: keyword }).optional(),
      accepted: z.boolean().optional(),
    })
    .optional(),
  ssh: z
    .strictObject({
      client_version: keyword.optional(),
      hassh: keyword.optional(),
      hassh_algorithms: text.optional(),
      kex_algorithm: keyword.optional(),
      host_key_algorithm: keyword.optional(),
      cipher: keyword.optional(),
      mac: keyword.optional(),
      subsystem: keyword.optional(),
    })
    .optional(),
  /** What the client is, by what it sends of itself, whatever the protocol. */
  client: z.strictObject({ software: keyword.optional(), fingerprint: keyword.optional() }).optional(),
  /** The terminal behind a session, whatever the protocol. */
  terminal: z.strictObject({ type: keyword.optional(), columns: count.optional(), rows: count.optional() }).optional(),
  /** What the client set for its session. */
  environment: z.record(z.string().max(128), keyword).optional(),
  /** What was opened after a login: `shell`, `exec`, `sftp`, `share`, `database` … */
  opened: keyword.optional(),
  /** Where a tunnel leads, or a program would have connected (`kind` is `connect` then). */
  forward: z.strictObject({ kind: keyword, host: keyword, port }).optional(),
  /** What a database, key store or directory was asked, in its language. */
  statement: text.optional(),
  /** Beside what ECS has for TLS. */
  tls: z.strictObject({ ja4: keyword.optional(), ja3_string: text.optional() }).optional(),
  /** What a Windows client says of itself in NTLM, and was told. */
  ntlm: z
    .strictObject({
      domain: keyword.optional(),
      workstation: keyword.optional(),
      version: keyword.optional(),
      target: keyword.optional(),
    })
    .optional(),
  /** What was spoken on SMB: the dialect agreed on, where in the server the client was, and what it called there. */
  smb: z
    .strictObject({
      dialect: keyword.optional(),
      /** All that the client offered. */
      dialects: keywords.optional(),
      client_guid: keyword.optional(),
      share: keyword.optional(),
      pipe: keyword.optional(),
      /** A remote procedure (`samr:EnumDomainUsers`), or a command of the protocol itself. */
      operation: keyword.optional(),
      /** Its telling arguments. */
      arguments: keywords.optional(),
      /** The weakness that was probed or used. */
      cve: keywords.optional(),
    })
    .optional(),
  /** What a Remote Desktop client says of itself, and what was agreed on. */
  rdp: z
    .strictObject({
      /** `mstshash` of the connection request: the name of whoever started the client, or what a tool puts there. */
      cookie: keyword.optional(),
      correlation_id: keyword.optional(),
      /** `rdp`, `tls`, `nla` …: what the client asked for, and what is spoken. */
      protocols: keywords.optional(),
      security: keyword.optional(),
      client_name: keyword.optional(),
      client_build: count.optional(),
      client_address: keyword.optional(),
      client_directory: keyword.optional(),
      keyboard_layout: keyword.optional(),
      screen: keyword.optional(),
      channels: keywords.optional(),
      /** Typed on the screen and not sent off. */
      typed: text.optional(),
      /** The weakness that was probed or used. */
      cve: keywords.optional(),
    })
    .optional(),
  /** A terminal recording or capture in the blob store. */
  recording: z
    .strictObject({
      id: keyword,
      format: z.enum(['asciicast-v2', 'pcap', 'raw']),
      sha256: sha256.optional(),
      bytes: count.optional(),
      duration_ms: count.optional(),
    })
    .optional(),
  /** Bytes that the attacker left, in the blob store by hash. */
  upload: z.strictObject({ sha256, bytes: count, truncated: z.boolean().optional() }).optional(),
  /** Whose scanner the address belongs to, by its network. */
  scanner: KnownScanner.optional(),
  /** The crawler that the client calls itself, though its address is none of that crawler's. */
  claimed_crawler: keyword.optional(),
  /** A honeytoken of ours is in the event: which, of what kind, and where it was planted. */
  honeytoken: z.strictObject({ id: keyword, kind: keyword, title: keyword, place: keyword }).optional(),
  /** Who fell silent or came back: a sensor of ours, or a source behind one. */
  health: z
    .strictObject({ sensor: keyword, source: keyword.optional(), last_seen: timestamp, silent_ms: count })
    .optional(),
  /** What the watcher saw of somebody who probes us. */
  probe: z
    .strictObject({
      /** By the shape of the packets: `syn`, `connect`, `fin`, `null`, `xmas`, `odd`, `fragment`, `ack`, `udp`, `echo`, `timestamp`. */
      kind: keyword,
      /** Ports that this event adds to what the source had touched this way, and all of them. */
      touched: count,
      total: count,
      /** `22,80,8000-8100`; cut where they are many. */
      ports: text.optional(),
      /** Whose address it was. */
      persona: keyword.optional(),
    })
    .optional(),
  /** How many events stand behind this one when a stage had to aggregate. */
  aggregated: count.optional(),
  /** Names of the fields whose text was cut to a cap. */
  truncated: keywords.optional(),
  /** Names of fields of a log's record that were left out, since they have no place here or are not of their type. */
  dropped: keywords.optional(),
});
