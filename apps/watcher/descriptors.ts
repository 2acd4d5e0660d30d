/** The descriptors that the first stage leaves to the second, behind the standard streams and the launcher's channel. */
export const DESCRIPTORS = {
  channel: 3,
  tables: { tcp: 4, tcp6: 5, udp: 6, udp6: 7 },
  packets: 8,
  bell: 9,
  spare: 10,
} as const;

/** How many descriptors the launcher keeps free for them, from `tables.tcp` on. */
export const RESERVED = 7;
