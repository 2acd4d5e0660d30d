/** The Linux audit log. Records of one event that follow each other (a system call, its command, its paths) become one document. */
import { Refusal, type Parsed, type Parser, type ParserDefinition } from '@netsentinel/contracts/parser';
import { shareOf } from '../../text/share.ts';
import { argumentsOf } from './arguments.ts';
import { readRecord } from './read-record.ts';
import { putCommand, toDocument } from './to-document.ts';

export const auditd: ParserDefinition = {
  id: 'auditd',
  title: 'Linux audit log (auditd)',
  module: 'auditd',
  dataset: 'auditd.log',
  examples: [
    `type=USER_AUTH msg=audit(1795253400.125:421): pid=900 uid=0 auid=4294967295 ses=4294967295 msg='op=PAM:authentication acct="root" exe="/usr/sbin/sshd" hostname=198.51.100.7 addr=198.51.100.7 terminal=ssh res=failed'`,
    'type=SYSCALL msg=audit(1795253401.250:422): arch=c000003e syscall=59 success=yes exit=0 a0=55 items=2 ppid=900 pid=901 auid=1000 uid=0 gid=0 euid=0 suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 tty=pts0 ses=3 comm="sh" exe="/usr/bin/dash" key=(null)\ntype=EXECVE msg=audit(1795253401.250:422): argc=3 a0="sh" a1="-c" a2=6964203E202F746D702F78\ntype=CWD msg=audit(1795253401.250:422): cwd="/root"\ntype=PROCTITLE msg=audit(1795253401.250:422): proctitle=7368002D63',
    `node=web1 type=ADD_USER msg=audit(1795253402.000:423): pid=902 uid=0 auid=1000 ses=3 msg='op=add-user acct="backdoor" exe="/usr/sbin/useradd" hostname=? addr=? terminal=pts/0 res=success'`,
  ],
  recognise: ({ lines }) => shareOf(lines, (line) => RECORD.test(line)) * 0.97,
  continues,
  create: () => new AuditdParser(),
};

const RECORD = /(?:^|\s)type=[A-Z0-9_]+(?:\[\d+\])? msg=audit\(\d/;

/** Records that never begin an event. */
const FOLLOWERS =
  /(?:^|\s)type=(?:EXECVE|CWD|PATH|PROCTITLE|SOCKADDR|BPRM_FCAPS|CAPSET|MMAP|FD_PAIR|OBJ_PID|IPC|INTEGRITY_RULE|SYSCALL) /;
/** Records that others follow. */
const LEADERS = /(?:^|\s)type=(?:SYSCALL|AVC|SECCOMP|CONFIG_CHANGE|NETFILTER_CFG|ANOM_PROMISCUOUS) /;

function continues(line: string, first = ''): boolean {
  if (!FOLLOWERS.test(line) || !LEADERS.test(first)) return false;
  const stamp = stampOf(line);
  return stamp !== undefined && stamp === stampOf(first);
}

/** `audit(time:sequence)`, the same in every record of an event. */
function stampOf(line: string): string | undefined {
  const from = line.indexOf('audit(');
  const end = from === -1 ? -1 : line.indexOf(')', from);
  return end === -1 || end - from > 48 ? undefined : line.slice(from, end);
}

class AuditdParser implements Parser {
  line(line: string): Parsed {
    const records = line.split('\n').map(readRecord);
    const first = records[0];
    if (first === undefined) return new Refusal('no `type=` of an audit record');
    // Nothing but the end of a group of records, which the kernel's own log has.
    if (first.type === 'EOE') return undefined;
    const others = records.slice(1).filter((record) => record !== undefined);
    const document = toDocument(first, others, line);
    if (first.type === 'EXECVE') putCommand(document, argumentsOf(first));
    return document;
  }
}
