/**
 * The extension keys of the Common Event Format: the short name on the wire, the name that it stands for, its type where that is not text.
 * Source: Micro Focus, Implementing ArcSight Common Event Format, version 25.
 */

export type ValueType = 'text' | 'number' | 'time' | 'mac';

export interface Key {
  readonly name: string;
  readonly type: ValueType;
}

const KEY_TABLE = `
act deviceAction
aid agentId
agt agentAddress
ahost agentHostName
amac agentMacAddress mac
app applicationProtocol
art agentReceiptTime time
at agentType
atz agentTimeZone
av agentVersion
cat deviceEventCategory
catdt categoryDeviceType
cnt baseEventCount number
customerExternalID customerExternalID
destinationTranslatedPort destinationTranslatedPort number
deviceCustomDate1 deviceCustomDate1 time
deviceCustomDate2 deviceCustomDate2 time
deviceDirection deviceDirection number
dhost destinationHostName
dlat destinationGeoLatitude number
dlong destinationGeoLongitude number
dmac destinationMacAddress mac
dntdom destinationNtDomain
dpid destinationProcessId number
dpriv destinationUserPrivileges
dproc destinationProcessName
dpt destinationPort number
dst destinationAddress
dtz deviceTimeZone
duid destinationUserId
duser destinationUserName
dvc deviceAddress
dvchost deviceHostName
dvcmac deviceMacAddress mac
dvcpid deviceProcessId number
end endTime time
eventId eventId number
fileCreateTime fileCreateTime time
fileModificationTime fileModificationTime time
flexDate1 flexDate1 time
flexNumber1 flexNumber1 number
flexNumber2 flexNumber2 number
fname filename
fsize fileSize number
in bytesIn number
mrt managerReceiptTime time
msg message
oldFileCreateTime oldFileCreateTime time
oldFileModificationTime oldFileModificationTime time
oldFileSize oldFileSize number
out bytesOut number
outcome eventOutcome
proto transportProtocol
request requestUrl
rt deviceReceiptTime time
shost sourceHostName
slat sourceGeoLatitude number
slong sourceGeoLongitude number
smac sourceMacAddress mac
sntdom sourceNtDomain
sourceTranslatedPort sourceTranslatedPort number
spid sourceProcessId number
spriv sourceUserPrivileges
sproc sourceProcessName
spt sourcePort number
src sourceAddress
start startTime time
suid sourceUserId
suser sourceUserName
type type number
baseEventCount baseEventCount number
bytesIn bytesIn number
bytesOut bytesOut number
destinationPort destinationPort number
sourcePort sourcePort number
deviceReceiptTime deviceReceiptTime time
`;

const KEYS = new Map<string, Key>();
for (const line of KEY_TABLE.trim().split('\n')) {
  const [short = '', name = short, type = 'text'] = line.split(' ');
  KEYS.set(short, { name, type: type as ValueType });
}
// Four to six of each, told apart by the last digit, with a label for each.
for (const [short, name, type, count] of [
  ['cs', 'deviceCustomString', 'text', 6],
  ['cn', 'deviceCustomNumber', 'number', 3],
  ['cfp', 'deviceCustomFloatingPoint', 'number', 4],
  ['c6a', 'deviceCustomIPv6Address', 'text', 4],
] as const) {
  for (let i = 1; i <= count; i++) {
    KEYS.set(`${short}${i}`, { name: `${name}${i}`, type });
    KEYS.set(`${short}${i}Label`, { name: `${name}${i}Label`, type: 'text' });
  }
}

/** Keys that the specification does not know stay as they are. */
export function keyOf(short: string): Key {
  return KEYS.get(short) ?? { name: short, type: 'text' };
}
