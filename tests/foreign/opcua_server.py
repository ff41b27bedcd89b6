"""An asyncua server with known values and one that counts.

Arguments: any of the words below, at last the port. Prints the port when it listens.
  secure=DIR   only signed or encrypted, with the certificate in DIR (made there when it is missing)
  user         takes nobody but the user "edge" with the password "s3cret"
  keyed=FILE   takes nobody but the user with this certificate (.der)
  small        takes 2 nodes a read and 3 items a call, and says so
  lossy        two seconds after the start loses the notifications that tag Late and tag Lost are 1; that of Late is
               still there for whoever asks for it again
  write        has nodes to write: one of each type, and those that a write goes wrong with; Writes counts what came
"""
import asyncio
import datetime
import ipaddress
import logging
import pathlib
import sys

from asyncua import Server, ua
from asyncua.common.utils import ServiceError
from asyncua.crypto.cert_gen import dump_private_key_as_pem, generate_private_key, generate_self_signed_app_certificate
from asyncua.crypto.permission_rules import User, UserRole
from asyncua.crypto.validator import CertificateValidator, CertificateValidatorOptions
from asyncua.server.internal_session import InternalSession
from asyncua.server.internal_subscription import InternalSubscription
from asyncua.server.uaprocessor import UaProcessor
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

logging.disable(logging.CRITICAL)
URI = "urn:unison:foreign"


class Users:
    def __init__(self, certificate):
        self.certificate = certificate

    def get_user(self, iserver, username=None, password=None, certificate=None):
        user = User(role=UserRole.User)
        if self.certificate:
            return user if certificate == self.certificate else None
        return user if (username, password) == ("edge", "s3cret") else None


