// A real OpenID provider on this machine for the tests: `node provider.mjs`, with PORT, CLIENT, SECRET, REDIRECT and
// PEOPLE (login -> claims, as JSON) in the environment. Any password is right; each sign-in is asked for anew.
import Provider from 'oidc-provider';

const { PORT, CLIENT, SECRET, REDIRECT, PEOPLE } = process.env;
const people = JSON.parse(PEOPLE);
const issuer = `http://127.0.0.1:${PORT}`;

const provider = new Provider(issuer, {
  clients: [{
    client_id: CLIENT,
    client_secret: SECRET,
    redirect_uris: [REDIRECT],
    grant_types: ['authorization_code'],
    response_types: ['code'],
  }],
  claims: {
    openid: ['sub'],
    email: ['email', 'email_verified'],
    profile: ['name', 'preferred_username', 'locale', 'groups'],
  },
  pkce: { required: () => true },
  cookies: { keys: ['only for tests'] },
  findAccount: (_context, login) => ({ accountId: login, claims: () => ({ sub: login, ...people[login] }) }),
});

provider.listen(Number(PORT), '127.0.0.1', () => console.log('listening'));
