/** A plain page that asks for a password, for decoys that have no page of their own. */
export const loginPage = `<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><meta name="robots" content="noindex"><title>Administration</title></head>
<body>
<h1>Administration</h1>
<form method="post">
<p><label>User name <input name="username" autocomplete="off"></label></p>
<p><label>Password <input name="password" type="password" autocomplete="off"></label></p>
<p><button>Sign in</button></p>
</form>
</body>
</html>
`;
