/** How GitLab's sign-in looks. */
/** Some triangles. */
export const MARK =
  '<svg class="tanuki-logo" width="46" height="44" viewBox="0 0 46 44" role="img" aria-label="GitLab"><path d="M23 43L1 27 7 3l7 16h18l7-16 6 24z" fill="#fc6d26"/><path d="M23 43l9-24H14z" fill="#e24329"/><path d="M23 43L1 27l13-8zm0 0l22-16-13-8z" fill="#fca326"/></svg>';

export const STYLE = `*{box-sizing:border-box}body{margin:0;font:.875rem/1.5 -apple-system,BlinkMacSystemFont,"Segoe UI",Roboto,"Noto Sans",Ubuntu,Cantarell,"Helvetica Neue",sans-serif;color:#28272d;background:#fff;display:flex;flex-direction:column;min-height:100vh}
.content{flex:1;padding:3.5rem 1rem 2rem}.brand{text-align:center;margin-bottom:1.5rem}h1{font-size:1.3125rem;font-weight:600;margin:.9rem 0 .2rem;line-height:1.25}.brand p{color:#737278;margin:.2rem 0}
.login-box{max-width:400px;margin:0 auto;background:#fbfafd;border:1px solid #dcdcde;border-radius:.5rem;padding:1.25rem 1rem}label{display:block;font-weight:600;margin:0 0 .5rem}.form-group{margin-bottom:1rem}
.gl-form-input{width:100%;height:2rem;padding:.5rem .75rem;border:0;box-shadow:inset 0 0 0 1px #89888d;border-radius:.25rem;font:inherit;background:#fff}.gl-form-input:focus{outline:0;box-shadow:inset 0 0 0 2px #1f75cb}
.row{display:flex;justify-content:space-between;margin-bottom:1rem}.row label{font-weight:400;margin:0}a{color:#1f75cb;text-decoration:none}.btn-confirm{width:100%;height:2rem;border:0;border-radius:.25rem;background:#1f75cb;box-shadow:inset 0 0 0 1px #1068bf;color:#fff;font:inherit;cursor:pointer}.btn-confirm:hover{background:#0b5cad}
.flash-alert{background:#fcf1ef;border-left:4px solid #dd2b0e;max-width:400px;margin:0 auto 1rem;padding:.75rem 1rem}.register{text-align:center;margin-top:1rem}.footer-container{border-top:1px solid #ececef;padding:1rem 0;text-align:center;font-size:.8125rem}.footer-container a{margin:0 .75rem;color:#737278}
header{background:#f4f0ff;border-bottom:1px solid #ececef;padding:.6rem 1rem;display:flex;align-items:center;gap:.6rem;font-weight:600}header svg{width:26px;height:24px}main{max-width:990px;margin:1.5rem auto;width:100%;flex:1;padding:0 1rem}main ul{list-style:none;padding:0;border-top:1px solid #dcdcde}main li{padding:.9rem 0;border-bottom:1px solid #dcdcde;font-weight:600}
`;
