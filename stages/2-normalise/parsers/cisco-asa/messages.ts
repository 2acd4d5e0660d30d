/**
 * The messages of Cisco's firewalls that say something about somebody: id, kind, pattern. A pattern is the message's own text with `{field}` for what varies,
 * `{}` for what nobody needs, `{field=value}` for what the id itself says. A message that ends earlier is tried with the next pattern of its id.
 * Source: Cisco Secure Firewall ASA Series Syslog Messages.
 *
 * Fields: src, dst (`address/port`), srcIf, dstIf (interfaces), srcNat, dstNat (as translated), proto (transport), app (protocol above it), dir, conn, duration,
 * bytes, sent, received, reason, acl, verdict, user (who came), admin (who acted on the device), person, client (`*.user.name` of source, server, none, client),
 * group, icmpType, icmpCode, and what is named after its place below `cisco.asa`.
 */
export const MESSAGES = `
106001 denied {dir} {proto} connection denied from {src} to {dst} flags {} on interface {srcIf}
106002 denied {proto} Connection denied by outbound list {acl} src {src} dst {dst}
106006 denied Deny {dir} {proto} from {src} to {dst} on interface {srcIf}
106007 denied Deny {dir} {proto} from {src} to {dst} due to {reason}
106010 denied Deny {dir} {proto} src {srcIf}:{src} dst {dstIf}:{dst}
106012 denied Deny IP from {src} to {dst}, {reason}
106013 denied Dropping echo request from {src} to PAT address {dst}{proto=icmp}
106014 denied Deny {dir} {proto} src {srcIf}:{src} dst {dstIf}:{dst}(type {}, code {})
106014 denied Deny {dir} {proto} src {srcIf}:{src} dst {dstIf}:{dst} (type {}, code {})
106015 denied Deny {proto} (no connection) from {src} to {dst} flags {} on interface {srcIf}
106016 denied Deny IP spoof from ({src}) to {dst} on interface {srcIf}
106017 denied Deny IP due to Land Attack from {src} to {dst}
106018 denied {proto} packet type {icmpType} denied by outbound list {acl} src {src} dst {dst}
106020 denied Deny IP teardrop fragment ({}) from {src} to {dst}
106021 denied Deny {proto} reverse path check from {src} to {dst} on interface {srcIf}
106022 denied Deny {proto} connection spoof from {src} to {dst} on interface {srcIf}
106023 denied Deny protocol {} src {srcIf}:{src} dst {dstIf}:{dst} by access-group "{acl}"
106023 denied Deny {proto} src {srcIf}:{src} dst {dstIf}:{dst} (type {}, code {}) by access-group "{acl}"
106023 denied Deny {proto} src {srcIf}:{src} dst {dstIf}:{dst} by access-group "{acl}"
106027 denied Deny src {src} dst {dst} by access-group "{acl}"
106100 verdict access-list {acl} {verdict} {proto} {srcIf}/{src} -> {dstIf}/{dst} hit-cnt {}
106102 verdict access-list {acl} {verdict} {proto} for user {user} {srcIf}/{src} -> {dstIf}/{dst} hit-cnt {}
106103 verdict access-list {acl} {verdict} {proto} for user {user} {srcIf}/{src} -> {dstIf}/{dst} hit-cnt {}
110002 unrouted {reason} for {app} from {srcIf}:{src} to {dst}
110003 unrouted {reason} for {app} from {srcIf}:{src} to {dstIf}:{dst}
111004 success {src} end configuration: {}
111008 info User '{admin}' executed the '{command_line_arguments}' command
111009 info User '{admin}' executed cmd: {command_line_arguments}
111010 info User '{admin}', running '{}' from IP {src}, executed {command_line_arguments}
113004 login AAA user {aaa_type} Successful{}server = {dst} , User = {user}
113004 login AAA user {aaa_type} Successful{}server = {dst} : user = {user}
113005 refused AAA user {} Rejected{}reason = {}server = {dst} : user = {user}: user IP = {src}
113005 refused AAA user {} Rejected{}reason = {}server = {dst} : user = {user} : user IP = {src}
113005 refused AAA user {} Rejected{}reason = {}server = {dst} : user = {user}
113012 login AAA user authentication Successful{}local database{}user = {user}
113015 refused AAA user authentication Rejected{}reason = {reason} : local database : user = {user}: user IP = {src}
113015 refused AAA user authentication Rejected{}reason = {reason} : local database : user = {user} : user IP = {src}
113015 refused AAA user authentication Rejected{}reason = {reason}: local database: user = {user}
113019 vpn-end Group = {group}, Username = {user}, IP = {dst}, Session disconnected. Session Type: {session_type}, Duration: {duration}, Bytes xmt: {sent}, Bytes rcv: {received}, Reason: {reason}
113021 refused Attempted console login failed. User {user} did NOT have
113039 vpn-start Group <{group}> User <{user}> IP <{src}> {reason}
212011 info SNMP engineBoots is set to maximum value. Reason : {reason}
302013 built Built {dir} {proto} connection {conn} for {srcIf}:{src} ({srcNat}) to {dstIf}:{dst} ({dstNat})
302015 built Built {dir} {proto} connection {conn} for {srcIf}:{src} ({srcNat}) to {dstIf}:{dst} ({dstNat})
302303 built Built {} {proto} state-bypass connection {conn} from {srcIf}:{src} ({srcNat}) to {dstIf}:{dst} ({dstNat})
302014 end Teardown {proto} connection {conn} for {srcIf}:{src} to {dstIf}:{dst} duration {duration} bytes {bytes} {reason}
302014 end Teardown {proto} connection {conn} for {srcIf}:{src} to {dstIf}:{dst} duration {duration} bytes {bytes}
302016 end Teardown {proto} connection {conn} for {srcIf}:{src} to {dstIf}:{dst} duration {duration} bytes {bytes} {reason}
302016 end Teardown {proto} connection {conn} for {srcIf}:{src} to {dstIf}:{dst} duration {duration} bytes {bytes}
302018 end Teardown {proto} connection {conn} from {srcIf}:{src} to {dstIf}:{dst} duration {duration} bytes {bytes}
302304 end Teardown {proto} state-bypass connection {conn} from {srcIf}:{src} to {dstIf}:{dst} duration {duration} bytes {bytes} {reason}
302020 start Built {dir} ICMP connection for faddr {dst} gaddr {srcNat} laddr {src} type {icmpType} code {icmpCode}{app=icmp}
302020 start Built {dir} ICMP connection for faddr {dst} gaddr {srcNat} laddr {src}{app=icmp}
302021 end Teardown ICMP connection for faddr {dst} gaddr {srcNat} laddr {src} type {icmpType} code {icmpCode}{proto=icmp}
302021 end Teardown ICMP connection for faddr {dst} gaddr {srcNat} laddr {src}{proto=icmp}
302022 info Built {} stub {proto} connection for {srcIf}:{src} ({}) to {dstIf}:{dst} ({}
302023 info Teardown stub {proto} connection for {srcIf}:{src} to {dstIf}:{dst} duration {duration} forwarded bytes {bytes} {reason}
303002 info FTP connection from {srcIf}:{src} to {dstIf}:{dst}, user {client} Stored file {filePath}{app=ftp}
303002 info FTP connection from {srcIf}:{src} to {dstIf}:{dst}, user {client} Retrieved file {filePath}{app=ftp}
304001 allowed {src} Accessed JAVA URL {dst}:{url}
304001 allowed {src} Accessed URL {dst}:{url}
304002 denied Access denied URL {url} SRC {src} DEST {dst} on interface {srcIf}
305006 info {} translation creation failed for {proto} src {srcIf}:{src} dst {dstIf}:{dst}
305011 info Built {} {proto} translation from {srcIf}:{src} to {dstIf}:{dst}
305012 end Teardown {} {proto} translation from {srcIf}:{src} to {dstIf}:{dst} duration {duration}
313001 denied Denied {proto} type={icmpType}, code={icmpCode} from {src} on interface {srcIf}
313004 denied Denied {proto} type={icmpType}, from laddr {src} on interface {srcIf} to {dst}: {}
313005 inner No matching connection for ICMP error message: {proto} src {srcIf}:{src} dst {dstIf}:{dst} (type {icmpType}, code {icmpCode}) on {} Original IP payload: {} src {innerSrc} dst {innerDst}
313008 denied Denied {proto} type={icmpType}, code={icmpCode} from {src} on interface {srcIf}
313009 denied Denied invalid {proto} code {icmpCode}, for {srcIf}:{src} ({}) to {dstIf}:{dst} ({}
315011 info SSH session from {src} on interface {srcIf} for user "{user}" disconnected by SSH server, reason: {reason}
322001 denied Deny MAC address {}, possible spoof attempt on interface {srcIf}
338001 info Dynamic Filter {} black{}d {proto} traffic from {srcIf}:{src} ({}) to {dstIf}:{dst} ({}), source {} resolved from {} list: {}, threat-level: {threat_level}, category: {threat_category}
338002 info Dynamic Filter {} black{}d {proto} traffic from {srcIf}:{src} ({}) to {dstIf}:{dst} ({}), destination {} resolved from {} list: {}, threat-level: {threat_level}, category: {threat_category}
338006 denied Dynamic Filter dropped black{}d {proto} traffic from {srcIf}:{src} ({}) to {dstIf}:{dst} ({}), destination {} resolved from {} list: {}, threat-level: {threat_level}, category: {threat_category}
400013 info IPS:{} {reason} from {src} to {dst} on interface {srcIf}
402117 denied {}: Received a non-IPSec packet {}from {src} to {dst}
402119 denied {}: Received an ESP packet {}from {src} {}to {dst} that failed anti-replay
419001 denied Dropping {proto} packet from {srcIf}:{src} to {dstIf}:{dst}, reason: {reason}
419002 duplicate Duplicate {app} SYN from {srcIf}:{src} to {dstIf}:{dst} with
434002 drop SFR requested to drop {app} packet from {srcIf}:{src} to {dstIf}:{dst}
434004 bypass SFR requested ASA to bypass further packet redirection and process {app} flow from {srcIf}:{src} to {dstIf}:{dst} locally
500003 info Bad {proto} hdr length ({}) from {src} to {dst}
502103 info User priv level changed: Uname: {admin} From: {privilege.old} To: {privilege.new}
507003 info {proto} flow from {srcIf}:{src} to {dstIf}:{dst} terminated by
602303 created IPSEC: An {dir} {tunnel_type} SA ({}) between {src} and {dst} (user= {person})
602304 deleted IPSEC: An {dir} {tunnel_type} SA ({}) between {src} and {dst} (user= {person})
605004 refused Login denied from {src} to {dstIf}:{dstHost}/{app} for user "{user}"
605005 allowed Login permitted from {src} to {dstIf}:{dstHost}/{app} for user "{user}"
607001 info Pre-allocate SIP {connection_type} secondary channel for {dstIf}:{dst} to {srcIf}:{src} from {message} message{proto=udp}
609001 end Built local-host {srcIf}:{src}
609002 end Teardown local-host {srcIf}:{src} duration {duration}
611101 login User authentication succeeded: IP address: {src}, Uname: {admin}
611102 refused User authentication failed: IP address: {src}, Uname: {admin}
611103 info User logged out: Uname: {admin}
710001 allowed {proto} access requested from {src} to {dstIf}:{dst}
710002 allowed {proto} access permitted from {src} to {dstIf}:{dst}
710003 denied {proto} access denied by ACL from {src} to {dstIf}:{dst}
710005 discarded {proto} request discarded from {src} to {dstIf}:{dst}
710006 info {proto} request discarded from {src} to {dstIf}:{dst}
713049 vpn Security negotiation complete
713120 vpn-done {reason} (msgid={eventId})
713202 vpn {reason}. Ignoring packet
713901 vpn-error {reason}
713902 vpn-error {reason}
713903 vpn-failure {}
713904 vpn-error {reason}
713905 vpn-error {reason}
716001 vpn-start Group {webvpn.group_name} User {user} IP {src} WebVPN session started
716002 info Group <{webvpn.group_name}> User <{user}> IP <{src}> WebVPN session terminated: {reason}.
716002 info Group {webvpn.group_name} User {user} IP {src} WebVPN session terminated: {reason}.
716038 login Group <{group}> User <{user}> IP <{src}> Authentication: successful, Session Type: {session_type}.
716039 refused Group <{group}> User <{user}> IP <{src}> Authentication: rejected, Session Type: {session_type}.
716039 refused Authentication: rejected, group = {group} user = {user} , Session Type: {session_type}
722011 info Group <{group}> User <{user}> IP <{src}> SVC Message: {reason}.
722022 info Group <{group}> User <{user}> IP <{src}> {}
722023 info Group <{group}> User <{user}> IP <{src}> {}
722033 info Group <{group}> User <{user}> IP <{src}> {}
722034 info Group <{group}> User <{user}> IP <{src}> {}
722037 info Group <{group}> User <{user}> IP <{src}> SVC closing connection: {reason}.
722041 info Group <{group}> User <{user}> IP <{src}> {}
722051 info Group <{group}> User <{user}> IP <{src}> IPv4 Address <{assigned_ip}> IPv6 {}
725001 info Starting SSL handshake with client {srcIf}:{src} to {dst} for {}
725002 info Device completed SSL handshake with client {srcIf}:{src} to {dst} for {}
733100 info [{burst.object}] drop {burst.id} exceeded. Current burst rate is {burst.current_rate} per second, max configured rate is {burst.configured_rate}; Current average rate is {burst.avg_rate} per second, max configured rate is {burst.configured_avg_rate}; Cumulative total count is {burst.cumulative_count}
733101 denied Host {src} is attacking. {}
733102 info Threat-detection adds host {src} to shun list
734001 login DAP: User {email}, Addr {src}, Connection {connection_type}: The following DAP records were selected for this connection: {dapRecords}
750002 ike-start Local:{src} Remote:{dst} Username:{person} {reason}
750003 error Local:{src} Remote:{dst} Username:{person} {reason}
751010 info Local: {src} Remote:{dst} Username:{person} {reason}
805001 built Offloaded {proto} Flow for connection {conn} from {srcIf}:{src} ({srcNat}) to {dstIf}:{dst} ({dstNat})
805002 built {proto} Flow is no longer offloaded for connection {conn} from {srcIf}:{src} ({srcNat}) to {dstIf}:{dst} ({dstNat})
`;
