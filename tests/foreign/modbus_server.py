"""A pymodbus server with known values of every type. Argument: port (0 = any). Prints the port."""
import asyncio
import socket
import struct
import sys
import warnings

warnings.filterwarnings("ignore")
from pymodbus.datastore import ModbusDeviceContext, ModbusSequentialDataBlock, ModbusServerContext  # noqa: E402
from pymodbus.server import ModbusTcpServer  # noqa: E402


def words(fmt, value):
    data = struct.pack(">" + fmt, value)
    return [int.from_bytes(data[i:i + 2], "big") for i in range(0, len(data), 2)]


HOLDING = (
    [65535]                                # 0 u16
    + words("h", -12345)                   # 1 i16
    + words("I", 4_000_000_000)            # 2 u32
    + words("i", -2_000_000_000)           # 4 i32
    + words("Q", 2**63 + 1)                # 6 u64, not exact as a float
    + words("q", -(2**62) - 1)             # 10 i64
    + words("f", 3.25)                     # 14 f32
    + words("d", -0.1)                     # 16 f64
    + words("I", 305419896)[::-1]          # 20 u32, low word first
    + [0b0000_1000]                        # 22 bit 3
    + [0] * 20
)


async def main():
    # A sequential block starts at 1: address 0 on the wire is its first value.
    device = ModbusDeviceContext(
        hr=ModbusSequentialDataBlock(1, HOLDING),
        ir=ModbusSequentialDataBlock(1, [777, 0, 0, 0]),
        co=ModbusSequentialDataBlock(1, [True, False, True, False]),
        di=ModbusSequentialDataBlock(1, [False, True, False, False]),
    )
    port = int(sys.argv[1])
    if port == 0:
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            port = s.getsockname()[1]
    server = ModbusTcpServer(ModbusServerContext(devices=device), address=("127.0.0.1", port))
    await server.serve_forever(background=True)
    print(port, flush=True)
    await asyncio.Event().wait()


asyncio.run(main())
