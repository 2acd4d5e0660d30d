/** `RateLimit-Policy` and `RateLimit` as draft-ietf-httpapi-ratelimit-headers-10 has them: lists of structured fields (RFC 9651). */

/** `"login";q=10;w=60`: the quota, and its window in seconds. */
export function policyHeader(name: string, requests: number, windowS: number): string {
  return `"${name}";q=${requests};w=${windowS}`;
}

/** `"login";r=3;t=17`: what is left, and in how many seconds it is more. */
export function rateLimitHeader(name: string, remaining: number, resetMs: number): string {
  return `"${name}";r=${remaining};t=${Math.ceil(resetMs / 1000)}`;
}
