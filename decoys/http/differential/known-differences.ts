/** Probes that the decoys answer otherwise than the real servers, and why. A test fails when one joins or leaves. */
export const KNOWN_DIFFERENCES: Readonly<Record<'nginx' | 'apache' | 'lighttpd', readonly string[]>> = {
  // The real one reads on for five seconds after its refusal; ours closes.
  nginx: ['body: length over a megabyte'],
  // Shown to those who ask from the machine itself, as the test does; the decoy's visitors never do.
  apache: ['path: the status page'],
  // HTTP/2 begun in clear text: the decoy speaks it from the first byte on (not here, where only HTTP/1.1 is played), but not by `Upgrade`.
  lighttpd: ['connection: upgrade to h2c', 'connection: h2 at once'],
};
