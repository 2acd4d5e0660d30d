/**
 * Events of Windows' security log: what they mean in ECS, and whom their fields name. Source: Microsoft, Security auditing events; the actions are those of
 * Elastic's integration.
 */
import type { EcsEventFields } from '@netsentinel/contracts/parser';

/**
 * - `subject`: who did it is the Subject; `target`: the Target logged on; `account`: AccountName;
 * - `user`: the Subject acted on the account Target; `group`: on the group Target; `member`: on who belongs to it; `computer`: on a computer's account.
 */
export type Roles = 'subject' | 'target' | 'account' | 'user' | 'group' | 'member' | 'computer';

export interface SecurityEvent extends Pick<EcsEventFields, 'category' | 'type'> {
  readonly action: string;
  readonly roles: Roles;
}

const TABLE = `
1100 logging-service-shutdown process end subject
1102 audit-log-cleared iam admin,change subject
1104 logging-full iam admin subject
1105 auditlog-archieved iam admin subject
1108 logging-processing-error iam admin subject
4624 logged-in authentication start target
4625 logon-failed authentication start target
4634 logged-out authentication end target
4647 logged-out authentication end target
4648 logged-in-explicit authentication start subject
4657 registry-value-modified registry,configuration change subject
4663 object-access-attempted file access subject
4670 permissions-changed iam,configuration admin,change subject
4672 logged-in-special iam admin subject
4673 privileged-service-called iam admin subject
4674 privileged-operation iam admin subject
4688 created-process process start subject
4689 exited-process process end subject
4697 service-installed iam,configuration admin,change subject
4698 scheduled-task-created iam,configuration admin,creation subject
4699 scheduled-task-deleted iam,configuration admin,deletion subject
4700 scheduled-task-enabled iam,configuration admin,change subject
4701 scheduled-task-disabled iam,configuration admin,change subject
4702 scheduled-task-updated iam,configuration admin,change subject
4706 domain-trust-added configuration creation subject
4707 domain-trust-removed configuration deletion subject
4713 kerberos-policy-changed configuration change subject
4716 trusted-domain-information-changed configuration change subject
4717 system-security-access-granted iam,configuration admin,change subject
4718 system-security-access-removed iam,configuration admin,deletion subject
4719 changed-audit-config iam,configuration admin,change subject
4720 added-user-account iam user,creation user
4722 enabled-user-account iam user,change user
4723 changed-password iam user,change user
4724 reset-password iam user,change user
4725 disabled-user-account iam user,deletion user
4726 deleted-user-account iam user,deletion user
4727 added-group-account iam group,creation group
4728 added-member-to-group iam group,change member
4729 removed-member-from-group iam group,change member
4730 deleted-group-account iam group,deletion group
4731 added-group-account iam group,creation group
4732 added-member-to-group iam group,change member
4733 removed-member-from-group iam group,change member
4734 deleted-group-account iam group,deletion group
4735 modified-group-account iam group,change group
4737 modified-group-account iam group,change group
4738 modified-user-account iam user,change user
4739 domain-policy-changed configuration change subject
4740 locked-out-user-account iam user,change user
4741 added-computer-account iam creation,admin computer
4742 changed-computer-account iam change,admin computer
4743 deleted-computer-account iam deletion,admin computer
4744 added-distribution-group-account iam group,creation group
4745 changed-distribution-group-account iam group,change group
4746 added-member-to-distribution-group iam group,change member
4747 removed-member-from-distribution-group iam group,change member
4748 deleted-distribution-group-account iam group,deletion group
4749 added-distribution-group-account iam group,creation group
4750 changed-distribution-group-account iam group,change group
4751 added-member-to-distribution-group iam group,change member
4752 removed-member-from-distribution-group iam group,change member
4753 deleted-distribution-group-account iam group,deletion group
4754 added-group-account iam group,creation group
4755 modified-group-account iam group,change group
4756 added-member-to-group iam group,change member
4757 removed-member-from-group iam group,change member
4758 deleted-group-account iam group,deletion group
4759 added-distribution-group-account iam group,creation group
4760 changed-distribution-group-account iam group,change group
4761 added-member-to-distribution-group iam group,change member
4762 removed-member-from-distribution-group iam group,change member
4763 deleted-distribution-group-account iam group,deletion group
4764 type-changed-group-account iam group,change group
4767 unlocked-user-account iam user,change user
4768 kerberos-authentication-ticket-requested authentication start target
4769 kerberos-service-ticket-requested authentication start target
4770 kerberos-service-ticket-renewed authentication start target
4771 kerberos-preauth-failed authentication start target
4776 credential-validated authentication start target
4778 session-reconnected authentication,session start account
4779 session-disconnected authentication,session end account
4781 renamed-user-account iam user,change subject
4794 dsrm-password-set iam admin,change subject
4797 query-existence-of-blank-password iam user,info user
4798 group-membership-enumerated iam user,info subject
4799 user-member-enumerated iam group,info group
4800 locked-workstation session end target
4801 unlocked-workstation session start target
4817 object-audit-changed iam,configuration admin,change subject
4902 user-audit-policy-created iam,configuration admin,creation subject
4904 security-event-source-added iam,configuration admin,change subject
4905 security-event-source-removed iam,configuration admin,deletion subject
4906 crash-on-audit-changed iam,configuration admin,change subject
4907 audit-setting-changed iam,configuration admin,change subject
4964 logged-in-special iam admin subject
5136 directory-object-modified iam change subject
5140 network-share-object-accessed network,file info,access subject
5145 network-share-object-access-checked network,file info,access subject
5156 connection-allowed network connection,allowed subject
5157 connection-blocked network connection,denied subject
5379 credentials-read iam user,info subject
5380 vault-credential-find iam user,info subject
5381 vault-credentials-were-read iam user,info subject
7045 service-installed iam,configuration admin,change subject
`;