async def secure(server, folder):
    key, certificate = folder / "key.pem", folder / "certificate.der"
    if not certificate.exists():
        made = generate_private_key()
        names = [x509.UniformResourceIdentifier(URI), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
        signed = generate_self_signed_app_certificate(
            made, "plant", {"organizationName": "foreign"}, names, [ExtendedKeyUsageOID.SERVER_AUTH], 30
        )
        key.write_bytes(dump_private_key_as_pem(made))
        certificate.write_bytes(signed.public_bytes(Encoding.DER))
    await server.load_certificate(certificate)
    await server.load_private_key(key)
    await server.set_application_uri(URI)
    kind = ua.SecurityPolicyType
    server.set_security_policy([
        kind.Basic256Sha256_Sign, kind.Basic256Sha256_SignAndEncrypt,
        kind.Aes128Sha256RsaOaep_SignAndEncrypt, kind.Aes256Sha256RsaPss_SignAndEncrypt,
    ])
    # As strict with the edge's certificate as it can be without a list of trusted ones.
    check = CertificateValidatorOptions.EXT_VALIDATION | CertificateValidatorOptions.PEER_CLIENT
    server.set_certificate_validator(CertificateValidator(check))


async def small(server):
    """Says small limits and means them."""
    ids = ua.ObjectIds
    for limit, most in [(ids.Server_ServerCapabilities_OperationLimits_MaxNodesPerRead, 2),
                        (ids.Server_ServerCapabilities_OperationLimits_MaxMonitoredItemsPerCall, 3)]:
        await server.get_node(limit).write_value(ua.Variant(most, ua.VariantType.UInt32))
    read, create = InternalSession.read, InternalSession.create_monitored_items

    async def read_few(self, params):
        if self.external and len(params.NodesToRead) > 2:
            raise ServiceError(ua.StatusCodes.BadTooManyOperations)
        return await read(self, params)

    async def create_few(self, params):
        if self.external and len(params.ItemsToCreate) > 3:
            raise ServiceError(ua.StatusCodes.BadTooManyOperations)
        return await create(self, params)

    InternalSession.read, InternalSession.create_monitored_items = read_few, create_few


def lossy():
    pop = InternalSubscription._pop_publish_result

    def pop_some(self):
        result = pop(self)
        for data in result.NotificationMessage.NotificationData or []:
            # Nothing else has these types.
            kinds = {i.Value.Value.VariantType for i in data.MonitoredItems if i.Value.Value.Value == 1}
            if ua.VariantType.SByte in kinds:
                self._not_acknowledged_results.pop(result.NotificationMessage.SequenceNumber)
            if kinds & {ua.VariantType.Byte, ua.VariantType.SByte}:
                return pop(self)
        return result

    InternalSubscription._pop_publish_result = pop_some


async def writable(objects, index):
    """A node Write.X for each type X, for each code that a write is answered with, and for each way to say nothing."""
    kind, level = ua.VariantType, ua.AttributeIds

    async def variable(name, value, of):
        node = await objects.add_variable(ua.NodeId(f"Write.{name}", index), name, ua.Variant(value, of))
        await node.set_writable()
        return node

    whole = ["SByte", "Byte", "Int16", "UInt16", "Int32", "UInt32", "Int64", "UInt64"]
    for name, value in [(name, 1) for name in whole] + [("Float", 1.0), ("Double", 1.0), ("Boolean", False), ("String", "")]:
        await variable(name, value, kind[name])
    await variable("DateTime", datetime.datetime(2026, 1, 1), kind.DateTime)
    await variable("List", [1, 2], kind.Int16)
    for name, attributes in [("ReadOnly", [level.AccessLevel, level.UserAccessLevel]), ("Denied", [level.UserAccessLevel])]:
        node = await variable(name, 1, kind.Int16)
        for attribute in attributes:
            await node.unset_attr_bit(attribute, ua.AccessLevel.CurrentWrite)
    codes = ["BadNotWritable", "BadOutOfRange", "BadUserAccessDenied", "BadDeviceFailure", "BadTimeout", "GoodClamped"]
    for name in codes + ["Mute", "Cut", "Fault", "Busy"]:
        await variable(name, 1, kind.Int16)
    count = await objects.add_variable(ua.NodeId("Writes", index), "Writes", ua.Variant(0, kind.UInt32))
    write, read, respond = InternalSession.write, InternalSession.read, UaProcessor.send_response
    last = [""]

    async def read_some(self, params):
        # The first read after a write to it.
        nodes = [value.NodeId.Identifier for value in params.NodesToRead]
        if self.external and last[0] == "Busy" and "Write.Busy" in nodes:
            last[0] = ""
            raise ServiceError(ua.StatusCodes.BadServerTooBusy)
        return await read(self, params)

    async def write_some(self, params):
        if not self.external:
            return await write(self, params)
        value, = params.NodesToWrite
        await count.write_value(ua.Variant(await count.read_value() + 1, kind.UInt32))
        assert value.Value.SourceTimestamp is None and value.Value.ServerTimestamp is None, value
        last[0] = str(value.NodeId.Identifier).removeprefix("Write.")
        if last[0] == "Fault":
            raise ServiceError(ua.StatusCodes.BadSessionNotActivated)
        if last[0] in codes:
            return [ua.StatusCode(getattr(ua.StatusCodes, last[0]))]
        return await write(self, params)

    def respond_some(self, handle, header, response, *rest):
        if isinstance(response, ua.WriteResponse) and last[0] == "Mute":
            return
        if isinstance(response, ua.WriteResponse) and last[0] == "Cut":
            self._transport.abort()
            return
        respond(self, handle, header, response, *rest)

    InternalSession.write, InternalSession.read = write_some, read_some
    UaProcessor.send_response = respond_some


async def machine(parent, index):
    """An item as OPC 40001-1 has it, with PackTags beside it; only what the edge walks along."""
    async def folder(of, name):
        return await of.add_object(ua.NodeId(f"{(await of.read_browse_name()).Name}.{name}", index), name)

    filler = await folder(parent, "Filler")
    blocks = await folder(filler, "MachineryBuildingBlocks")
    nodes = {}
    for name, state in [("MachineryItemState", 5006), ("MachineryOperationMode", 5026)]:
        block = await folder(blocks, name)
        current = await block.add_variable(ua.NodeId(f"{name}.CurrentState", index), "CurrentState", ua.LocalizedText("?"))
        nodes[name] = await current.add_property(ua.NodeId(f"{name}.Id", index), "Id", ua.NodeId(state, index))
    status = await folder(filler, "Status")
    await status.add_variable(ua.NodeId("StateCurrent", index), f"{index}:StateCurrent", ua.Variant(6, ua.VariantType.Int32))
    await status.add_variable(ua.NodeId("UnitModeCurrent", index), "UnitModeCurrent", ua.Variant(1, ua.VariantType.Int32))


async def main():
    words, port = dict(w.partition("=")[::2] for w in sys.argv[1:-1]), int(sys.argv[-1])
    keyed = pathlib.Path(words["keyed"]).read_bytes() if "keyed" in words else None
    server = Server(user_manager=Users(keyed) if keyed or "user" in words else None)
    await server.init()
    server.set_endpoint(f"opc.tcp://127.0.0.1:{port}/")
    if "secure" in words:
        await secure(server, pathlib.Path(words["secure"]))
    else:
        server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
    if keyed:
        server.set_identity_tokens([ua.X509IdentityToken])
    elif "user" in words:
        server.set_identity_tokens([ua.UserNameIdentityToken])
    index = await server.register_namespace("urn:unison:plant")
    assert index == 2, index
    objects = server.nodes.objects

    async def variable(name, value, kind):
        return await objects.add_variable(ua.NodeId(name, index), name, ua.Variant(value, kind))

    await variable("State", 6, ua.VariantType.Int32)
    await variable("Parts64", 2**63 + 1, ua.VariantType.UInt64)
    await variable("Force", -12.5, ua.VariantType.Double)
    await variable("Running", True, ua.VariantType.Boolean)
    await variable("Recipe", "Käse 7", ua.VariantType.String)
    bad = await variable("Broken", 1, ua.VariantType.Int32)
    counter = await variable("Counter", 0, ua.VariantType.UInt32)
    await bad.write_value(ua.DataValue(ua.Variant(1, ua.VariantType.Int32), ua.StatusCode(ua.StatusCodes.BadSensorFailure)))
    late = await variable("Late", 0, ua.VariantType.Byte)
    lost = await variable("Lost", 0, ua.VariantType.SByte)
    await machine(objects, index)
    if "small" in words:
        await small(server)
    if "lossy" in words:
        lossy()
    if "write" in words:
        await writable(objects, index)
    async with server:
        print(port, flush=True)
        n = 0
        while True:
            await asyncio.sleep(0.1)
            n += 1
            await counter.write_value(ua.Variant(n, ua.VariantType.UInt32))
            if "lossy" in words and n == 20:
                await late.write_value(ua.Variant(1, ua.VariantType.Byte))
            if "lossy" in words and n == 30:
                await lost.write_value(ua.Variant(1, ua.VariantType.SByte))


asyncio.run(main())
