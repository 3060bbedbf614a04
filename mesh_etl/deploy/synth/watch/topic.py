"""The topic that hears when something is wrong, and who listens to it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from mesh_etl.deploy import names
from mesh_etl.deploy.synth.tags import tag_list
from mesh_etl.deploy.synth.template import Resource, logical

if TYPE_CHECKING:
    from mesh_etl.deploy.estate import Estate


def topic(estate: Estate) -> dict[str, Resource]:
    """The topic with its policy, unless the configuration names one, and a subscription for each address.

    Alarms and budgets tell it for the account alone. EventBridge does not say for whom it tells a topic: under a
    condition it would never be let in, and the topic would hear of no run that failed.
    Source: https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html, and "Amazon SNS permissions" in
    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html
    """
    arn, made = estate.topic, {}
    if estate.settings.alarms.topic is None:
        rules = {
            "Sid": "Rules",
            "Effect": "Allow",
            "Principal": {"Service": "events.amazonaws.com"},
            "Action": "sns:Publish",
            "Resource": arn,
        }
        alarms = {
            "Sid": "AlarmsOfTheAccount",
            "Effect": "Allow",
            "Principal": {"Service": ["cloudwatch.amazonaws.com", "budgets.amazonaws.com"]},
            "Action": "sns:Publish",
            "Resource": arn,
            "Condition": {"StringEquals": {"aws:SourceAccount": estate.account.id}},
        }
        secure = {
            "Sid": "OnlyByTls",
            "Effect": "Deny",
            "Principal": {"AWS": "*"},
            "Action": "sns:Publish",
            "Resource": arn,
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
        made["Topic"] = Resource(
            "AWS::SNS::Topic",
            {
                "TopicName": names.topic(estate.stack),
                "DisplayName": names.topic(estate.stack)[:100],
                "KmsMasterKeyId": names.alias(estate.stack),
                "Tags": tag_list(estate),
            },
        )
        document = {"Version": "2012-10-17", "Statement": [rules, alarms, secure]}
        made["TopicPolicy"] = Resource(
            "AWS::SNS::TopicPolicy", {"Topics": [arn], "PolicyDocument": document}, after=("Topic",)
        )
    after = ("Topic",) if made else ()
    for address in sorted(set(estate.settings.alarms.email)):
        named = logical("Mail", hashlib.sha256(address.encode()).hexdigest()[:12])
        properties = {"TopicArn": arn, "Protocol": "email", "Endpoint": address}
        made[named] = Resource("AWS::SNS::Subscription", properties, after=after)
    return made
