/** A mail server (npm's `smtp-server`) that keeps what is sent to it, with a certificate and a login of its own. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { loopbackCertificate } from './certificate.ts';

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
