/** Who is a point of this centre, who is invited to become one, and who is one no more: a file, written before anybody is told. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { join } from 'node:path';
import type { Clock } from '@netsentinel/contracts/clock';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { z } from 'zod';
import { PointName } from './point-wire.ts';
import { readPrivate, writePrivate } from './private-file.ts';

/** An action tells of at most 32 responders. */
export const MAX_POINTS = 16;
/** Invitations and removed points that are remembered, to say what is wrong with a token or a certificate. */
const MAX_REMEMBERED = 1000;

const epochMs = z.number().int();
const Point = z.strictObject({
  name: PointName,
  /** Of its certificate. */
  serial: z.string(),
  joinedAt: epochMs,
  lastSeenAt: epochMs,
  version: z.string(),
  host: z.string(),
});
export type KnownPoint = z.output<typeof Point>;
const Book = z.strictObject({
  points: z.array(Point),
  invitations: z.array(
    z.strictObject({ id: z.string(), name: PointName, secretHash: z.string(), expiresAt: epochMs, used: z.boolean() }),
  ),
  removed: z.array(z.strictObject({ name: PointName, serial: z.string(), at: epochMs })),
});

export class PointsBook {
  readonly #path: string;
  readonly #clock: Clock;
  #book: z.output<typeof Book>;

  constructor(directory: string, clock: Clock) {
    this.#path = join(directory, 'points.json');
    this.#clock = clock;
    this.#book = readPrivate(this.#path, Book) ?? { points: [], invitations: [], removed: [] };
  }

  get points(): readonly KnownPoint[] {
    return this.#book.points;
  }

  /** True where somebody without a certificate may be heard. */
  get awaitsAnybody(): boolean {
    return this.#book.invitations.some(({ used, expiresAt }) => !used && expiresAt > this.#clock.now());
  }

  /** Answers the id and the secret, which is kept nowhere. An earlier invitation of the same name counts no more. */
  invite(name: string, validMs: number): { readonly id: string; readonly secret: string; readonly expiresAt: number } {
    this.#needRoom(name);
    const id = randomBytes(9).toString('base64url');
    const secret = randomBytes(32).toString('base64url');
    const expiresAt = this.#clock.now() + validMs;
    const before = this.#book.invitations.map((one) => (one.name === name ? { ...one, used: true } : one));
    const made = { id, name, secretHash: hashOf(secret), expiresAt, used: false };
    this.#write({ invitations: [...before, made].slice(-MAX_REMEMBERED) });
    return { id, secret, expiresAt };
  }

  /** Whose invitation this is. Throws what is wrong with it. */
  invited(id: string, secret: string): string {
    const one = this.#book.invitations.find((candidate) => candidate.id === id);
    if (one === undefined || !timingSafeEqual(Buffer.from(one.secretHash), Buffer.from(hashOf(secret))))
      throw refusal('POINT_TOKEN_UNKNOWN', 'The centre knows no such token');
    if (one.used) throw refusal('POINT_TOKEN_USED', 'The token was used before, or a later one took its place');
    if (one.expiresAt <= this.#clock.now()) throw refusal('POINT_TOKEN_EXPIRED', 'The token’s time is over');
    this.#needRoom(one.name);
    return one.name;
  }

  /** The invitation is used, and the point is one. */
  admit(id: string, name: string, serial: string): void {
    const now = this.#clock.now();
    this.#write({
      invitations: this.#book.invitations.map((one) => (one.id === id ? { ...one, used: true } : one)),
      points: [...this.#book.points, { name, serial, joinedAt: now, lastSeenAt: now, version: '', host: '' }],
    });
  }

  seen(name: string, what: { readonly version?: string; readonly host?: string }): void {
    const lastSeenAt = this.#clock.now();
    this.#write({
      points: this.#book.points.map((one) => (one.name === name ? { ...one, ...what, lastSeenAt } : one)),
    });
  }

  /** From now on its certificate is refused. Throws `POINT_NOT_FOUND`. */
  remove(name: string): void {
    const point = this.#book.points.find((one) => one.name === name);
    if (point === undefined)
      throw new NetSentinelError('POINT_NOT_FOUND', 'user', `there is no point ${name}`, {
        hint: '`netsentinel enforcer points` names them.',
      });
    this.#write({
      points: this.#book.points.filter((one) => one !== point),
      removed: [...this.#book.removed, { name, serial: point.serial, at: this.#clock.now() }].slice(-MAX_REMEMBERED),
    });
  }

  /** The point that has the certificate with this serial number. Throws why it is none. */
  withSerial(serial: string): KnownPoint {
    const point = this.#book.points.find((one) => one.serial === serial);
    if (point !== undefined) return point;
    if (this.#book.removed.some((one) => one.serial === serial))
      throw refusal('POINT_REVOKED', 'This point was removed at the centre');
    throw refusal('POINT_UNKNOWN', 'The centre does not know this point');
  }

  #needRoom(name: string): void {
    if (this.#book.points.some((one) => one.name === name))
      throw new NetSentinelError('POINT_NAME_TAKEN', 'user', `there is a point ${name} already`, {
        hint: `Choose another name, or remove it first: netsentinel enforcer remove ${name}`,
      });
    if (this.#book.points.length >= MAX_POINTS)
      throw new NetSentinelError('POINTS_TOO_MANY', 'user', `there are ${MAX_POINTS} points, no more are possible`, {
        hint: 'Remove one first: netsentinel enforcer remove NAME',
      });
  }

  #write(changes: Partial<z.output<typeof Book>>): void {
    const book = { ...this.#book, ...changes };
    writePrivate(this.#path, book);
    this.#book = book;
  }
}

/** Why somebody is refused who is not, or no more, a point. */
export function refusal(code: string, message: string): NetSentinelError {
  return new NetSentinelError(code, 'user', message, {
    hint: 'Have a new token made at the centre (netsentinel enforcer invite NAME) and join with it.',
  });
}

function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
