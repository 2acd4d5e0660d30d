/** The workbench as far as its sign-in: the page is made by its script, as the product's is. */
export const STYLE = `*{box-sizing:border-box}body{margin:0;font:400 14px/20px Roboto,"Helvetica Neue",Arial,sans-serif;background:#fafafa;color:rgba(0,0,0,.87)}
.omv-login{min-height:100vh;display:flex;flex-direction:column;align-items:center;justify-content:center;background:#5dacdf linear-gradient(160deg,#5dacdf,#3883b8)}.omv-card{width:380px;background:#fff;border-radius:4px;padding:28px 32px 24px;box-shadow:0 3px 5px -1px rgba(0,0,0,.2),0 6px 10px rgba(0,0,0,.14)}
.omv-brand{font-size:24px;font-weight:300;color:#3883b8;text-align:center;margin-bottom:24px}.omv-brand b{font-weight:500}.omv-field{position:relative;margin-bottom:18px}.omv-field input{width:100%;height:52px;border:1px solid rgba(0,0,0,.38);border-radius:4px;padding:0 14px;font:inherit;font-size:16px}.omv-field input:focus{outline:0;border:2px solid #5dacdf}
.omv-card button{width:100%;height:36px;border:0;border-radius:4px;background:#5dacdf;color:#fff;font:500 14px Roboto,Arial,sans-serif;cursor:pointer}.omv-error{color:#f44336;min-height:20px;margin:0 0 8px}.omv-bar{background:#5dacdf;color:#fff;padding:16px 24px;font-size:20px}.omv-page{padding:24px}
`;

export const SCRIPT = `const root=document.querySelector('omv-root');
const rpc=(service,method,params)=>fetch('rpc.php',{method:'POST',headers:{'Content-Type':'application/json'},body:JSON.stringify({service,method,params,options:null})}).then((r)=>r.json());
const work=async()=>{const {response}=await rpc('System','getInformation',null);const d=document.createElement('div');d.innerHTML='<div class="omv-bar">openmediavault</div><div class="omv-page"></div>';d.querySelector('.omv-page').textContent=response?response.hostname+' · '+response.version+' · '+response.kernel:'';root.replaceChildren(d)};
const sign=()=>{root.innerHTML='<div class="omv-login"><form class="omv-card"><div class="omv-brand">open<b>media</b>vault</div><p class="omv-error"></p><div class="omv-field"><input name="username" placeholder="User name" autocomplete="username" required></div><div class="omv-field"><input name="password" type="password" placeholder="Password" autocomplete="current-password" required></div><button type="submit">Log in</button></form></div>';
const form=root.querySelector('form');form.addEventListener('submit',async(event)=>{event.preventDefault();const {error}=await rpc('Session','login',{username:form.username.value,password:form.password.value});if(error)root.querySelector('.omv-error').textContent=error.message;else work()})};
sign();
`;
