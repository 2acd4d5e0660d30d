/** How the blog, its sign-in and its administration look. */
import { inlineSvg } from '../assets.ts';

/** A letter in a ring. */
const MARK = inlineSvg(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 84 84"><circle cx="42" cy="42" r="38" fill="none" stroke="#2c3338" stroke-width="5"/><text x="42" y="60" font-family="Georgia,Times,serif" font-size="50" fill="#2c3338" text-anchor="middle">W</text></svg>',
);
const FONT =
  '-apple-system,BlinkMacSystemFont,"Segoe UI",Roboto,Oxygen-Sans,Ubuntu,Cantarell,"Helvetica Neue",sans-serif';

export const LOGIN_STYLE = `html{background:#f0f0f1}body{background:#f0f0f1;min-width:0;color:#3c434a;font:13px/1.4 ${FONT};margin:0}
a{color:#2271b1}#login{width:320px;padding:5% 0 0;margin:auto}.login h1{text-align:center;margin:0}
.login h1 a{background-image:${MARK};background-size:84px;background-position:center top;background-repeat:no-repeat;color:#3c434a;height:84px;width:84px;display:block;margin:0 auto 25px;text-indent:-9999px;overflow:hidden;outline:0}
.login form{margin:20px 0 0;padding:26px 24px 34px;font-weight:400;overflow:hidden;background:#fff;border:1px solid #c3c4c7;box-shadow:0 1px 3px rgba(0,0,0,.04)}
.login form p{margin:0}.login label{font-size:14px;line-height:1.5;display:inline-block;margin-bottom:3px}
.login .input{font-size:24px;line-height:1.33333333;width:100%;border:.0625rem solid #8c8f94;border-radius:4px;padding:.1875rem .3125rem;margin:0 6px 16px 0;min-height:40px;box-sizing:border-box;color:#2c3338;background:#fff}
.login .input:focus{border-color:#2271b1;box-shadow:0 0 0 1px #2271b1;outline:2px solid transparent}
.login .forgetmenot{font-weight:400;float:left;margin-bottom:0;line-height:2.2}.login .submit{float:right}
.button-primary{background:#2271b1;border:1px solid #2271b1;color:#fff;border-radius:3px;min-height:32px;line-height:2.30769231;padding:0 12px;font-size:13px;cursor:pointer}.button-primary:hover{background:#135e96}
.login #nav,.login #backtoblog{font-size:13px;padding:0 24px;margin:24px 0 0}.login #backtoblog{margin:16px 0}.login #nav a,.login #backtoblog a{text-decoration:none;color:#50575e}
#login_error,.login .message,.notice-error{border-left:4px solid #d63638;padding:12px;margin:0 0 20px;background:#fff;box-shadow:0 1px 1px 0 rgba(0,0,0,.1);word-wrap:break-word}#login_error p{margin:0}
`;

export const THEME_STYLE = `body{margin:0;background:#f9f9f9;color:#111;font-family:Inter,${FONT};font-size:1.05rem;line-height:1.55}
a{color:#111;text-decoration:none}a:hover{text-decoration:underline}.wp-site-blocks{display:flex;flex-direction:column;min-height:100vh}
header,main,footer{box-sizing:border-box;width:100%;max-width:1280px;margin:0 auto;padding:20px clamp(1.25rem,4vw,3rem)}header{display:flex;justify-content:space-between;align-items:center}
.wp-block-site-title{font-size:1.2rem;font-weight:500;margin:0}header nav a{margin-left:1.5rem}main{flex:1;max-width:720px;padding-top:3rem}
.post{border-bottom:1px solid #1111111a;padding:1.6rem 0}.wp-block-post-title{font-family:Cardo,Georgia,serif;font-weight:400;font-size:2.2rem;line-height:1.2;margin:0 0 .6rem}
.wp-block-post-date{color:#636363;font-size:.9rem}.entry-content p{margin:.8rem 0}footer{color:#636363;font-size:.9rem;border-top:1px solid #1111111a;margin-top:3rem;padding-top:2rem;padding-bottom:2rem}
input[type=search]{padding:.7rem;border:1px solid #949494;width:60%}button{background:#111;color:#fff;border:0;border-radius:.33rem;padding:.75rem 1rem}
`;

export const ADMIN_STYLE = `html{background:#f0f0f1}body{margin:0;background:#f0f0f1;color:#3c434a;font:13px/1.4 ${FONT}}a{color:#2271b1;text-decoration:none}
#wpadminbar{position:fixed;top:0;left:0;right:0;height:32px;line-height:32px;background:#1d2327;color:#f0f0f1;text-align:right;padding:0 16px;z-index:9;font-size:13px}#wpadminbar a{color:#f0f0f1;margin-left:12px}
#adminmenumain{position:fixed;top:32px;bottom:0;left:0;width:160px;background:#1d2327}#adminmenu{list-style:none;margin:12px 0;padding:0}#adminmenu a{display:block;color:#f0f0f1;padding:8px 12px;font-size:14px}#adminmenu a:hover{background:#135e96;color:#72aee6}#adminmenu li:first-child a{background:#2271b1;color:#fff}
#wpcontent{margin-left:160px;padding:42px 20px 0}.wrap h1{font-size:23px;font-weight:400;margin:0;padding:9px 0 4px;line-height:1.3}
#dashboard-widgets{background:#fff;border:1px solid #c3c4c7;max-width:600px;margin-top:16px}#dashboard-widgets h2{font-size:14px;margin:0;padding:8px 12px;border-bottom:1px solid #c3c4c7}#dashboard-widgets p{padding:0 12px}
.wp-list-table{width:100%;background:#fff;border:1px solid #c3c4c7;border-spacing:0;margin-top:16px}.wp-list-table td{padding:8px 10px;border-bottom:1px solid #f0f0f1}
.wp-upload-form{background:#f6f7f7;border:1px solid #c3c4c7;padding:30px;margin:30px auto;max-width:480px;display:flex;justify-content:space-between}textarea{width:97%;font:13px Consolas,Monaco,monospace}
.button{border:1px solid #2271b1;color:#2271b1;background:#f6f7f7;border-radius:3px;padding:0 10px;line-height:2.15;min-height:30px;cursor:pointer}#footer-upgrade{margin-left:180px;color:#50575e;text-align:right;padding:20px}
`;
