/** What the processes of `bench sockets` say to each other. */

export type ToServer =
  | { readonly t: 'memory' }
  | { readonly t: 'publish'; readonly perSecond: number; readonly seconds: number };

export type FromServer =
  | { readonly t: 'listening'; readonly port: number; readonly cookies: readonly string[] }
  | { readonly t: 'memory'; readonly bytes: number }
  | { readonly t: 'published'; readonly messages: number; readonly cpuMs: number };

export type ToClients =
  | { readonly t: 'open'; readonly clients: number; readonly port: number; readonly cookies: readonly string[] }
  | { readonly t: 'report' };

export type FromClients =
  | { readonly t: 'opened' }
  | { readonly t: 'failed'; readonly why: string }
  | {
      readonly t: 'report';
      /** Microseconds that each message took to each client. */
      readonly took: Float64Array;
      /** By client. */
      readonly received: readonly number[];
      /** Messages that did not come right after the one before it. */
      readonly outOfOrder: number;
      readonly closed: number;
    };
