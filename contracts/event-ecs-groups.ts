/** Groups of ECS fields that stand in more than one place of an event, or are long. */
import { z } from 'zod';
import { count, ip, keyword, keywords, MAX_LIST, port, sha256, text, timestamp } from './event-values.ts';

export const hashes = z.strictObject({
  md5: keyword.optional(),
  sha1: keyword.optional(),
  sha256: sha256.optional(),
  sha512: keyword.optional(),
  ssdeep: keyword.optional(),
});

const group = z.strictObject({ id: keyword.optional(), name: keyword.optional(), domain: keyword.optional() });

const person = z.strictObject({
  id: keyword.optional(),
  name: keyword.optional(),
  full_name: keyword.optional(),
  domain: keyword.optional(),
  email: keyword.optional(),
  roles: keywords.optional(),
  group: group.optional(),
});

export const groupFields = group;

export const user = person.extend({
  changes: person.optional(),
  effective: person.optional(),
  target: person.optional(),
});

export const geo = z.strictObject({
  continent_name: keyword.optional(),
  country_iso_code: keyword.optional(),
  country_name: keyword.optional(),
  region_iso_code: keyword.optional(),
  region_name: keyword.optional(),
  city_name: keyword.optional(),
});

/** One side of a connection: `source`, `destination`, `client`, `server`. */
export const endpoint = z.strictObject({
  ip: ip.optional(),
  port: port.optional(),
  address: keyword.optional(),
  domain: keyword.optional(),
  registered_domain: keyword.optional(),
  subdomain: keyword.optional(),
  top_level_domain: keyword.optional(),
  mac: keyword.optional(),
  bytes: count.optional(),
  packets: count.optional(),
  nat: z.strictObject({ ip: ip.optional(), port: port.optional() }).optional(),
  as: z
    .strictObject({ number: count.optional(), organization: z.strictObject({ name: keyword.optional() }).optional() })
    .optional(),
  geo: geo.optional(),
  user: person.optional(),
});

const name = z.strictObject({
  common_name: keywords.optional(),
  country: keywords.optional(),
  distinguished_name: keyword.optional(),
  locality: keywords.optional(),
  organization: keywords.optional(),
  organizational_unit: keywords.optional(),
  state_or_province: keywords.optional(),
});

export const x509 = z.strictObject({
  alternative_names: keywords.optional(),
  issuer: name.optional(),
  subject: name.optional(),
  not_after: timestamp.optional(),
  not_before: timestamp.optional(),
  public_key_algorithm: keyword.optional(),
  public_key_curve: keyword.optional(),
  public_key_exponent: count.optional(),
  public_key_size: count.optional(),
  serial_number: keyword.optional(),
  signature_algorithm: keyword.optional(),
  version_number: keyword.optional(),
});

const pe = z.strictObject({
  architecture: keyword.optional(),
  company: keyword.optional(),
  description: keyword.optional(),
  file_version: keyword.optional(),
  imphash: keyword.optional(),
  original_file_name: keyword.optional(),
  product: keyword.optional(),
});

const codeSignature = z.strictObject({
  exists: z.boolean().optional(),
  status: keyword.optional(),
  subject_name: keyword.optional(),
  trusted: z.boolean().optional(),
  valid: z.boolean().optional(),
});

const program = z.strictObject({
  pid: count.optional(),
  name: keyword.optional(),
  title: keyword.optional(),
  entity_id: keyword.optional(),
  executable: keyword.optional(),
  command_line: text.optional(),
  args: z.array(text).max(MAX_LIST).optional(),
  args_count: count.optional(),
  exit_code: z.number().int().optional(),
  working_directory: keyword.optional(),
  start: timestamp.optional(),
  hash: hashes.optional(),
  pe: pe.optional(),
  code_signature: codeSignature.optional(),
  thread: z.strictObject({ id: count.optional(), name: keyword.optional() }).optional(),
  user: z.strictObject({ id: keyword.optional(), name: keyword.optional() }).optional(),
});

