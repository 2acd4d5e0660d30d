/** EVE records that we wrote ourselves, one of each kind that is read in a way of its own. */

const side =
  '"flow_id":1182910203040506,"in_iface":"eth0","src_ip":"198.51.100.7","src_port":40112,"dest_ip":"203.0.113.9","dest_port":80,"proto":"TCP"';

export const examples: readonly string[] = [
  `{"timestamp":"2026-11-21T09:30:00.123456+0000",${side},"event_type":"alert","tx_id":0,"alert":{"action":"allowed","gid":1,"signature_id":2900001,"rev":2,"signature":"EXAMPLE web attack","category":"Web Application Attack","severity":1,"metadata":{"created_at":["2026_01_31"],"mitre_tactic_id":["TA0001"],"mitre_tactic_name":["Initial_Access"],"mitre_technique_id":["T1190"],"mitre_technique_name":["Exploit_Public_Facing_Application"]}},"http":{"hostname":"www.example.org","url":"/a.php?id=1","http_user_agent":"curl/8.5.0","http_method":"GET","protocol":"HTTP/1.1","status":404,"length":19},"app_proto":"http","flow":{"pkts_toserver":4,"pkts_toclient":3,"bytes_toserver":347,"bytes_toclient":1654,"start":"2026-11-21T09:29:59.900000+0000"}}`,
  `{"timestamp":"2026-11-21T09:30:01.000000+0000",${side},"event_type":"flow","app_proto":"failed","flow":{"pkts_toserver":1,"pkts_toclient":0,"bytes_toserver":60,"bytes_toclient":0,"start":"2026-11-21T09:29:01.000000+0000","end":"2026-11-21T09:29:01.500000+0000","age":0,"state":"new","reason":"timeout","alerted":false}}`,
  `{"timestamp":"2026-11-21T09:30:02.000000+0000",${side},"event_type":"http","tx_id":1,"http":{"hostname":"www.example.org","url":"/index.html","http_user_agent":"curl/8.5.0","http_content_type":"text/html","http_method":"GET","protocol":"HTTP/1.1","status":200,"length":1121}}`,
  '{"timestamp":"2026-11-21T09:30:03.000000+0000","flow_id":7,"event_type":"dns","src_ip":"192.0.2.53","src_port":53,"dest_ip":"192.0.2.10","dest_port":39464,"proto":"UDP","dns":{"version":2,"type":"answer","id":12308,"flags":"8180","qr":true,"rd":true,"ra":true,"rrname":"www.example.org","rrtype":"A","rcode":"NOERROR","answers":[{"rrname":"www.example.org","rrtype":"A","ttl":299,"rdata":"203.0.113.80"}]}}',
  `{"timestamp":"2026-11-21T09:30:04.000000+0000",${side},"event_type":"tls","tls":{"subject":"C=DE, O=Example, Inc., CN=www.example.org","issuerdn":"C=DE, O=Example CA, CN=Example CA","serial":"5C:9C:E1","fingerprint":"6a:ff:ac:a6:5f:8a:05:e7:a9:8c:76:29:b9:08:c7:69:ad:dc:72:47","sni":"www.example.org.","version":"TLS 1.2","notbefore":"2026-01-01T00:00:00","notafter":"2027-01-01T00:00:00"}}`,
  `{"timestamp":"2026-11-21T09:30:05.000000+0000",${side},"event_type":"fileinfo","app_proto":"http","fileinfo":{"filename":"/a.exe","sha256":"f610428ebddf6f8cf9e39322e672583c45fcdcf885efad0ab48fd53a3dfc2c4b","gaps":false,"state":"CLOSED","stored":false,"size":1071,"tx_id":0}}`,
  `{"timestamp":"2026-11-21T09:30:06.000000+0000",${side},"event_type":"ftp","ftp":{"command":"USER","command_data":"alice","reply":["Password required"]}}`,
  `{"timestamp":"2026-11-21T09:30:07.000000+0000",${side},"event_type":"anomaly","anomaly":{"type":"applayer","event":"INVALID_RECORD_TYPE","layer":"proto_parser"}}`,
  `{"timestamp":"2026-11-21T09:30:08.000000+0000",${side},"event_type":"drop","drop":{"len":60,"tos":0,"ttl":64,"reason":"rules"}}`,
  '{"timestamp":"2026-11-21T09:30:09.000000+0000","event_type":"stats","stats":{"uptime":8,"decoder":{"pkts":100,"bytes":6000}}}',
  '{"timestamp":"2026-11-21T09:30:10.000000+0000","log_level":"Notice","event_type":"engine","engine":{"message":"engine started"}}',
];
