/** Every detector, one line each. A test fails when a file of this folder is missing here, or has no cases beside it. */
import type { DetectorDefinition } from '../detector.types.ts';
import { accountCreation } from './account-creation.detector.ts';
import { accountDiscovery } from './account-discovery.detector.ts';
import { accountGuessing } from './account-guessing.detector.ts';
import { busyboxBot } from './busybox-bot.detector.ts';
import { credentialSearch } from './credential-search.detector.ts';
import { credentialStuffing } from './credential-stuffing.detector.ts';
import { cronPersistence } from './cron-persistence.detector.ts';
import { dataDestruction } from './data-destruction.detector.ts';
import { decoyLoginAttempt } from './decoy-login-attempt.detector.ts';
import { decoyLoginSuccess } from './decoy-login-success.detector.ts';
import { decoyProbe } from './decoy-probe.detector.ts';
import { decoyTechnique } from './decoy-technique.detector.ts';
import { decoyScan } from './decoy-scan.detector.ts';
import { defenceDisabling } from './defence-disabling.detector.ts';
import { diskWipe } from './disk-wipe.detector.ts';
import { downloadAndRun } from './download-and-run.detector.ts';
import { downloadTool } from './download-tool.detector.ts';
import { droppedFileExecuted } from './dropped-file-executed.detector.ts';
import { encodedPayload } from './encoded-payload.detector.ts';
import { exfiltration } from './exfiltration.detector.ts';
import { falseCrawler } from './false-crawler.detector.ts';
import { fileCleanup } from './file-cleanup.detector.ts';
import { fileDiscovery } from './file-discovery.detector.ts';
import { fileUpload } from './file-upload.detector.ts';
import { firewallDisabling } from './firewall-disabling.detector.ts';
import { forkBomb } from './fork-bomb.detector.ts';
import { hiddenFile } from './hidden-file.detector.ts';
import { historyClearing } from './history-clearing.detector.ts';
import { honeytokenUse } from './honeytoken-use.detector.ts';
import { keyPlanting } from './key-planting.detector.ts';
import { keyTheft } from './key-theft.detector.ts';
import { knownPairLogin } from './known-pair-login.detector.ts';
import { lateralMovement } from './lateral-movement.detector.ts';
import { logWiping } from './log-wiping.detector.ts';
import { loginAfterFailures } from './login-after-failures.detector.ts';
import { loginBruteForce } from './login-brute-force.detector.ts';
import { miner } from './miner.detector.ts';
import { networkDiscovery } from './network-discovery.detector.ts';
import { networkScan } from './network-scan.detector.ts';
import { oneLiner } from './one-liner.detector.ts';
import { outboundConnection } from './outbound-connection.detector.ts';
import { passwordChange } from './password-change.detector.ts';
import { passwordSpraying } from './password-spraying.detector.ts';
import { permissionChange } from './permission-change.detector.ts';
import { portForward } from './port-forward.detector.ts';
import { processDiscovery } from './process-discovery.detector.ts';
import { profilePersistence } from './profile-persistence.detector.ts';
import { proxyRequest } from './proxy-request.detector.ts';
import { reverseShell } from './reverse-shell.detector.ts';
import { rivalKilling } from './rival-killing.detector.ts';
import { sandboxCheck } from './sandbox-check.detector.ts';
import { servicePersistence } from './service-persistence.detector.ts';
import { setuid } from './setuid.detector.ts';
import { shadowAccess } from './shadow-access.detector.ts';
import { slowBruteForce } from './slow-brute-force.detector.ts';
import { softwareDiscovery } from './software-discovery.detector.ts';
import { sshdBackdoor } from './sshd-backdoor.detector.ts';
import { startScriptPersistence } from './start-script-persistence.detector.ts';
import { sudoProbing } from './sudo-probing.detector.ts';
import { systemDiscovery } from './system-discovery.detector.ts';
import { telnetAuthBypass } from './telnet-auth-bypass.detector.ts';
import { tunnelTool } from './tunnel-tool.detector.ts';
import { userDiscovery } from './user-discovery.detector.ts';
import { webAttack } from './web-attack.detector.ts';
import { webExploit } from './web-exploit.detector.ts';
import { webLoginAfterGuessing } from './web-login-after-guessing.detector.ts';
import { webLoginGuessing } from './web-login-guessing.detector.ts';
import { webProbing } from './web-probing.detector.ts';
import { webShell } from './web-shell.detector.ts';
import { webScanner } from './web-scanner.detector.ts';
import { webScript } from './web-script.detector.ts';
import { routerosBot } from './routeros-bot.detector.ts';
import { temporaryProgramRun } from './temporary-program-run.detector.ts';

export const DETECTORS: readonly DetectorDefinition[] = [
  accountCreation,
  accountDiscovery,
  accountGuessing,
  busyboxBot,
  credentialSearch,
  credentialStuffing,
  cronPersistence,
  dataDestruction,
  decoyLoginAttempt,
  decoyLoginSuccess,
  decoyProbe,
  decoyTechnique,
  decoyScan,
  defenceDisabling,
  diskWipe,
  downloadAndRun,
  downloadTool,
  droppedFileExecuted,
  encodedPayload,
  exfiltration,
  falseCrawler,
  fileCleanup,
  fileDiscovery,
  fileUpload,
  firewallDisabling,
  forkBomb,
  hiddenFile,
  historyClearing,
  honeytokenUse,
  keyPlanting,
  keyTheft,
  knownPairLogin,
  lateralMovement,
  logWiping,
  loginAfterFailures,
  loginBruteForce,
  miner,
  networkDiscovery,
  networkScan,
  oneLiner,
  outboundConnection,
  passwordChange,
  passwordSpraying,
  permissionChange,
  portForward,
  processDiscovery,
  profilePersistence,
  proxyRequest,
  reverseShell,
  rivalKilling,
  sandboxCheck,
  servicePersistence,
  setuid,
  shadowAccess,
  slowBruteForce,
  softwareDiscovery,
  sshdBackdoor,
  startScriptPersistence,
  sudoProbing,
  systemDiscovery,
  telnetAuthBypass,
  tunnelTool,
  userDiscovery,
  webAttack,
  webExploit,
  webLoginAfterGuessing,
  webLoginGuessing,
  webProbing,
  webShell,
  webScanner,
  webScript,
  routerosBot,
  temporaryProgramRun,
];
