/** ATT&CK's names for what attackers do with a database. */
type Technique = readonly [technique: string, name: string, tactic: string, tacticName: string];

export const techniques = {
  'file-read': ['T1005', 'Data from Local System', 'TA0009', 'Collection'],
  'file-write': ['T1105', 'Ingress Tool Transfer', 'TA0011', 'Command and Control'],
  'web-shell': ['T1505.003', 'Web Shell', 'TA0003', 'Persistence'],
  library: ['T1505.001', 'SQL Stored Procedures', 'TA0003', 'Persistence'],
  persistence: ['T1053.003', 'Cron', 'TA0003', 'Persistence'],
  command: ['T1059.004', 'Unix Shell', 'TA0002', 'Execution'],
  credentials: ['T1003', 'OS Credential Dumping', 'TA0006', 'Credential Access'],
  account: ['T1136.001', 'Local Account', 'TA0003', 'Persistence'],
  privileges: ['T1098', 'Account Manipulation', 'TA0003', 'Persistence'],
  destroy: ['T1485', 'Data Destruction', 'TA0040', 'Impact'],
  ransom: ['T1657', 'Financial Theft', 'TA0040', 'Impact'],
  honeytoken: ['T1213.006', 'Databases', 'TA0009', 'Collection'],
  collect: ['T1213.006', 'Databases', 'TA0009', 'Collection'],
  disguise: ['T1562.002', 'Disable Windows Event Logging', 'TA0005', 'Defense Evasion'],
  discovery: ['T1082', 'System Information Discovery', 'TA0007', 'Discovery'],
} as const satisfies Readonly<Record<string, Technique>>;
