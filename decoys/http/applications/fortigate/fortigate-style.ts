/** How the portal and the administration of a FortiGate look. */
export const STYLE = `*{box-sizing:border-box}html,body{height:100%}body{margin:0;background:#e9eaec;font:13px/1.45 Lato,"Helvetica Neue",Helvetica,Arial,sans-serif;color:#3c4650}
.view-container{min-height:100%;display:flex;align-items:center;justify-content:center;padding-bottom:8vh}.prompt{width:360px;background:#fff;border-radius:3px;box-shadow:0 2px 10px rgba(0,0,0,.18);padding:0 0 24px;text-align:center}
.prompt .logo{height:74px;display:flex;align-items:center;justify-content:center;border-bottom:1px solid #e3e5e8;margin-bottom:22px}.prompt h1{font-size:17px;font-weight:400;margin:0 0 18px;color:#3c4650}
.prompt input[type=text],.prompt input[type=password]{display:block;width:296px;height:36px;margin:0 auto 10px;padding:0 10px;border:1px solid #c8ccd1;border-radius:2px;font:inherit;background:#fff}.prompt input:focus{outline:0;border-color:#48a63d}
button{width:296px;height:36px;border:0;border-radius:2px;font:inherit;cursor:pointer;margin-top:6px}button.primary{background:#3f9c35;color:#fff}button.primary:hover{background:#37892e}button.secondary{background:#eceef0;color:#3c4650}
.error{color:#c8102e;min-height:20px;margin:0 0 8px}
`;

/** Blocks in a row, of our own drawing. */
export const MARK =
  '<svg width="170" height="26" viewBox="0 0 170 26" aria-hidden="true"><g fill="#da291c"><rect x="0" y="2" width="9" height="6"/><rect x="11" y="2" width="9" height="6"/><rect x="22" y="2" width="9" height="6"/><rect x="0" y="10" width="9" height="6"/><rect x="22" y="10" width="9" height="6"/><rect x="0" y="18" width="9" height="6"/><rect x="11" y="18" width="9" height="6"/><rect x="22" y="18" width="9" height="6"/></g><text x="42" y="21" font-family="Arial,sans-serif" font-weight="700" font-size="21" letter-spacing="1" fill="#222">FORTINET</text></svg>';
