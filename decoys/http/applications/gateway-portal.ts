/**
 * The sign-in of a gateway's portal (SSL-VPN): fields of a form against the accounts, and a session cookie that does not show whose it is. Which fields, which cookie
 * and what is answered is the product's own.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { cookiesOf } from '../http1/http1-connection.ts';
import type { Request } from '../message.types.ts';
import type { Visit } from '../visit.ts';
import { accountsOf } from './accounts.ts';
import type { Installation } from './application.types.ts';
import { formOf } from './html.ts';

export interface PortalProduct {
  /** Realm of its logins, and what its cookies' key is derived under: `citrix`. */
  readonly realm: string;
  readonly administrator: string;
  readonly cookie: string;
  /** How its cookie is written. */
  readonly encoding: 'hex' | 'base64';
  /** Of how many bytes the cookie is made: more than `NONCE_BYTES`, at most 64 more. */
  readonly bytes: number;
}

/** Two logins have two cookies; what follows proves that we made it, so that none has to be remembered. */
const NONCE_BYTES = 8;

export class GatewayPortal {
  readonly #product: PortalProduct;
  readonly #key: Uint8Array;
  readonly #isUser: (name: string) => boolean;

  constructor({ persona }: Installation, product: PortalProduct) {
    this.#product = product;
    this.#key = persona.derive(`http portal ${product.realm}`, 32);
    this.#isUser = accountsOf(persona, product.administrator);
  }

  /** The cookie as it is set (`NAME=value`), where the login holds. The first of `passwordFields` that came counts. */
  async signIn(
    request: Request,
    visit: Visit,
    userField: string,
    ...passwordFields: readonly string[]
  ): Promise<string | undefined> {
    const form = formOf(request);
    const user = form.get(userField) ?? '';
    const password = passwordFields.map((field) => form.get(field)).find((value) => value !== undefined) ?? '';
    const accepted = await visit.login(this.#product.realm, this.#isUser, { user, password });
    if (!accepted) return undefined;
    const { cookie, encoding } = this.#product;
    return `${cookie}=${this.#sealed(visit, randomBytes(NONCE_BYTES)).toString(encoding)}`;
  }

  /** Whether the request brings the cookie of a login: another attacker's does not hold. */
  isSignedIn(request: Request, visit: Visit): boolean {
    const { cookie, encoding, bytes } = this.#product;
    const given = Buffer.from(cookiesOf(request).get(cookie) ?? '', encoding);
    return given.length === bytes && timingSafeEqual(given, this.#sealed(visit, given.subarray(0, NONCE_BYTES)));
  }

  #sealed(visit: Visit, nonce: Uint8Array): Buffer {
    const proof = createHmac('sha512', this.#key).update(`${visit.session.actor}\0`).update(nonce).digest();
    return Buffer.concat([nonce, proof]).subarray(0, this.#product.bytes);
  }
}
