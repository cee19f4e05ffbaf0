"""What the mcap library finds in a recording, as JSON; every message is decoded by its schema."""

import json
import sys

from mcap.exceptions import EndOfFile
from mcap.stream_reader import StreamReader
from mcap.records import Channel, Footer, Header, Message, Metadata, Schema
from mcap_ros2.decoder import DecoderFactory


def plain(value):
    if hasattr(value, "__slots__"):
        return {name: plain(getattr(value, name)) for name in value.__slots__}
    if isinstance(value, (str, int, float, bool)):
        return value
    if isinstance(value, bytes):
        return len(value)
    return [plain(item) for item in value]


def main():
    found = {"profile": None, "metadata": {}, "whole": False, "topics": {}, "last": 0}
    schemas, channels, decoders = {}, {}, {}
    factory = DecoderFactory()
    with open(sys.argv[1], "rb") as stream:
        try:
            for record in StreamReader(stream).records:
                if isinstance(record, Header):
                    found["profile"] = record.profile
                elif isinstance(record, Metadata):
                    found["metadata"].update(record.metadata)
                elif isinstance(record, Schema):
                    schemas[record.id] = record
                elif isinstance(record, Channel):
                    channels[record.id] = record
                elif isinstance(record, Footer):
                    found["whole"] = True
                elif isinstance(record, Message):
                    channel = channels[record.channel_id]
                    schema = schemas[channel.schema_id]
                    if channel.id not in decoders:
                        decoders[channel.id] = factory.decoder_for("cdr", schema)
                    message = plain(decoders[channel.id](record.data))
                    topic = found["topics"].setdefault(
                        channel.topic,
                        {"type": schema.name, "qos": channel.metadata, "messages": []},
                    )
                    topic["messages"].append(message)
                    found["last"] = max(found["last"], record.log_time)
        except EndOfFile:
            pass
    found["last"] /= 1e9
    print(json.dumps(found))


main()
