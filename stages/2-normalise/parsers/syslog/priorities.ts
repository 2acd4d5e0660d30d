/** Names of facilities and severities (RFC 5424, section 6.2.1), as Elastic writes them. */

export const FACILITIES: readonly string[] = [
  'kernel',
  'user-level',
  'mail',
  'system',
  'security/authorization',
  'syslogd',
  'line-printer',
  'network-news',
  'UUCP',
  'clock',
  'security/authorization',
  'FTP',
  'NTP',
  'log-audit',
  'log-alert',
  'clock',
  'local0',
  'local1',
  'local2',
  'local3',
  'local4',
  'local5',
  'local6',
  'local7',
];

export const SEVERITIES: readonly string[] = [
  'Emergency',
  'Alert',
  'Critical',
  'Error',
  'Warning',
  'Notice',
  'Informational',
  'Debug',
];
