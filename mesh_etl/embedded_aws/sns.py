"""Simple Notification Service: topics that keep what was published to them. Nobody subscribes here.

Source: https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator

from mesh_etl.embedded_aws import records
from mesh_etl.embedded_aws.answers import Refusal
from mesh_etl.embedded_aws.operations import Body, Call, operation
from mesh_etl.embedded_aws.pages import paged

TOPIC, MESSAGE = "sns.topic", "sns.message"
MOST = 100
MOST_BYTES = 256 * 1024
MEMBERS = ("Message", "Subject", "MessageAttributes")
_NAME = re.compile(r"[A-Za-z0-9_-]{1,256}")
_ARN = re.compile(r"arn:aws:sns:([a-z0-9-]+):(\d{12}):([A-Za-z0-9_-]{1,256})")


@operation("sns.CreateTopic", "Name", writes=True)
def create_topic(call: Call) -> Body:
    """The topic is there; it may have been before."""
    if not _NAME.fullmatch(call["Name"]):
        raise _invalid("Topic Name")
    arn = f"arn:aws:sns:{call.region}:{call.account}:{call['Name']}"
    records.put(call, TOPIC, arn, {})
    return {"TopicArn": arn}


@operation("sns.DeleteTopic", "TopicArn", writes=True)
def delete_topic(call: Call) -> Body:
    """The topic is gone; there may have been none."""
    records.drop(call, TOPIC, call["TopicArn"])
    return {}


@operation("sns.ListTopics", "NextToken")
def list_topics(call: Call) -> Body:
    """The topics of the account by name, in pages of 100."""
    return paged(call, "Topics", ((arn, {"TopicArn": arn}) for arn, _ in records.named(call, TOPIC)), MOST)


@operation("sns.Publish", "TopicArn", "Message", "Subject", "MessageAttributes", writes=True)
def publish(call: Call) -> Body:
    """The message is with the topic."""
    arn = _ARN.fullmatch(call.get("TopicArn", ""))
    subject = call.get("Subject", "a")
    if arn is None:
        raise _invalid("TopicArn")
    if not call["Message"]:
        raise _invalid("Empty message")
    if len(call["Message"].encode()) > MOST_BYTES:
        raise _invalid("Message too long")
    if not 0 < len(subject) < 100 or not subject.isascii() or not subject.isprintable():
        raise _invalid("Subject")
    home = f"{arn[2]}/{arn[1]}"
    if records.get(call, TOPIC, arn[0], home) is None:
        raise Refusal("NotFound", "Topic does not exist")
    identity = str(uuid.uuid4())
    message: Body = {name: call[name] for name in MEMBERS if name in call.parameters}
    message["MessageId"] = identity
    records.put(call, MESSAGE, f"{arn[3]}/{call.now:020.6f}/{identity}", message, home)
    return {"MessageId": identity}


def kept(call: Call, topic: str) -> Iterator[Body]:
    """The messages of a topic of the caller's account in the order in which they came; `topic` is its name."""
    for _, message in records.named(call, MESSAGE, f"{topic}/"):
        yield message


def _invalid(what: str) -> Refusal:
    return Refusal("InvalidParameter", f"Invalid parameter: {what}")
