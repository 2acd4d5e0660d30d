/** What a protocol knows of a session, in its own words, before it becomes an event. */
import type { Clock } from '@netsentinel/contracts/clock';
import type { SensorEvent } from '@netsentinel/contracts/event';
import type { Endpoint } from './service.types.ts';

export type Details = Omit<SensorEvent['event'], 'kind' | 'dataset' | 'module'>;
/** Fields beside those of the event itself; `event` adds to its details. Its texts are within their caps: see `keyword` and `cut`. */
export type Extra = Omit<SensorEvent, '@timestamp' | 'event' | 'netsentinel' | 'source' | 'destination'> & {
  readonly event?: Partial<Details>;
  readonly netsentinel?: Omit<NonNullable<SensorEvent['netsentinel']>, 'decoy' | 'session'>;
};

export interface Login {
  readonly user: string;
  readonly password?: string;
  /** `password` where none is given; `publickey`, `ntlmv2`, `scram-sha-256` … */
  readonly method?: string;
  readonly accepted: boolean;
  /** The answer to a challenge as password crackers take it. */
  readonly response?: string;
  readonly extra?: Extra;
}

export interface TlsHello {
  readonly ja3?: string;
  readonly ja3String?: string;
  readonly ja4?: string;
  readonly serverName?: string | undefined;
  readonly alpn?: readonly string[];
  /** OpenSSL's or IANA's names of the offered ciphers. */
  readonly ciphers?: readonly string[];
  readonly version?: string;
  readonly cipher?: string;
  readonly established?: boolean;
}

export interface HttpRequest {
  readonly method: string;
  /** As it was asked for: path and query, or a whole address. */
  readonly url: string;
  readonly status?: number;
  readonly version?: string;
  readonly userAgent?: string | undefined;
  readonly referrer?: string | undefined;
  /** Taken for `url.domain`. */
  readonly host?: string | undefined;
  readonly mimeType?: string | undefined;
  readonly body?: { readonly bytes: number; readonly content?: string };
  readonly responseBytes?: number;
  readonly extra?: Extra;
}

export interface TelemetryOptions {
  readonly sessionId: string;
  /** The decoy's configured id, and its protocol. */
  readonly decoy: string;
  readonly type: string;
  readonly transport?: 'tcp' | 'udp';
  readonly persona: string;
  readonly clock: Clock;
  readonly endpoints: { readonly source: Endpoint; readonly destination: Endpoint };
  readonly emit: (event: SensorEvent) => void;
}
