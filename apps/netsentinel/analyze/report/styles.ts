/** How the report looks: light or dark as the reader has it, narrow or wide, and made to be printed. */
import { Html } from '@netsentinel/kernel/html';

export const styles = new Html(`
:root{color-scheme:light;--bg:#fff;--ink:#16202e;--soft:#5b6778;--line:#dfe4ea;--faint:#eef1f4;--panel:#f7f9fb;--link:#1d4ed8;--bar:#33507a;
--critical:#9f1239;--high:#c2410c;--medium:#a16207;--low:#1d4ed8;--info:#64748b;--good:#15693a}
@media screen and (prefers-color-scheme:dark){:root{color-scheme:dark;--bg:#0f141a;--ink:#e6ebf0;--soft:#9aa8b5;--line:#2a3540;--faint:#1d262f;--panel:#161d25;
--link:#7cc7ff;--bar:#6f93c9;--good:#58c98b}.l-bad{--mark:#ff5470}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--ink);font:15px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
main{max-width:1040px;margin:0 auto;padding:36px 28px 64px}
h1{font-size:28px;line-height:1.2;margin:0 0 6px;letter-spacing:-.01em}
h2{font-size:19px;margin:40px 0 14px;padding-bottom:6px;border-bottom:1px solid var(--line)}
h3{font-size:16px;line-height:1.35;margin:0 0 4px;overflow-wrap:anywhere}
h4{font-size:13px;margin:16px 0 4px;color:var(--soft);font-weight:600}
p{margin:0 0 10px;max-width:78ch;overflow-wrap:anywhere}
a{color:var(--link);text-decoration:none}a:hover{text-decoration:underline}
small,.small{font-size:13px}
.soft,.soft a{color:var(--soft)}
.lead{border:1px solid var(--line);border-left:6px solid var(--mark);border-radius:8px;background:var(--panel);padding:16px 20px;margin:20px 0}
.lead p{font-size:16px;margin:0}.lead b{display:block;font-size:20px;line-height:1.3;margin-bottom:4px}
.l-bad{--mark:#9f1239}.l-warn{--mark:#c2410c}.l-calm{--mark:var(--good)}
.first{margin:0 0 10px;padding-left:22px}.first li{margin:4px 0;max-width:86ch}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(112px,1fr));gap:10px;margin:20px 0 12px}
.tile{border:1px solid var(--line);border-radius:8px;padding:10px 14px;background:var(--panel)}
.tile b{display:block;font-size:24px;line-height:1.2;font-variant-numeric:tabular-nums}
.tile small{color:var(--soft)}
.badge{display:inline-block;white-space:nowrap;border-radius:4px;padding:1px 8px;font-size:12px;font-weight:600;color:#fff;vertical-align:1px}
.critical{background:var(--critical)}.high{background:var(--high)}.medium{background:var(--medium)}.low{background:var(--low)}.info{background:var(--info)}
.mark{display:inline-block;border:1px solid var(--line);border-radius:4px;padding:0 8px;font-size:12px;font-weight:600;color:var(--soft);vertical-align:1px}
.mark.in{color:var(--bg);background:var(--ink);border-color:var(--ink)}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:13.5px}
th{text-align:left;color:var(--soft);font-weight:600;border-bottom:1px solid var(--line);padding:6px 10px 6px 0;white-space:nowrap}
td{border-bottom:1px solid var(--faint);padding:6px 10px 6px 0;vertical-align:top;overflow-wrap:anywhere;min-width:64px}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
td.a{min-width:124px;font:12.5px/1.7 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
td.t{white-space:nowrap;font-variant-numeric:tabular-nums;color:var(--soft)}
td.w{min-width:220px}
code,td.c{font:12.5px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;white-space:pre-wrap;overflow-wrap:anywhere}
figure{margin:0 0 20px}
figure svg{display:block;width:100%;height:110px;border-bottom:1px solid var(--line)}
svg .grave,i.grave{fill:var(--critical);background:var(--critical)}svg .medium,i.medium{fill:#d9a21b;background:#d9a21b}svg .light,i.light{fill:#93a4b8;background:#93a4b8}
.legend i{display:inline-block;width:11px;height:11px;border-radius:2px;margin:0 3px 0 10px;vertical-align:-1px}.legend i:first-child{margin-left:0}
.axis{display:flex;justify-content:space-between;color:var(--soft);font-size:12px;padding-top:4px;flex:1;font-variant-numeric:tabular-nums}
.line,.bar{display:flex;gap:12px;align-items:center;break-inside:avoid}
.line .name{flex:0 0 132px;font:12.5px/22px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;white-space:nowrap;overflow:hidden;text-overflow:ellipsis;text-align:right}
.track{position:relative;flex:1;height:12px;border-radius:3px;background:var(--faint)}
.track i{position:absolute;top:0;bottom:0;left:0;min-width:6px;border-radius:3px;max-width:100%}
.line .track i{transform:translateX(-3px)}
.bar{padding:3px 0}.bar .name{flex:0 0 min(330px,52%);line-height:1.25}.bar .name small{display:block;color:var(--soft)}
.bar .track{height:18px}.bar .track i{background:var(--bar)}.bar b{flex:0 0 48px;font-variant-numeric:tabular-nums;font-weight:600}
.story{border:1px solid var(--line);border-left:4px solid var(--line);border-radius:8px;padding:14px 20px;margin:0 0 14px;break-inside:avoid-page}
.s-critical{border-left-color:var(--critical)}.s-high{border-left-color:var(--high)}.s-medium{border-left-color:var(--medium)}.s-low{border-left-color:var(--low)}.s-info{border-left-color:var(--info)}
details.story>summary{color:var(--ink);font-size:15px;overflow-wrap:anywhere}
.facts{color:var(--soft);font-size:13.5px;margin:0 0 8px}
ul{margin:4px 0 10px;padding-left:20px}
li{margin:2px 0;overflow-wrap:anywhere}
.moments{list-style:none;padding:0;margin:6px 0 10px}
.moments li{display:flex;gap:10px;align-items:baseline;margin:3px 0}
.moments time{flex:none;color:var(--soft);font-size:13px;font-variant-numeric:tabular-nums}
.moments span{min-width:0}.moments i{flex:none;width:9px;height:9px;border-radius:50%}
.chips{margin:8px 0 0;padding:0;list-style:none;display:flex;flex-wrap:wrap;gap:6px}
.chips li{border:1px solid var(--line);border-radius:4px;padding:1px 8px;font-size:12.5px;margin:0}
details{margin-top:8px;border-top:1px solid var(--faint);padding-top:6px}
details.story{margin-top:0;border-top:1px solid var(--line);padding-top:10px;padding-bottom:10px}
summary{cursor:pointer;color:var(--link);font-size:13.5px}
details table{margin-top:6px}
footer{margin-top:44px;padding-top:12px;border-top:1px solid var(--line);color:var(--soft);font-size:13px}
@media (max-width:640px){main{padding:20px 14px 48px}h1{font-size:24px}.wide{display:none}.story{padding:12px 14px}.lead{padding:12px 14px}
.tiles{grid-template-columns:repeat(3,1fr)}.tile{padding:8px 10px}.tile b{font-size:20px}.line .name{flex-basis:112px}.bar .name small{display:none}.bar .name{flex-basis:40%}
td.w{min-width:150px}td.a{min-width:108px}}
@page{margin:16mm 14mm}
@media print{body{font-size:10.5pt}main{max-width:none;padding:0}h2{break-after:avoid;margin-top:26px}figure,.tiles,.lead,.first{break-inside:avoid}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}summary{color:var(--soft)}a{color:inherit}.scroll{overflow:visible}td,th{padding-right:7px;white-space:normal!important;min-width:0!important}td.w{min-width:150px!important}td.a{min-width:108px!important}.tiles{grid-template-columns:repeat(7,1fr)}.tile{padding:6px 8px}tr{break-inside:avoid}}
`);