export const SECURITY_EVENTS: ReadonlyMap<string, SecurityEvent> = new Map(
  TABLE.trim()
    .split('\n')
    .map((line) => {
      const [id = '', action = '', category = '', type = '', roles] = line.split(' ');
      return [id, { action, category: category.split(','), type: type.split(','), roles: roles as Roles }];
    }),
);

export const LOGON_TYPES: Readonly<Record<string, string>> = {
  '2': 'Interactive',
  '3': 'Network',
  '4': 'Batch',
  '5': 'Service',
  '7': 'Unlock',
  '8': 'NetworkCleartext',
  '9': 'NewCredentials',
  '10': 'RemoteInteractive',
  '11': 'CachedInteractive',
};

/** Source: Microsoft, MS-ERREF, NTSTATUS values; the words are those of the event's documentation. */
export const LOGON_STATUS: Readonly<Record<string, string>> = {
  '0x0': 'Status OK.',
  '0xc000005e': 'There are currently no logon servers available to service the logon request.',
  '0xc0000064': 'User logon with misspelled or bad user account',
  '0xc000006a': 'User logon with misspelled or bad password',
  '0xc000006d': 'This is either due to a bad username or authentication information',
  '0xc000006e': 'Unknown user name or bad password.',
  '0xc000006f': 'User logon outside authorized hours',
  '0xc0000070': 'User logon from unauthorized workstation',
  '0xc0000071': 'User logon with expired password',
  '0xc0000072': 'User logon to account disabled by administrator',
  '0xc00000dc': 'Indicates the Sam Server was in the wrong state to perform the desired operation.',
  '0xc0000133': 'Clocks between DC and other computer too far out of sync',
  '0xc000015b': 'The user has not been granted the requested logon type (aka logon right) at this machine',
  '0xc000018c':
    'The logon request failed because the trust relationship between the primary domain and the trusted domain failed.',
  '0xc0000192': 'An attempt was made to logon, but the Netlogon service was not started.',
  '0xc0000193': 'User logon with expired account',
  '0xc0000224': 'User is required to change password at next logon',
  '0xc0000225': 'Evidently a bug in Windows and not a risk',
  '0xc0000234': 'User logon with account locked',
  '0xc00002ee': 'Failure Reason: An Error occurred during Logon',
  '0xc0000413':
    'Logon Failure: The machine you are logging onto is protected by an authentication firewall. The specified account is not allowed to authenticate to the machine.',
};

export const FAILURE_REASONS: Readonly<Record<string, string>> = {
  '%%2304': 'An Error occured during Logon.',
  '%%2305': 'The specified user account has expired.',
  '%%2307': 'Account locked out.',
  '%%2308': 'The user has not been granted the requested logon type at this machine.',
  '%%2309': "The specified account's password has expired.",
  '%%2310': 'Account currently disabled.',
  '%%2311': 'Account logon time restriction violation.',
  '%%2312': 'User not allowed to logon at this computer.',
  '%%2313': 'Unknown user name or bad password.',
};

export const SERVICE_TYPES: Readonly<Record<string, string>> = {
  '0x1': 'Kernel Driver',
  '0x2': 'File System Driver',
  '0x8': 'Recognizer Driver',
  '0x10': 'Win32 Own Process',
  '0x20': 'Win32 Share Process',
  '0x110': 'Interactive Own Process',
  '0x120': 'Interactive Share Process',
};
