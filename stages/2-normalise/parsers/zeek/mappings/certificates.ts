/** Logs about TLS and its certificates: `ssl`, `x509`, `ocsp`, `known_certs`. */
import type { EcsDocument } from '@netsentinel/contracts/parser';
import { get, ifAny, isObject, numberIn, put, related, scalarOf, textOf } from '../../../text/document.ts';
import type { ZeekRecord } from '../tsv.ts';
import { distinguishedName } from './distinguished-name.ts';
import { CONNECTION, type ZeekMapping } from './mapping.types.ts';
import { datesAt, setClientServer, setHost, timeOf } from './steps.ts';

export const ssl: ZeekMapping = {
  dataset: 'ssl',
  category: ['network'],
  type: CONNECTION,
  transport: 'tcp',
  signs: [['resumed', 'established']],
  fields: {
    server_name: 'server.name',
    cert_chain: 'server.cert_chain',
    cert_chain_fuids: 'server.cert_chain_fuids',
    client_cert_chain: 'client.cert_chain',
    client_cert_chain_fuids: 'client.cert_chain_fuids',
    validation_status: 'validation.status',
    validation_code: 'validation.code',
    not_valid_after: '',
    not_valid_before: '',
    issuer: '',
    subject: '',
    client_issuer: '',
    client_subject: '',
    resp_certificate_sha1: '',
    ja3: '',
    ja3s: '',
  },
  ecs: tls,
};

function tls(record: ZeekRecord, document: EcsDocument, own: Record<string, unknown>): void {
  setClientServer(document);
  // Elastic leaves out only the client's empty chain.
  const chain = get(own, 'client.cert_chain_fuids');
  if (isObject(own['client']) && Array.isArray(chain) && chain.length === 0) {
    const { cert_chain_fuids: _, ...others } = own['client'];
    own['client'] = ifAny(others);
  }
  const issuer = distinguishedName(record['issuer']);
  const subject = distinguishedName(record['subject']);
  const clientIssuer = distinguishedName(record['client_issuer']);
  const clientSubject = distinguishedName(record['client_subject']);
  put(own, 'server.issuer', issuer?.own);
  put(own, 'server.subject', subject?.own);
  put(own, 'client.issuer', clientIssuer?.own);
  put(own, 'client.subject', clientSubject?.own);
  const ja3 = textOf(record['ja3']);
  const ja3s = textOf(record['ja3s']);
  const hashes = related(ja3s, ja3);
  if (hashes !== undefined) document['related'] = { ...(document['related'] as object | undefined), hash: hashes };
  const [version, protocol] = versionOf(record['version']);
  document['tls'] = {
    version,
    version_protocol: protocol,
    cipher: textOf(record['cipher']),
    curve: textOf(record['curve']),
    established: record['established'],
    resumed: record['resumed'],
    next_protocol: textOf(record['next_protocol']),
    client: ifAny({
      ja3,
      server_name: textOf(record['server_name']),
      issuer: clientIssuer?.text,
      subject: clientSubject?.text,
      x509: ifAny({ issuer: clientIssuer?.ecs, subject: clientSubject?.ecs }),
    }),
    server: ifAny({
      ja3s,
      issuer: issuer?.text,
      subject: subject?.text,
      hash: ifAny({ sha1: textOf(record['resp_certificate_sha1'])?.toUpperCase() }),
      not_after: timeOf(record['not_valid_after']),
      not_before: timeOf(record['not_valid_before']),
      x509: ifAny({ issuer: issuer?.ecs, subject: subject?.ecs }),
    }),
  };
}

/** `TLSv12` is TLS 1.2, `SSLv3` is SSL 3. */
function versionOf(value: unknown): [version?: string, protocol?: string] {
  const parts = typeof value === 'string' ? /^(TLS|SSL|DTLS)v(\d)(\d)?/.exec(value) : null;
  if (parts === null) return [];
  const [, protocol, major, minor] = parts;
  return [minor === undefined ? `${major}.0` : `${major}.${minor}`, protocol!.toLowerCase()];
}

/** Names of algorithms as ECS's examples write them. */
const SIGNATURES: Readonly<Record<string, string>> = {
  md2WithRSAEncryption: 'MD2-RSA',
  md5WithRSAEncryption: 'MD5-RSA',
  'sha-1WithRSAEncryption': 'SHA1-RSA',
  sha256WithRSAEncryption: 'SHA256-RSA',
  sha384WithRSAEncryption: 'SHA384-RSA',
  sha512WithRSAEncryption: 'SHA512-RSA',
  dsaWithSha1: 'DSA-SHA1',
  dsaWithSha256: 'DSA-SHA256',
  'ecdsa-with-SHA1': 'ECDSA-SHA1',
  'ecdsa-with-SHA256': 'ECDSA-SHA256',
  'ecdsa-with-SHA384': 'ECDSA-SHA384',
  'ecdsa-with-SHA512': 'ECDSA-SHA512',
  'id-Ed25519': 'Ed25519',
};

