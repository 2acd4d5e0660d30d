/** Every detector, one line each. A test fails when a file of this folder is missing here, or has no cases beside it. */
import type { DetectorDefinition } from '../detector.types.ts';
import { decoyLoginAttempt } from './decoy-login-attempt.detector.ts';
import { decoyLoginSuccess } from './decoy-login-success.detector.ts';
import { downloadTool } from './download-tool.detector.ts';
import { loginAfterFailures } from './login-after-failures.detector.ts';
import { loginBruteForce } from './login-brute-force.detector.ts';
import { systemDiscovery } from './system-discovery.detector.ts';

export const DETECTORS: readonly DetectorDefinition[] = [
  decoyLoginAttempt,
  decoyLoginSuccess,
  loginBruteForce,
  loginAfterFailures,
  downloadTool,
  systemDiscovery,
];
