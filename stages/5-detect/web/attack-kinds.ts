/** What each kind of web attack is called, what it serves in ATT&CK (enterprise v18), how bad it is and how sure a match is. */
import type { AttackKind, WebSeverity } from './web-inspection.types.ts';

export interface KindFacts {
  readonly title: string;
  readonly technique: string;
  readonly tactic: string;
  readonly severity: WebSeverity;
  readonly confidence: number;
}

const EXPLOIT = { technique: 'T1190', tactic: 'TA0001' } as const;
const LOOKING = { technique: 'T1595.003', tactic: 'TA0043' } as const;
const SCANNING = { technique: 'T1595.002', tactic: 'TA0043' } as const;

export const KINDS: Readonly<Record<AttackKind, KindFacts>> = {
  traversal: { title: 'Path traversal', ...EXPLOIT, severity: 'high', confidence: 85 },
  'file-inclusion': { title: 'File inclusion', ...EXPLOIT, severity: 'high', confidence: 80 },
  'sql-injection': { title: 'SQL injection', ...EXPLOIT, severity: 'high', confidence: 85 },
  'nosql-injection': { title: 'NoSQL injection', ...EXPLOIT, severity: 'high', confidence: 80 },
  xss: { title: 'Cross-site scripting', technique: 'T1189', tactic: 'TA0001', severity: 'medium', confidence: 85 },
  'command-injection': {
    title: 'Command injection',
    technique: 'T1059',
    tactic: 'TA0002',
    severity: 'high',
    confidence: 85,
  },
  ssrf: { title: 'Server-side request forgery', ...EXPLOIT, severity: 'high', confidence: 75 },
  'template-injection': { title: 'Template injection', ...EXPLOIT, severity: 'high', confidence: 80 },
  log4shell: { title: 'Log4Shell', ...EXPLOIT, severity: 'critical', confidence: 95 },
  'php-injection': { title: 'PHP code injection', ...EXPLOIT, severity: 'high', confidence: 85 },
  'java-injection': { title: 'Java code injection', ...EXPLOIT, severity: 'high', confidence: 85 },
  'node-injection': { title: 'JavaScript code injection', ...EXPLOIT, severity: 'high', confidence: 85 },
  xxe: { title: 'XML external entity', ...EXPLOIT, severity: 'high', confidence: 85 },
  'ldap-injection': { title: 'LDAP injection', ...EXPLOIT, severity: 'high', confidence: 75 },
  'xpath-injection': { title: 'XPath injection', ...EXPLOIT, severity: 'high', confidence: 75 },
  'header-injection': { title: 'Header injection', ...EXPLOIT, severity: 'medium', confidence: 80 },
  'mail-injection': { title: 'Mail command injection', ...EXPLOIT, severity: 'medium', confidence: 80 },
  'request-smuggling': { title: 'Request smuggling', ...EXPLOIT, severity: 'high', confidence: 85 },
  'protocol-attack': { title: 'Protocol attack', ...EXPLOIT, severity: 'medium', confidence: 70 },
  'session-fixation': {
    title: 'Session fixation',
    technique: 'T1539',
    tactic: 'TA0006',
    severity: 'medium',
    confidence: 70,
  },
  'dangerous-upload': {
    title: 'Upload of a program',
    technique: 'T1505.003',
    tactic: 'TA0003',
    severity: 'medium',
    confidence: 60,
  },
  'api-introspection': { title: 'API introspection', ...SCANNING, severity: 'low', confidence: 60 },
  scanner: { title: 'Vulnerability scanner', ...SCANNING, severity: 'medium', confidence: 90 },
  'backdoor-hunting': { title: 'Hunt for web shells', ...LOOKING, severity: 'medium', confidence: 80 },
  'sensitive-file': { title: 'Request for a sensitive file', ...LOOKING, severity: 'medium', confidence: 80 },
  'admin-panel': { title: 'Request for an administration page', ...LOOKING, severity: 'low', confidence: 50 },
  'known-vulnerability': { title: 'Exploit of a known vulnerability', ...EXPLOIT, severity: 'high', confidence: 85 },
};
