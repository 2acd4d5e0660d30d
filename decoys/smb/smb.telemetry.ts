/** What the platform learns of an SMB session, in the words of `ServiceTelemetry`; techniques are ATT&CK's. */
import type { ServiceTelemetry } from '../service/service-telemetry.ts';
import type { Extra } from '../service/telemetry.types.ts';
import type { ServiceSession } from '../service/service.types.ts';
import type { FileObservation } from './files/disk.types.ts';

/** Remote calls of the same kind told of one session: scanners make thousands. */
const MAX_CALLS = 64;
const MAX_LISTS = 256;
const MAX_TEXT = 512;
const MAX_ARGUMENTS = 8;

export interface RemoteCall {
  readonly pipe: string;
  /** `samr:EnumDomainUsers`. */
  readonly operation: string;
  readonly arguments?: readonly string[];
  readonly techniques?: readonly string[];
  readonly cve?: readonly string[];
}

export interface Probe {
  /** `eternalblue-probe`: what follows `smb-` in the event's action. */
  readonly action: string;
  readonly message: string;
  readonly techniques: readonly string[];
  readonly cve?: readonly string[];
}

/** Of all files that one connection leaves. */
const MAX_KEPT_BYTES = 256 * 1024 * 1024;

export class SmbTelemetry {
  readonly report: ServiceTelemetry;
  readonly #session: ServiceSession;
  readonly #calls = new Map<string, number>();
  readonly #probes = new Set<string>();
  #lists = 0;
  #keptBytes = 0;

  constructor(session: ServiceSession) {
    this.#session = session;
    this.report = session.report;
  }

  negotiated(what: {
    readonly dialect: string;
    readonly offered: readonly string[];
    readonly guid?: string;
    readonly software?: string;
  }): void {
    this.report.client(
      { ...(what.software === undefined ? {} : { software: what.software }), fingerprint: what.offered.join(',') },
      {
        netsentinel: {
          smb: {
            dialect: what.dialect,
            dialects: what.offered.slice(0, 32).map(short),
            ...(what.guid === undefined ? {} : { client_guid: what.guid }),
          },
        },
      },
    );
  }

  share(name: string, accepted: boolean): void {
    this.report.session('share', {
      extra: {
        event: { outcome: accepted ? 'success' : 'failure' },
        threat: { technique: { id: [name.endsWith('$') && name !== 'IPC$' ? 'T1021.002' : 'T1135'] } },
        netsentinel: { opened: 'share', smb: { share: short(name) } },
      },
    });
  }

  /** A remote procedure was called; the same one is told a bounded number of times. */
  call({ pipe, operation, arguments: args = [], techniques = [], cve = [] }: RemoteCall): void {
    const count = (this.#calls.get(operation) ?? 0) + 1;
    if (this.#calls.size < MAX_CALLS || this.#calls.has(operation)) this.#calls.set(operation, count);
    if (count > MAX_CALLS || !this.#calls.has(operation)) return;
    this.report.other('call', {
      ...(techniques.length === 0 ? {} : { threat: { technique: { id: [...techniques] } } }),
      netsentinel: {
        smb: {
          pipe: short(pipe),
          operation: short(operation),
          ...(args.length === 0 ? {} : { arguments: args.slice(0, MAX_ARGUMENTS).map(short) }),
          ...(cve.length === 0 ? {} : { cve: [...cve] }),
        },
      },
    });
  }

  /** A known attack on the protocol; each kind once a session. */
  probe({ action, message, techniques, cve = [] }: Probe): void {
    if (this.#probes.has(action)) return;
    this.#probes.add(action);
    this.report.other(action, {
      message,
      event: { category: ['network', 'intrusion_detection'], type: ['info'] },
      threat: { technique: { id: [...techniques] } },
      netsentinel: { smb: { operation: action, ...(cve.length === 0 ? {} : { cve: [...cve] }) } },
    });
  }

  /** What the attacker left goes into the blob store, also where they leave at once. */
  keep(path: string, content: Uint8Array, extra: Extra): void {
    // A byte that is written into a large file makes another large file: whoever does it again and again is told of, and no more is kept.
    this.#keptBytes += content.length;
    if (this.#keptBytes > MAX_KEPT_BYTES) {
      this.report.file({ path, action: 'write', bytes: content.length, extra });
      return;
    }
    this.#session.keep(content).then(
      (kept) => this.report.upload({ path, kept, size: content.length, extra }),
      () => this.report.bounded('an upload could not be kept'),
    );
  }

  file(share: string, what: FileObservation): void {
    const path = `\\\\${this.#session.persona.hostname}\\${share}\\${what.path}`;
    const extra = { netsentinel: { smb: { share: short(share) } } };
    if (what.kind === 'written') {
      this.keep(path, what.content, { ...extra, threat: { technique: { id: ['T1570'] } } });
      return;
    }
    if (what.kind === 'renamed') {
      this.report.other('rename', { ...extra, message: `${path} -> ${what.to}`, file: { path } });
      return;
    }
    if (what.kind === 'list' && this.#lists++ >= MAX_LISTS) return;
    this.report.file({
      path,
      action: what.kind,
      ...(what.bytes === undefined ? {} : { bytes: what.bytes }),
      extra: {
        ...extra,
        threat: {
          technique: { id: [what.kind === 'read' ? 'T1039' : what.kind === 'list' ? 'T1083' : 'T1485'] },
        },
      },
    });
  }
}

function short(text: string): string {
  return text.length > MAX_TEXT ? text.slice(0, MAX_TEXT) : text;
}
