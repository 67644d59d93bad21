// A real OpenID provider for one test: whoever signs in on its own page is whom they say.
// node provider.mjs PORT ADDRESS_TO_COME_BACK_TO
import Provider from 'oidc-provider';

const [port, back] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;
const provider = new Provider(issuer, {
  clients: [{
    client_id: 'onething',
    client_secret: 'a secret of the provider',
    redirect_uris: [back],
    grant_types: ['authorization_code'],
    response_types: ['code'],
  }],
  pkce: { required: () => true, methods: ['S256'] },
  claims: { openid: ['sub'], profile: ['name', 'id_number'], phone: ['phone_number'] },
  cookies: { keys: ['only for a test'] },
  findAccount: (_, id) => ({
    accountId: id,
    claims: () => ({ sub: id, name: '张三', id_number: '999999199001010016', phone_number: '+8613800000001' }),
  }),
});
provider.listen(Number(port), '127.0.0.1', () => console.log(`provider: ${issuer}`));
