/** How the pages of a home router look. */
export const STYLE = `*{box-sizing:border-box}body{margin:0;background:#f2f4f5;font:14px/1.5 Arial,Helvetica,sans-serif;color:#4a4a4a}
#top{height:84px;display:flex;align-items:center;justify-content:space-between;padding:0 8%;background:#fff;border-bottom:3px solid #00859b}#top .maker{font:bold italic 30px Arial,sans-serif;color:#00859b;letter-spacing:-1px}#top .facts{font-size:12px;color:#777;text-align:right}#top .facts b{color:#333;margin-right:14px}
#nav{background:#3d4246;color:#fff;display:flex;padding:0 8%}#nav a{color:#fff;text-decoration:none;padding:12px 26px;font-size:14px}#nav a:first-child{background:#00859b}
#box{background:#fff;width:430px;margin:90px auto 40px;padding:34px 40px;border:1px solid #d9dddf;border-radius:6px;box-shadow:0 3px 12px rgba(0,0,0,.07)}#box h2{margin:0 0 22px;font-weight:400;font-size:24px;color:#00859b}
label{display:block;font-size:13px;margin-bottom:4px}input[type=text],input[type=password]{width:100%;height:38px;border:1px solid #bfc6c9;border-radius:3px;padding:0 10px;margin:0 0 18px;font:inherit;background:#fafbfb}input[type=submit]{display:block;min-width:130px;height:38px;border:0;border-radius:19px;background:#00859b;color:#fff;font-weight:bold;font-size:14px;margin:0 auto;padding:0 24px;cursor:pointer}
.wrong{color:#c0392b;min-height:21px;margin:0 0 8px}.panel{background:#fff;border:1px solid #d9dddf;border-radius:4px;max-width:860px;margin:26px auto;padding:20px 28px}.panel h2{font-weight:400;font-size:19px;color:#00859b;margin:0 0 12px;border-bottom:1px solid #e5e8e9;padding-bottom:8px}.panel td{padding:6px 30px 6px 0}.panel input[type=submit]{margin:0}pre{background:#f2f4f5;padding:10px;white-space:pre-wrap}
#foot{text-align:center;font-size:11px;color:#999;padding:20px}
`;
