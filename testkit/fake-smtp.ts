/** A mail server (npm's `smtp-server`) that keeps what is sent to it, with a certificate and a login of its own. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SMTPServer } from 'smtp-server';

export interface Mail {
  readonly from: string;
  readonly to: readonly string[];
  readonly user: string | undefined;
  readonly secure: boolean;
  /** Headers and body as they came. */
  readonly raw: string;
}

export interface FakeSmtp {
  readonly port: number;
  readonly mails: readonly Mail[];
  /** PEM that clients are to trust. */
  readonly ca: string;
  readonly close: () => Promise<void>;
}

export interface FakeSmtpOptions {
  /** Encrypted from the start. */
  readonly implicit?: boolean;
  /** Refuses the message with this answer. */
  readonly refuse?: { readonly code: number; readonly text: string };
  readonly login?: { readonly user: string; readonly password: string };
}

let certificate: { readonly cert: string; readonly key: string } | undefined;

/** For `localhost` and 127.0.0.1; made once a process. */
export function loopbackCertificate(): { readonly cert: string; readonly key: string } {
  if (certificate !== undefined) return certificate;
  const folder = mkdtempSync(join(tmpdir(), 'certificate-'));
  try {
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:prime256v1',
        '-nodes',
        '-days',
        '2',
        '-subj',
        '/CN=localhost',
        '-addext',
        'subjectAltName=DNS:localhost,IP:127.0.0.1',
        '-keyout',
        key,
        '-out',
        cert,
      ],
      { stdio: 'ignore' },
    );
    certificate = { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') };
    return certificate;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export async function fakeSmtp(options: FakeSmtpOptions = {}): Promise<FakeSmtp> {
  const { cert, key } = loopbackCertificate();
  const mails: Mail[] = [];
  const { login, refuse } = options;
  const server = new SMTPServer({
    cert,
    key,
    secure: options.implicit === true,
    authOptional: login === undefined,
    logger: false,
    onAuth: ({ username, password }, _, done) => {
      if (username === login?.user && password === login?.password) done(null, { user: username });
      else done(Object.assign(new Error('Invalid username or password'), { responseCode: 535 }));
    },
    onData: (stream, { envelope, user, secure }, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        if (refuse !== undefined) return done(Object.assign(new Error(refuse.text), { responseCode: refuse.code }));
        mails.push({
          from: envelope.mailFrom === false ? '' : envelope.mailFrom.address,
          to: envelope.rcptTo.map(({ address }) => address),
          user: typeof user === 'string' ? user : undefined,
          secure,
          raw: Buffer.concat(chunks).toString('utf8'),
        });
        return done(null, 'kept');
      });
    },
  });
  // Clients that go away in the middle are what tests do.
  server.on('error', () => {});
  const listener = server.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  let closed: Promise<void> | undefined;
  return {
    port: (listener.address() as AddressInfo).port,
    mails,
    ca: cert,
    close: () => (closed ??= new Promise((resolve) => server.close(() => resolve()))),
  };
}
