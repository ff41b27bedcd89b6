"""A Sparkplug B edge node "N" of group "G" with a device "D", by pysparkplug. Argument: the broker's port. Prints
"born" when it was born first. Lines on stdin: `speed NUMBER`, `state TEXT`, `gap` (a message that nobody gets),
`device-off`, `device-on`, `off` (says that it goes, and comes back at `on`)."""
import itertools
import sys

import pysparkplug as psp

DEVICE = "D"
BIG = 2**63 + 1  # not exact as a float


def metric(name, datatype, value, alias=None):
    return psp.Metric(psp.get_current_timestamp(), name, datatype, value=value, alias=alias)


def device():
    return psp.Device(DEVICE, [
        metric("Speed", psp.DataType.INT32, -7, alias=101),
        metric("State", psp.DataType.STRING, "RUN", alias=102),
        metric("Parts", psp.DataType.UINT64, BIG, alias=103),
    ])


session = None


def rebirth(node, message):
    if not any(m.name == "Node Control/Rebirth" and m.value for m in message.payload.metrics):
        return
    node._EdgeNode__seq_cycler = itertools.cycle(range(256))
    now = psp.get_current_timestamp()

    def send(kind, payload, device_id=None):
        topic = psp.Topic(message_type=kind, group_id="G", edge_node_id="N", device_id=device_id)
        node._client.publish(psp.Message(topic=topic, payload=payload, qos=psp.QoS.AT_MOST_ONCE, retain=False),
                             include_dtypes=True)

    send(psp.MessageType.NBIRTH,
         psp.NBirth(timestamp=now, seq=node._seq, metrics=(*node.metrics.values(), session)))
    for each in node.devices.values():
        send(psp.MessageType.DBIRTH,
             psp.DBirth(timestamp=now, seq=node._seq, metrics=tuple(each.metrics.values())), each.device_id)


def connect(node, port):
    global session
    node._setup_will()
    # What its next connection gets: connect() counts on by itself.
    session = psp.Metric(None, "bdSeq", psp.DataType.INT64, value=(node._bd_seq_metric.value + 1) % 256)
    node.connect("127.0.0.1", port=port, keepalive=5)


node = psp.EdgeNode("G", "N", [metric("Uptime", psp.DataType.INT64, 1), metric("Node Control/Rebirth", psp.DataType.BOOLEAN, False)],
                    cmd_callback=rebirth)
node.register(device())
connect(node, int(sys.argv[1]))
print("born", flush=True)
for line in sys.stdin:
    word, _, rest = line.strip().partition(" ")
    if word == "speed":
        node.update_device(DEVICE, [metric("Speed", psp.DataType.INT32, int(rest), alias=101)])
    elif word == "state":
        node.update_device(DEVICE, [metric("State", psp.DataType.STRING, rest, alias=102)])
    elif word == "gap":
        node._seq
    elif word == "device-off":
        node.deregister(DEVICE)
    elif word == "device-on":
        node.register(device())
    elif word == "off":
        node.disconnect()
    elif word == "on":
        connect(node, int(sys.argv[1]))
