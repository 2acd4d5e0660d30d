/** Cookies that prove a login, made of the persona's own secret: nothing is stored, none of another install holds. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Persona } from '../../persona/persona.types.ts';

export class LoginCookies {
  readonly #key: Uint8Array;

  constructor(persona: Persona, realm: string) {
    this.#key = persona.derive(`http login ${realm}`, 32);
  }

  /** @param actor whose it is: another's does not hold */
  make(actor: string, user: string): string {
    return `${Buffer.from(user).toString('base64url')}.${this.#sign(actor, user)}`;
  }

  /** The user, where it holds. */
  read(actor: string, value: string | undefined): string | undefined {
    const [name, signature] = (value ?? '').split('.', 2);
    if (name === undefined || signature === undefined) return undefined;
    const user = Buffer.from(name, 'base64url').toString('utf8');
    const expected = Buffer.from(this.#sign(actor, user));
    const given = Buffer.from(signature);
    return given.length === expected.length && timingSafeEqual(given, expected) ? user : undefined;
  }

  #sign(actor: string, user: string): string {
    return createHmac('sha256', this.#key).update(`${actor}\0${user}`).digest('base64url').slice(0, 32);
  }
}
