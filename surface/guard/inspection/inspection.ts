/** Inspection of requests by the platform's own web detector: what it finds, and whether that is enough to refuse. */
import { inspect } from '@netsentinel/detect/web/inspect';
import type { AttackKind, WebFinding } from '@netsentinel/detect/web/web-inspection.types';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import type { GuardRequest } from '../guard.types.ts';
import { packingOf } from './unpack.ts';
import { matchesPath, routePath } from '../route-path.ts';

export type InspectionMode = 'off' | 'watch' | 'block';

export interface InspectionOptions {
  /** `watch` tells what it finds, `block` refuses it too. Default `watch`. */
  readonly mode?: InspectionMode;
  /** How sure a finding must be to refuse the request, 0 to 100. Default 75. */
  readonly minConfidence?: number;
  /** Bytes of a body that are looked at; what follows passes unseen. 0 leaves bodies alone. Default 131072, more than Express or Fastify's parsers take by themselves. */
  readonly maxBodyBytes?: number;
  /** Milliseconds that a client may take for the part of its body that is looked at; then it is answered 408. Default 10000. */
  readonly bodyTimeoutMs?: number;
  /** What is harmless here: an editor's field that holds markup, a search for code. */
  readonly except?: readonly InspectionException[];
}

/** All that is named must fit. */
export interface InspectionException {
  /** Only this path and what is below it. */
  readonly path?: string;
  readonly kinds?: readonly AttackKind[];
  /** Names of parameters, fields, headers or cookies. */
  readonly names?: readonly string[];
}

export const MAX_BODY_BYTES = 262_144;
const NOTHING: readonly WebFinding[] = [];
/** Whose bodies hold names and values. Others (images, archives, gRPC, event streams) are not read. */
const READABLE =
  /^(?:application\/(?:[\w.-]+\+)?(?:json|xml)|application\/x-www-form-urlencoded|multipart\/form-data|text\/(?!event-stream))/i;

export class Inspection {
  readonly mode: InspectionMode;
  readonly maxBodyBytes: number;
  readonly bodyTimeoutMs: number;
  readonly #minConfidence: number;
  readonly #except: readonly InspectionException[];

  constructor(options: InspectionMode | InspectionOptions) {
    const given: InspectionOptions = typeof options === 'string' ? { mode: options } : options;
    this.mode = given.mode ?? 'watch';
    this.#minConfidence = within('minConfidence', given.minConfidence ?? 75, 0, 100);
    this.maxBodyBytes = within('maxBodyBytes', given.maxBodyBytes ?? 131_072, 0, MAX_BODY_BYTES);
    this.bodyTimeoutMs = within('bodyTimeoutMs', given.bodyTimeoutMs ?? 10_000, 10, 600_000);
    this.#except = given.except ?? [];
    if (!['off', 'watch', 'block'].includes(this.mode))
      throw new NetSentinelError(
        'GUARD_OPTIONS',
        'user',
        `inspection.mode: ${JSON.stringify(this.mode)} is none of off, watch, block`,
      );
  }

  /** Whether the body of this request is one that can be looked at, by whomever. */
  canReadBody({ headers }: GuardRequest): boolean {
    if (this.maxBodyBytes === 0) return false;
    const type = headers['content-type'];
    return typeof type === 'string' && READABLE.test(type) && packingOf(headers) !== undefined;
  }

  head({ method, target, headers }: GuardRequest): readonly WebFinding[] {
    if (this.mode === 'off') return NOTHING;
    return this.#worthTelling(target, inspect({ method, target, headers }));
  }

  /** @param body as it came, cut off at the bound */
  body({ target, headers }: GuardRequest, body: Uint8Array): readonly WebFinding[] {
    if (this.mode === 'off' || body.length === 0) return NOTHING;
    const found = inspect({ method: 'POST', target: '/', headers: { 'content-type': headers['content-type'] }, body });
    return this.#worthTelling(
      target,
      found.filter(({ place }) => place.in === 'body'),
    );
  }

  refuses(findings: readonly WebFinding[]): boolean {
    return this.mode === 'block' && findings.some(({ confidence }) => confidence >= this.#minConfidence);
  }

  #worthTelling(target: string, findings: readonly WebFinding[]): readonly WebFinding[] {
    if (findings.length === 0 || this.#except.length === 0) return findings;
    const path = routePath(target);
    return findings.filter((finding) => !this.#except.some((one) => excepts(one, path, finding)));
  }
}

function excepts({ path, kinds, names }: InspectionException, at: string, { kind, place }: WebFinding): boolean {
  return (
    (path === undefined || matchesPath(at, path)) &&
    (kinds === undefined || kinds.includes(kind)) &&
    (names === undefined || (place.name !== undefined && names.includes(place.name)))
  );
}

function within(name: string, value: number, min: number, max: number): number {
  if (Number.isFinite(value) && value >= min && value <= max) return value;
  throw new NetSentinelError('GUARD_OPTIONS', 'user', `inspection.${name}: ${value} is not between ${min} and ${max}`);
}