export const x509: ZeekMapping = {
  dataset: 'x509',
  type: ['info'],
  signs: [['certificate.serial', 'certificate.subject']],
  fields: {
    id: '',
    'certificate.not_valid_before': 'certificate.valid.from',
    'certificate.not_valid_after': 'certificate.valid.until',
    'certificate.key_alg': 'certificate.key.algorithm',
    'certificate.key_length': 'certificate.key.length',
    'certificate.key_type': 'certificate.key.type',
    'certificate.sig_alg': 'certificate.signature_algorithm',
    'certificate.cn': 'certificate.common_name',
    'certificate.issuer': '',
    'certificate.subject': '',
    'basic_constraints.ca': 'basic_constraints.certificate_authority',
    'basic_constraints.path_len': 'basic_constraints.path_length',
    logcert: 'log_cert',
  },
  ecs: (record, document, own) => {
    const session = record['id'] ?? record['fingerprint'];
    document.event['id'] = session;
    put(document, 'zeek.session_id', session);
    const issuer = distinguishedName(record['certificate.issuer']);
    const subject = distinguishedName(record['certificate.subject']);
    put(own, 'certificate.issuer', issuer?.own);
    put(own, 'certificate.subject', subject?.own);
    const valid = get(own, 'certificate.valid') as Record<string, unknown> | undefined;
    if (valid !== undefined) datesAt(valid, ['from', 'until']);
    const algorithm = textOf(record['certificate.sig_alg']);
    document['file'] = {
      x509: {
        version_number: scalarOf(record['certificate.version']),
        serial_number: textOf(record['certificate.serial']),
        issuer: issuer?.ecs,
        subject: subject?.ecs,
        not_before: valid?.['from'],
        not_after: valid?.['until'],
        public_key_algorithm: textOf(record['certificate.key_alg']),
        public_key_size: record['certificate.key_length'],
        public_key_exponent: numberIn(textOf(record['certificate.exponent'])),
        signature_algorithm:
          algorithm === undefined || !Object.hasOwn(SIGNATURES, algorithm) ? algorithm : SIGNATURES[algorithm],
        alternative_names: alternatives(record),
      },
    };
  },
};

function alternatives(record: ZeekRecord): string[] | undefined {
  const names = ['san.dns', 'san.uri', 'san.email', 'san.ip'].flatMap((field) => {
    const list = record[field];
    return Array.isArray(list) ? list.flatMap((item) => scalarOf(item) ?? []) : [];
  });
  return names.length === 0 ? undefined : names;
}

export const ocsp: ZeekMapping = {
  dataset: 'ocsp',
  transport: 'tcp',
  flow: false,
  signs: [['hashAlgorithm', 'certStatus']],
  fields: {
    id: 'file_id',
    hashAlgorithm: 'hash.algorithm',
    issuerNameHash: 'hash.issuer.name',
    issuerKeyHash: 'hash.issuer.key',
    serialNumber: 'serial_number',
    certStatus: 'status',
    revoketime: 'revoke.date',
    revokereason: 'revoke.reason',
    thisUpdate: 'update.this',
    nextUpdate: 'update.next',
  },
  ecs: (_record, _document, own) => {
    for (const [group, names] of [
      ['revoke', ['date']],
      ['update', ['this', 'next']],
    ] as const) {
      const times = own[group];
      if (typeof times === 'object' && times !== null) datesAt(times as Record<string, unknown>, names);
    }
  },
};

export const knownCerts: ZeekMapping = {
  dataset: 'known_certs',
  category: ['network', 'file'],
  type: ['info'],
  signs: [['issuer_subject', 'serial']],
  ecsOnly: true,
  fields: {},
  ecs: (record, document) => {
    const ip = setHost(document, record['host']);
    document['server'] = { ip, port: record['port_num'] };
    const issuer = textOf(record['issuer_subject']);
    const subject = textOf(record['subject']);
    document['tls'] = {
      server: {
        issuer,
        subject,
        x509: {
          serial_number: textOf(record['serial']),
          issuer: { common_name: commonName(issuer), distinguished_name: issuer },
          subject: { common_name: commonName(subject), distinguished_name: subject },
        },
      },
    };
  },
};

function commonName(name: string | undefined): string | undefined {
  return textOf(distinguishedName(name)?.own['common_name']);
}
