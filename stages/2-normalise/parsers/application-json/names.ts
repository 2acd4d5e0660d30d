/** What programs call the same thing in their JSON logs, in lower case and without signs between the words; the surest first. */

export const TIME = words(
  'timestamp time ts t eventtime datetime date starttime asctime startedat createdat tdate logtime requesttimestamp',
);
export const MESSAGE = words('message msg m event log text description eventname');
/** What may say that a login failed. */
export const WORDS = words(
  'event eventname action type message msg m error errormessage reason detail description metricname result code sender log',
);
export const REASON = words('error errormessage reason detail');
export const CLIENT = words(
  'clientip remoteip remoteaddr remoteaddress remoteipaddress sourceip sourceipaddress srcip sourceips clientaddr clientaddress clienthost visitorip peerip peeraddr peeraddress requestip downstreamremoteaddress userip useripaddress xrealip ipaddress addrremote ip remote client',
);
export const USER = words(
  'username user uname login identifier account email principalname useridentityusername loginname',
);
export const METHOD = words('method httpmethod requestmethod reqmethod');
export const PATH = words(
  'path httppath uri requesturi url requestpath requesturl httpurl xenvoyoriginpath originalpath pathinfo',
);
export const STATUS = words(
  'status statuscode httpstatus httpstatuscode responsecode responsestatus responsestatuscode httpresponsecode downstreamstatus',
);
export const AGENT = words('useragent httpuseragent requestuseragent agent');

function words(text: string): readonly string[] {
  return text.split(' ');
}
