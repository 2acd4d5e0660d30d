/** What web inspection takes and answers. Nothing here knows of the rest of the platform, so that a middleware can carry it alone. */

/** A request as it came over the wire or as a log tells it: nothing decoded. */
export interface WebRequest {
  readonly method?: string | undefined;
  /** The request target, `/path?query`, or a whole URL. */
  readonly target: string;
  /** Names in any case. A name that came more than once has a list. */
  readonly headers?: Readonly<Record<string, string | readonly string[] | undefined>> | undefined;
  readonly body?: string | Uint8Array | undefined;
}

export type AttackKind =
  | 'traversal'
  | 'file-inclusion'
  | 'sql-injection'
  | 'nosql-injection'
  | 'xss'
  | 'command-injection'
  | 'ssrf'
  | 'template-injection'
  | 'log4shell'
  | 'php-injection'
  | 'java-injection'
  | 'node-injection'
  | 'xxe'
  | 'ldap-injection'
  | 'xpath-injection'
  | 'header-injection'
  | 'mail-injection'
  | 'request-smuggling'
  | 'protocol-attack'
  | 'session-fixation'
  | 'dangerous-upload'
  | 'api-introspection'
  | 'scanner'
  | 'backdoor-hunting'
  | 'sensitive-file'
  | 'admin-panel'
  | 'known-vulnerability';

export type WebSeverity = 'info' | 'low' | 'medium' | 'high' | 'critical';

export interface Place {
  readonly in: 'method' | 'path' | 'query' | 'header' | 'cookie' | 'body';
  /** Of the parameter, header or cookie, decoded and capped; absent where the place has no name. */
  readonly name?: string;
  /** True where the attack stands in the name itself. */
  readonly inName?: boolean;
}

export interface WebFinding {
  readonly kind: AttackKind;
  /** ATT&CK enterprise. */
  readonly technique: string;
  readonly severity: WebSeverity;
  /** 0 to 100. */
  readonly confidence: number;
  readonly place: Place;
  /** The part that gives it away, decoded, at most 160 characters; attacker text. */
  readonly evidence: string;
  /** What had to be taken off to see it, outermost first, beyond what every server does. */
  readonly encodings: readonly string[];
}

/** What a recogniser says of one text: what kind, on what grounds, and how sure where that differs from the kind's own. */
export interface Sign {
  readonly kind: AttackKind;
  readonly evidence: string;
  readonly confidence?: number;
}
