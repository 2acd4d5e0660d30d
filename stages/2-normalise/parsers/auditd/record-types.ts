/**
 * Types of audit records that say what happened by themselves: action, categories, types, and how their users are to be read.
 * Source: the kernel's `audit.h`, the audit project's list of record types, and the actions that Elastic's integration names.
 */
import type { EcsEventFields } from '@netsentinel/contracts/parser';

/**
 * Who is who in a record.
 * - `process`: `uid` runs the process;
 * - `login`: `auid` is who acts, `acct` or `id` whom it becomes;
 * - `target`: `auid` acts, on the account `acct` or `id`; `group`: on that group.
 */
export type Users = 'process' | 'login' | 'target' | 'group';

export interface RecordType extends Pick<EcsEventFields, 'category' | 'type'> {
  readonly action: string;
  readonly users: Users;
}

const TABLE = `
ADD_GROUP added-group-account-to iam group,creation group
ADD_USER added-user-account iam user,creation target
ANOM_ABEND crashed-program process end process
ANOM_EXEC attempted-execution-of-forbidden-program process start process
ANOM_LOGIN_ACCT used-suspicious-account authentication info login
ANOM_LOGIN_FAILURES failed-log-in-too-many-times-to authentication info login
ANOM_LOGIN_LOCATION attempted-log-in-from-unusual-place-to authentication info login
ANOM_LOGIN_TIME attempted-log-in-during-unusual-hour-to authentication info login
ANOM_PROMISCUOUS changed-promiscuous-mode-on-device network info process
AVC violated-selinux-policy process info process
APPARMOR_DENIED violated-apparmor-policy process info process
CHGRP_ID changed-group - - process
CHUSER_ID changed-user-id - - process
CONFIG_CHANGE changed-audit-configuration process,configuration change process
CRED_ACQ acquired-credentials authentication info login
CRED_DISP disposed-credentials authentication info login
CRED_REFR refreshed-credentials authentication info login
CRYPTO_KEY_USER negotiated-crypto-key process info process
CRYPTO_LOGIN crypto-officer-logged-in authentication info login
CRYPTO_LOGOUT crypto-officer-logged-out authentication info login
CRYPTO_SESSION started-crypto-session process info process
DAEMON_ABORT aborted-auditd-startup process stop process
DAEMON_ACCEPT remote-audit-connected network connection,start process
DAEMON_CLOSE remote-audit-disconnected network connection,start process
DAEMON_CONFIG changed-auditd-configuration process,configuration change process
DAEMON_END shutdown-audit process stop process
DAEMON_ROTATE rotated-audit-logs process change process
DAEMON_START started-audit process start process
DEL_GROUP deleted-group-account-from iam group,deletion group
DEL_USER deleted-user-account iam user,deletion target
FEATURE_CHANGE changed-audit-feature configuration change process
FS_RELABEL relabeled-filesystem - - process
GRP_AUTH authenticated-to-group authentication info login
GRP_CHAUTHTOK changed-group-password iam group,change group
GRP_MGMT modified-group-account iam group,change group
KERN_MODULE loaded-kernel-module driver start process
LOGIN changed-login-id-to authentication start login
MAC_POLICY_LOAD loaded-selinux-policy configuration access process
MAC_STATUS changed-selinux-enforcement configuration change process
NETFILTER_CFG loaded-firewall-rule-to configuration change process
ROLE_ASSIGN assigned-user-role-to iam user,change process
ROLE_REMOVE removed-user-role-from iam user,change process
SECCOMP violated-seccomp-policy process info process
SELINUX_ERR caused-mac-policy-error - - process
SERVICE_START started-service process start process
SERVICE_STOP stopped-service process stop process
SOFTWARE_UPDATE package-updated package info process
SYSTEM_BOOT booted-system host info process
SYSTEM_RUNLEVEL changed-to-runlevel host change process
SYSTEM_SHUTDOWN shutdown-system host info process
TEST sent-test - - process
TRUSTED_APP unknown process info process
TTY typed - - process
USER sent-message - - process
USER_ACCT was-authorized authentication info login
USER_AUTH authenticated authentication info login
USER_AVC access-permission - - process
USER_CHAUTHTOK changed-password iam user,change login
USER_CMD ran-command process start process
USER_END ended-session session end login
USER_ERR error authentication info login
USER_LOGIN logged-in authentication start login
USER_LOGOUT logged-out authentication end login
USER_MAC_CONFIG_CHANGE changed-mac-configuration configuration change process
USER_MAC_POLICY_LOAD loaded-mac-policy configuration access process
USER_MGMT modified-user-account iam user,change target
USER_ROLE_CHANGE changed-role-to - - process
USER_SELINUX_ERR access-error - - process
USER_START started-session session start login
USER_TTY typed - - process
USYS_CONFIG changed-configuration configuration change process
VIRT_CONTROL issued-vm-control host creation process
VIRT_CREATE created-vm-image host info process
VIRT_DESTROY deleted-vm-image host info process
VIRT_MACHINE_ID assigned-vm-id host creation process
VIRT_RESOURCE assigned-vm-resource host creation process
`;

export const RECORD_TYPES: ReadonlyMap<string, RecordType> = new Map(
  TABLE.trim()
    .split('\n')
    .map((line) => {
      const [name = '', action = '', category = '', type = '', users] = line.split(' ');
      return [name, { action, category: listOf(category), type: listOf(type), users: users as Users }];
    }),
);

function listOf(text: string): string[] | undefined {
  return text === '-' ? undefined : text.split(',');
}

/** Numbers that stand for a type where the kernel's own log shows the record. */
export const NUMBERED: Readonly<Record<string, string>> = {
  '1300': 'SYSCALL',
  '1302': 'PATH',
  '1305': 'CONFIG_CHANGE',
  '1306': 'SOCKADDR',
  '1307': 'CWD',
  '1309': 'EXECVE',
  '1325': 'NETFILTER_CFG',
  '1326': 'SECCOMP',
  '1327': 'PROCTITLE',
  '1400': 'AVC',
  '1701': 'ANOM_ABEND',
};
