// A node-opcua server with known values and one that counts. Arguments: the folder of node_modules, a folder for its
// certificates, the port. Prints the port when it listens. The user "edge" has the password "s3cret".
import { createRequire } from 'node:module';

const [modules, folder, port] = process.argv.slice(2);
const require = createRequire(`${modules}/`);
const { OPCUAServer, Variant, DataType, StatusCodes, MessageSecurityMode, SecurityPolicy, OPCUACertificateManager } =
  require('node-opcua-server-all');

const server = new OPCUAServer({
  port: Number(port),
  hostname: '127.0.0.1',
  serverCertificateManager: new OPCUACertificateManager({ rootFolder: `${folder}/pki`, automaticallyAcceptUnknownCertificate: true }),
  securityPolicies: [SecurityPolicy.Basic256Sha256, SecurityPolicy.Aes128_Sha256_RsaOaep, SecurityPolicy.Aes256_Sha256_RsaPss],
  securityModes: [MessageSecurityMode.Sign, MessageSecurityMode.SignAndEncrypt],
  allowAnonymous: false,
  userManager: { isValidUser: (name, password) => name === 'edge' && password === 's3cret' },
});
await server.initialize();
