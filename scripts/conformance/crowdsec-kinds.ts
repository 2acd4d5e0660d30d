/**
 * What of CrowdSec's hub tests does not count, each with the reason. By kind of log, whatever the result: text logs with a time and JSON logs of any application are
 * read in general (`application`, `application-json`), so few kinds are left out.
 */

/** By the hub's name of the kind. */
export const NOT_LISTED: Readonly<Record<string, string>> = {
  'tcpudp-traefik': 'debugging output of a proxy about each stream that it hands on',
  appsec: 'the wire format between CrowdSec and its own firewall',
};

/** Tests that load a scenario which cannot fire there. */
export const CANNOT_ALERT: Readonly<Record<string, string>> = {
  'proxmox-logs': 'the reader of dates is not loaded, without which the scenario that is never sees events in time',
};
