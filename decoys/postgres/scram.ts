/** SCRAM-SHA-256 (RFC 5802, RFC 7677) from the server's side, and the md5 method; both without knowing the password beforehand. */
import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';

const ITERATIONS = 4096;

export interface ScramExchange {
  readonly clientFirstBare: string;
  readonly serverFirst: string;
  readonly nonce: string;
  readonly salt: Buffer;
  readonly gs2Header: string;
}

/** Undefined for what is no first message. */
export function beginScram(message: string, serverNonce: string, salt: Buffer): ScramExchange | undefined {
  const match = /^(([pny])(?:=[^,]*)?,(?:a=[^,]*)?,)(n=[^,]*,r=([\x21-\x2b\x2d-\x7e]{1,256})(?:,.*)?)$/s.exec(message);
  if (match === null) return undefined;
  const nonce = match[4]! + serverNonce;
  return {
    clientFirstBare: match[3]!,
    nonce,
    salt,
    gs2Header: match[1]!,
    serverFirst: `r=${nonce},s=${salt.toString('base64')},i=${ITERATIONS}`,
  };
}

export interface ScramFinal {
  readonly withoutProof: string;
  readonly proof: Buffer;
}

export function readFinal(message: string, exchange: ScramExchange): ScramFinal | undefined {
  const match = /^(c=([^,]*),r=([^,]*)(?:,.*)?),p=([A-Za-z0-9+/=]+)$/s.exec(message);
  if (match === null || match[3] !== exchange.nonce) return undefined;
  const proof = Buffer.from(match[4]!, 'base64');
  return proof.length === 32 ? { withoutProof: match[1]!, proof } : undefined;
}

const hmac = (key: Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/** What both sides made of these messages. */
export class ScramVerifier {
  readonly #exchange: ScramExchange;
  readonly #final: ScramFinal;
  readonly #authMessage: string;
  readonly #salted: (password: string) => Buffer;

  /** @param salted makes a salted password of one, with this exchange's salt; it is the dear part, and may remember */
  constructor(exchange: ScramExchange, final: ScramFinal, salted: (password: string) => Buffer) {
    this.#salted = salted;
    this.#exchange = exchange;
    this.#final = final;
    this.#authMessage = `${exchange.clientFirstBare},${exchange.serverFirst},${final.withoutProof}`;
  }

  matches(password: string): boolean {
    const client = hmac(this.#salted(password), 'Client Key');
    const signature = hmac(createHash('sha256').update(client).digest(), this.#authMessage);
    return Buffer.from(client.map((byte, i) => byte ^ signature[i]!)).equals(this.#final.proof);
  }

  serverFinal(password: string): string {
    return `v=${hmac(hmac(this.#salted(password), 'Server Key'), this.#authMessage).toString('base64')}`;
  }

  /** hashcat mode 28600 keeps stored secrets; the exchange itself is written as John's scram: user, salt, iterations, message, proof. */
  crackable(user: string): string {
    return `$scram-pbkdf2-sha256$${ITERATIONS}$${this.#exchange.salt.toString('base64')}$${Buffer.from(this.#authMessage).toString('base64')}$${this.#final.proof.toString('base64')}$${user}`;
  }
}

export function saltPassword(password: string, salt: Buffer): Buffer {
  return pbkdf2Sync(password.normalize('NFKC'), salt, ITERATIONS, 32, 'sha256');
}

const md5 = (...parts: readonly (string | Uint8Array)[]): string => {
  const hash = createHash('md5');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
};

export function md5Matches(response: string, user: string, salt: Buffer, password: string): boolean {
  return response === `md5${md5(md5(password, user), salt)}`;
}

/** hashcat mode 11100. */
export function md5Hashcat(response: string, user: string, salt: Buffer): string | undefined {
  return /^md5[0-9a-f]{32}$/.test(response)
    ? `$postgres$${user}*${salt.toString('hex')}*${response.slice(3)}`
    : undefined;
}
