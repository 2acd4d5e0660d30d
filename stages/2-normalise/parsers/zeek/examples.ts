/** Zeek records that we wrote ourselves: addresses and names are the ones reserved for documentation. */

const conn = [
  '#separator \\x09',
  '#set_separator\t,',
  '#empty_field\t(empty)',
  '#unset_field\t-',
  '#path\tconn',
  '#open\t2026-11-21-09-00-00',
  '#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tservice\tduration\torig_bytes\tresp_bytes\tconn_state\tlocal_orig\tlocal_resp\tmissed_bytes\thistory\torig_pkts\torig_ip_bytes\tresp_pkts\tresp_ip_bytes\ttunnel_parents',
  '#types\ttime\tstring\taddr\tport\taddr\tport\tenum\tstring\tinterval\tcount\tcount\tstring\tbool\tbool\tcount\tstring\tcount\tcount\tcount\tcount\tset[string]',
  '1795253400.125000\tCexample1aaaaaaaaa\t198.51.100.7\t40112\t203.0.113.9\t22\ttcp\tssh\t2.500000\t1200\t2400\tSF\tF\tT\t0\tShAdDaFf\t14\t1928\t12\t3024\t(empty)',
  '1795253401.000000\tCexample2bbbbbbbbb\t198.51.100.7\t40113\t203.0.113.9\t23\ttcp\t-\t-\t-\t-\tS0\tF\tT\t0\tS\t1\t60\t0\t0\t-',
].join('\n');

export const examples: readonly string[] = [
  conn,
  '{"ts":1795253400.5,"uid":"Cexample3ccccccccc","id.orig_h":"192.0.2.10","id.orig_p":53211,"id.resp_h":"192.0.2.53","id.resp_p":53,"proto":"udp","trans_id":4242,"rtt":0.02,"query":"www.example.org","qclass":1,"qclass_name":"C_INTERNET","qtype":1,"qtype_name":"A","rcode":0,"rcode_name":"NOERROR","AA":false,"TC":false,"RD":true,"RA":true,"Z":0,"answers":["203.0.113.80"],"TTLs":[300.0],"rejected":false}',
];
