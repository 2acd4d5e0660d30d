/** How Jenkins' sign-in and its pages look. */
import { inlineSvg } from '../assets.ts';

/** A person at a bow tie, of our own drawing. */
const BUTLER = inlineSvg(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 220"><circle cx="100" cy="78" r="52" fill="#f0d6b7" stroke="#333" stroke-width="5"/><path d="M52 66q6-46 50-46t46 44q-18-20-44-20T52 66z" fill="#49728b" stroke="#333" stroke-width="4"/><circle cx="82" cy="80" r="5"/><circle cx="118" cy="80" r="5"/><path d="M84 104q16 12 32 0" fill="none" stroke="#333" stroke-width="4"/><path d="M40 218q6-78 60-84 54 6 60 84z" fill="#335061" stroke="#333" stroke-width="5"/><path d="M100 142l-26-14v30zm0 0l26-14v30z" fill="#d33833" stroke="#333" stroke-width="4"/></svg>',
);
const FONT = 'system-ui,"Segoe UI",Roboto,"Noto Sans",Oxygen,Ubuntu,Cantarell,"Open Sans","Helvetica Neue",sans-serif';

export const LOGIN_STYLE = `*{box-sizing:border-box}body{margin:0;font:400 .875rem/1.6 ${FONT};color:#14141f;background:#fff}
.app-sign-in-register{display:flex;min-height:100vh}.app-sign-in-register__content{flex:1;display:flex;justify-content:center;align-items:center;padding:2rem}.app-sign-in-register__content-inner{width:100%;max-width:310px}
.app-sign-in-register__branding{flex:1;position:relative;display:flex;align-items:center;justify-content:center;margin:1rem;border-radius:1rem;overflow:hidden;background:radial-gradient(circle at 20% 15%,#a8d8ea,transparent 55%),radial-gradient(circle at 85% 25%,#f6c6c0,transparent 55%),radial-gradient(circle at 50% 95%,#c8c3f2,#eef1f8 70%)}
.app-sign-in-register__branding::after{content:"";width:230px;height:260px;background:${BUTLER} center/contain no-repeat}
h1{font-size:1.6rem;font-weight:650;margin:0 0 1.5rem;letter-spacing:-.01em}label{display:block;font-weight:600;margin-bottom:.5rem}
input[type=text],input[type=password]{width:100%;min-height:2.375rem;padding:.5rem .625rem;border:2px solid #d0d4db;border-radius:.66rem;margin-bottom:1.25rem;font:inherit}input:focus{outline:0;border-color:#0b6aa2;box-shadow:0 0 0 .4rem #0b6aa220}
.jenkins-checkbox{display:flex;align-items:center;gap:.6rem;font-weight:500;margin-bottom:1.25rem}.jenkins-checkbox input{width:1.3rem;height:1.3rem;accent-color:#0b6aa2}
.jenkins-button--primary{width:100%;border:0;background:#0b6aa2;color:#fff;font:550 .875rem ${FONT};min-height:2.375rem;border-radius:.66rem;cursor:pointer}.jenkins-button--primary:hover{background:#095a8a}
.app-sign-in-register__error{background:#fbe9e9;color:#c5032b;font-weight:500;padding:.75rem 1rem;border-radius:.66rem;margin-bottom:1.25rem}@media (max-width:800px){.app-sign-in-register__branding{display:none}}
`;

export const PAGE_STYLE = `*{box-sizing:border-box}body{margin:0;font:400 .875rem/1.6 ${FONT};color:#14141f;background:#fff}a{color:#0b6aa2}
#page-header{background:#000;color:#fff;height:3.5rem;display:flex;align-items:center;padding:0 1.25rem;font-size:1.1rem;font-weight:600}#page-header::before{content:"";width:30px;height:34px;margin-right:.7rem;background:${BUTLER} center/contain no-repeat}#page-header .login{margin-left:auto;font-size:.85rem;font-weight:500}
#breadcrumbBar{background:#f8f8fa;border-bottom:1px solid #e6e6ec;padding:.5rem 1.25rem;font-size:.8rem}#page-body{padding:1.5rem 1.25rem;min-height:70vh}h1{font-size:1.5rem;font-weight:600;margin:0 0 1rem}
textarea{width:100%;min-height:220px;font:13px monospace;border:2px solid #d0d4db;border-radius:.66rem;padding:.6rem}button{background:#0b6aa2;color:#fff;border:0;border-radius:.66rem;padding:.5rem 1.2rem;font-weight:550;margin-top:.6rem}pre{background:#f8f8fa;border-radius:.66rem;padding:1rem;white-space:pre-wrap}
footer{border-top:1px solid #e6e6ec;padding:1rem 1.25rem;text-align:right;font-size:.8rem;color:#6b6b7b}
`;
