/** How phpMyAdmin's sign-in and its two panes look. */
export const STYLE = `html{font-size:82%}body{font-family:sans-serif;padding:0;margin:0;color:#444;background:#fff}
a{color:#235a81;text-decoration:none}#loginform{background:#fff}#loginform .container{width:30em;margin:0 auto;text-align:center;padding-top:1.5rem}
.logo{display:inline-block;margin:.5em 0}.logo h1{font:italic bold 3.1rem/1 Verdana,sans-serif;margin:0;color:#f89c0e;letter-spacing:-.06em}.logo h1 span{color:#6c78af}
h1{font-size:1.7em;font-weight:normal;margin:.6em 0;color:#333}bdo{font-weight:normal}
fieldset{margin-top:1em;border:1px solid #aaa;border-radius:4px 4px 0 0;padding:1.2em .8em;background:#eee;background:linear-gradient(#f6f6f6,#eee);text-align:left;box-shadow:1px 1px 2px #fff inset}
fieldset+fieldset{margin-top:0;border-top:0;border-radius:0 0 4px 4px;text-align:right;background:#d3dce3;padding:.6em .8em}legend{font-weight:bold;color:#444;padding:5px 10px;border-radius:2px;border:1px solid #aaa;background:#fff}
fieldset label{display:inline-block;width:9.5em}.form-control{border-radius:2px;border:1px solid #aaa;background:#fff;color:#555;padding:.35em;margin:.4em 0;width:15.5em;box-sizing:border-box}
.btn,input[type=submit]{color:#111;border:1px solid #aaa;border-radius:12px;padding:3px 14px;background:#ddd;background:linear-gradient(#fff,#ccc);text-shadow:0 1px 0 #fff;font-weight:bold;cursor:pointer}
.alert-danger{background:#f2dede;border:1px solid #333;border-color:#c33;color:#000;border-radius:5px;padding:.8em;margin:.6em 0;text-align:left}
#pma_navigation{position:fixed;top:0;left:0;bottom:0;width:240px;background:linear-gradient(to right,#fff,#f3f3f3);border-right:1px solid #aaa;overflow:auto}#pma_navigation ul{list-style:none;margin:4em 0 0;padding:0 1em}#pma_navigation li{padding:.35em 0}
#page_content{margin-left:255px;padding:1em}#page_content h2{font-weight:normal;color:#777;text-shadow:0 1px 0 #fff}textarea{width:90%;height:12em;border:1px solid #aaa;display:block;margin:.6em 0}
`;
