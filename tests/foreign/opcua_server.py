"""An asyncua server with known values and one that counts. Argument: port. Prints the port when it listens."""
import asyncio
import logging
import sys

from asyncua import Server, ua

logging.disable(logging.WARNING)


async def main():
    port = int(sys.argv[1])
    server = Server()
    await server.init()
    server.set_endpoint(f"opc.tcp://127.0.0.1:{port}/")
    server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
    index = await server.register_namespace("urn:unison:foreign")
    assert index == 2, index
    objects = server.nodes.objects

    async def variable(name, value, kind):
        return await objects.add_variable(ua.NodeId(name, index), name, ua.Variant(value, kind))

    await variable("State", 6, ua.VariantType.Int32)
    await variable("Parts64", 2**63 + 1, ua.VariantType.UInt64)
    await variable("Force", -12.5, ua.VariantType.Double)
    await variable("Running", True, ua.VariantType.Boolean)
    bad = await variable("Broken", 1, ua.VariantType.Int32)
    counter = await variable("Counter", 0, ua.VariantType.UInt32)
    await bad.write_value(ua.DataValue(ua.Variant(1, ua.VariantType.Int32), ua.StatusCode(ua.StatusCodes.BadSensorFailure)))
    async with server:
        print(port, flush=True)
        n = 0
        while True:
            await asyncio.sleep(0.1)
            n += 1
            await counter.write_value(ua.Variant(n, ua.VariantType.UInt32))


asyncio.run(main())
