"""A pymodbus server with known values of every type. Arguments: `tcp PORT` (0 = any) or `rtu PATH` for a serial
line. Prints the port or path."""
import asyncio
import socket
import struct
import sys
import warnings

warnings.filterwarnings("ignore")
from pymodbus import FramerType  # noqa: E402
from pymodbus.datastore import ModbusDeviceContext, ModbusSequentialDataBlock, ModbusServerContext  # noqa: E402
from pymodbus.datastore import ModbusSparseDataBlock  # noqa: E402
from pymodbus.server import ModbusSerialServer, ModbusTcpServer  # noqa: E402


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
    + [0x1234, 0x5678]                     # 23 bcd32
    + words("8s", b"RECIPE 7")             # 25 text of four registers
)
# 30 to 39 are there, but for 35.
SPARSE = dict(enumerate(HOLDING)) | {address: address for address in range(30, 40) if address != 35}


async def main():
    # A sequential block starts at 1: address 0 on the wire is its first value.
    device = ModbusDeviceContext(
        hr=ModbusSparseDataBlock(SPARSE),
        ir=ModbusSequentialDataBlock(1, [777, 0, 0, 0]),
        co=ModbusSequentialDataBlock(1, [True, False, True, False]),
        di=ModbusSequentialDataBlock(1, [False, True, False, False]),
    )
    kind, where = sys.argv[1:]
    context = ModbusServerContext(devices={1: device}, single=False)
    if kind == "rtu":
        server = ModbusSerialServer(context, framer=FramerType.RTU, port=where, baudrate=115200)
    else:
        if where == "0":
            with socket.socket() as s:
                s.bind(("127.0.0.1", 0))
                where = str(s.getsockname()[1])
        server = ModbusTcpServer(context, address=("127.0.0.1", int(where)))
    await server.serve_forever(background=True)
    print(where, flush=True)
    await asyncio.Event().wait()


asyncio.run(main())