export const process = program.extend({ parent: program.optional() });

export const file = z.strictObject({
  path: text.optional(),
  target_path: text.optional(),
  name: keyword.optional(),
  directory: text.optional(),
  extension: keyword.optional(),
  size: count.optional(),
  type: keyword.optional(),
  mode: keyword.optional(),
  owner: keyword.optional(),
  group: keyword.optional(),
  uid: keyword.optional(),
  gid: keyword.optional(),
  inode: keyword.optional(),
  device: keyword.optional(),
  mime_type: keyword.optional(),
  accessed: timestamp.optional(),
  created: timestamp.optional(),
  ctime: timestamp.optional(),
  mtime: timestamp.optional(),
  hash: hashes.optional(),
  pe: pe.optional(),
  code_signature: codeSignature.optional(),
  x509: x509.optional(),
});

export const url = z.strictObject({
  original: text.optional(),
  full: text.optional(),
  scheme: keyword.optional(),
  domain: keyword.optional(),
  port: port.optional(),
  path: text.optional(),
  query: text.optional(),
  fragment: text.optional(),
  extension: keyword.optional(),
  username: keyword.optional(),
  password: keyword.optional(),
});

const os = z.strictObject({
  name: keyword.optional(),
  full: keyword.optional(),
  version: keyword.optional(),
  family: keyword.optional(),
  kernel: keyword.optional(),
  type: keyword.optional(),
});

export const host = z.strictObject({
  name: keyword.optional(),
  hostname: keyword.optional(),
  domain: keyword.optional(),
  id: keyword.optional(),
  ip: z.array(ip).max(MAX_LIST).optional(),
  mac: keywords.optional(),
  type: keyword.optional(),
  architecture: keyword.optional(),
  os: os.optional(),
});

const side = z.strictObject({
  zone: keyword.optional(),
  interface: z.strictObject({ id: keyword.optional(), name: keyword.optional(), alias: keyword.optional() }).optional(),
  vlan: z.strictObject({ id: keyword.optional(), name: keyword.optional() }).optional(),
});

/** Who saw it: a firewall, a sensor, a proxy. */
export const observer = z.strictObject({
  name: keyword.optional(),
  hostname: keyword.optional(),
  ip: z.array(ip).max(MAX_LIST).optional(),
  mac: keywords.optional(),
  product: keyword.optional(),
  serial_number: keyword.optional(),
  type: keyword.optional(),
  vendor: keyword.optional(),
  version: keyword.optional(),
  ingress: side.optional(),
  egress: side.optional(),
});

const tlsSide = {
  issuer: keyword.optional(),
  subject: keyword.optional(),
  certificate: keyword.optional(),
  certificate_chain: keywords.optional(),
  hash: z.strictObject({ md5: keyword.optional(), sha1: keyword.optional(), sha256: keyword.optional() }).optional(),
  not_after: timestamp.optional(),
  not_before: timestamp.optional(),
  x509: x509.optional(),
};

export const tls = z.strictObject({
  version: keyword.optional(),
  version_protocol: keyword.optional(),
  cipher: keyword.optional(),
  curve: keyword.optional(),
  established: z.boolean().optional(),
  resumed: z.boolean().optional(),
  next_protocol: keyword.optional(),
  client: z
    .strictObject({
      ...tlsSide,
      ja3: keyword.optional(),
      server_name: keyword.optional(),
      supported_ciphers: keywords.optional(),
    })
    .optional(),
  server: z.strictObject({ ...tlsSide, ja3s: keyword.optional() }).optional(),
});

export const registry = z.strictObject({
  data: z
    .strictObject({
      bytes: keyword.optional(),
      strings: z.array(text).max(MAX_LIST).optional(),
      type: keyword.optional(),
    })
    .optional(),
  hive: keyword.optional(),
  key: keyword.optional(),
  path: keyword.optional(),
  value: keyword.optional(),
});
