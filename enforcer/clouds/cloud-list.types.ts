/**
 * What `CloudHolder` needs of a cloud: a list of networks, in one place or in several that hold the same. Networks are canonical text
 * (`198.51.100.7`, `2001:db8::/64`). Whatever goes wrong is a `CloudError`.
 */

export interface CloudList {
  /** What is there of ours, as of now: a set for each place. Touches nothing. */
  read(): Promise<readonly ReadonlySet<string>[]>;
  /** Makes each place hold these and nothing else of ours. What is not ours is left alone. */
  write(networks: ReadonlySet<string>): Promise<void>;
  /** Takes away whatever we made, the places themselves included where they are ours. Answers what had to stay, for people. */
  remove(): Promise<string | undefined>;
  /** Ends connections and requests; what is held stays. */
  close(): void;
}

/** How many networks a place has room for. */
export interface Room {
  readonly most: number;
  /** Whether that is for IPv4 and IPv6 together, or for each. */
  readonly per: 'list' | 'family';
}

/** The cloud did not do what was asked. The message is for people and shows no secret. */
export class CloudError extends Error {
  /** It may well do it when asked again: it was busy, or somebody else changed the same thing meanwhile. */
  readonly again: boolean;
  /** What to do about it. */
  readonly hint: string;

  constructor(message: string, options: { readonly again?: boolean; readonly hint: string; readonly cause?: unknown }) {
    super(message.slice(0, 300), { cause: options.cause });
    this.again = options.again ?? false;
    this.hint = options.hint;
  }
}
