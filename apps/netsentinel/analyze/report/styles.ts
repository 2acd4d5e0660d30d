/** How the report looks: light, made to be read and to be printed. */
import { Html } from './html.ts';

export const SEVERITY_COLOURS = {
  critical: '#9f1239',
  high: '#c2410c',
  medium: '#a16207',
  low: '#1d4ed8',
  info: '#64748b',
} as const;

export const styles = new Html(`
:root{color-scheme:light;--ink:#16202e;--soft:#5b6778;--line:#dfe4ea;--panel:#f7f9fb}
*{box-sizing:border-box}
body{margin:0;background:#fff;color:var(--ink);font:15px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
main{max-width:1040px;margin:0 auto;padding:40px 28px 72px}
h1{font-size:28px;line-height:1.2;margin:0 0 6px;letter-spacing:-.01em}
h2{font-size:19px;margin:44px 0 14px;padding-bottom:6px;border-bottom:1px solid var(--line)}
h3{font-size:16px;margin:0 0 4px;overflow-wrap:anywhere}
h4{font-size:13px;margin:18px 0 6px;color:var(--soft);font-weight:600}
p{margin:0 0 10px;max-width:76ch}
.soft{color:var(--soft)}
.lead{font-size:17px;max-width:72ch}
.tiles{display:flex;flex-wrap:wrap;gap:12px;margin:22px 0 8px}
.tile{flex:1 1 120px;border:1px solid var(--line);border-radius:8px;padding:12px 16px;background:var(--panel)}
.tile b{display:block;font-size:26px;line-height:1.15;font-variant-numeric:tabular-nums}
.tile small{color:var(--soft);font-size:13px}
.badge{display:inline-block;border-radius:4px;padding:1px 8px;font-size:12px;font-weight:600;color:#fff;vertical-align:1px}
.critical{background:#9f1239}.high{background:#c2410c}.medium{background:#a16207}.low{background:#1d4ed8}.info{background:#64748b}
table{border-collapse:collapse;width:100%;font-size:13.5px}
th{text-align:left;color:var(--soft);font-weight:600;border-bottom:1px solid var(--line);padding:6px 10px 6px 0;white-space:nowrap}
td{border-bottom:1px solid #eef1f4;padding:6px 10px 6px 0;vertical-align:top;overflow-wrap:anywhere}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
td.a{overflow-wrap:break-word;min-width:124px;font:12.5px/1.7 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
td.t{white-space:nowrap;font-variant-numeric:tabular-nums;color:var(--soft)}
code,td.c{font:12.5px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;white-space:pre-wrap;overflow-wrap:anywhere}
.story{border:1px solid var(--line);border-left:4px solid var(--line);border-radius:8px;padding:16px 20px;margin:0 0 16px;break-inside:avoid-page}
.story.s-critical{border-left-color:#9f1239}.story.s-high{border-left-color:#c2410c}.story.s-medium{border-left-color:#a16207}.story.s-low{border-left-color:#1d4ed8}.story.s-info{border-left-color:#64748b}
.facts{color:var(--soft);font-size:13.5px;margin:0 0 8px}
ul{margin:6px 0 10px;padding-left:20px}
li{margin:2px 0;overflow-wrap:anywhere}
.chips{margin:8px 0 0;padding:0;list-style:none;display:flex;flex-wrap:wrap;gap:6px}
.chips li{border:1px solid var(--line);border-radius:4px;padding:1px 8px;font-size:12.5px;margin:0}
details{margin-top:10px;border-top:1px solid #eef1f4;padding-top:8px}
summary{cursor:pointer;color:#1d4ed8;font-size:13.5px}
details table{margin-top:6px}
svg{display:block;width:100%;height:auto;font:12px system-ui,-apple-system,"Segoe UI",Roboto,Arial,sans-serif}
footer{margin-top:48px;padding-top:12px;border-top:1px solid var(--line);color:var(--soft);font-size:13px}
@media print{main{max-width:none;padding:0}h2{break-after:avoid}.tile,.badge,svg *{print-color-adjust:exact;-webkit-print-color-adjust:exact}summary{color:var(--soft)}}
`);
