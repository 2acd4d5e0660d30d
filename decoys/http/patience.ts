/** How long the servers wait: for a head (nginx `client_header_timeout`), and for the next request on a connection (`keepalive_timeout`). */
export const PATIENCE = { headMs: 60_000, idleMs: 75_000 } as const;
