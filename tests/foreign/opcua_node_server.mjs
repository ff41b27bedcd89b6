// A node-opcua server with known values and one that counts. Arguments: the folder with node_modules, a folder for its
// certificates, the port. Prints the port when it listens. The user "edge" has the password "s3cret".
import { createRequire } from 'node:module';

const [modules, folder, port] = process.argv.slice(2);
const require = createRequire(`${modules}/package.json`);
const { OPCUAServer, ServerOperationLimits } = require('node-opcua-server');
const { OPCUACertificateManager } = require('node-opcua-certificate-manager');
const { MessageSecurityMode, SecurityPolicy } = require('node-opcua-secure-channel');
const { DataType, VariantArrayType } = require('node-opcua-variant');

const certificates = new OPCUACertificateManager({
  rootFolder: `${folder}/pki`,
  automaticallyAcceptUnknownCertificate: true,
});
const server = new OPCUAServer({
  port: Number(port),
  hostname: '127.0.0.1',
  serverCertificateManager: certificates,
  securityPolicies: [
    SecurityPolicy.Basic256Sha256,
    SecurityPolicy.Aes128_Sha256_RsaOaep,
    SecurityPolicy.Aes256_Sha256_RsaPss,
  ],
  securityModes: [MessageSecurityMode.Sign, MessageSecurityMode.SignAndEncrypt],
  allowAnonymous: false,
  userManager: { isValidUser: (name, password) => name === 'edge' && password === 's3cret' },
  serverCapabilities: {
    operationLimits: new ServerOperationLimits({ maxNodesPerRead: 7, maxMonitoredItemsPerCall: 5, maxNodesPerBrowse: 1 }),
  },
});
await server.initialize();

const space = server.engine.addressSpace.getOwnNamespace();
const objects = server.engine.addressSpace.rootFolder.objects;
const filler = space.addObject({ organizedBy: objects, browseName: 'Filler', nodeId: 's=Filler' });
const add = (name, dataType, value) =>
  space.addVariable({
    componentOf: filler,
    browseName: name,
    nodeId: `s=${name}`,
    dataType,
    value: { dataType, arrayType: VariantArrayType.Scalar, value },
  });
add('State', DataType.Int32, 6);
add('Parts64', DataType.UInt64, [0x80000000, 1]);
add('Force', DataType.Double, -12.5);
add('Running', DataType.Boolean, true);
for (let i = 0; i < 30; i += 1) add(`Tag.${i}`, DataType.Int32, i);
const counter = add('Counter', DataType.UInt32, 0);
await server.start();
console.log(port);
let n = 0;
setInterval(() => counter.setValueFromSource({ dataType: DataType.UInt32, value: (n += 1) }), 100);
