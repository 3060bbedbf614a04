"""What a unit's jobs may cost in a month: somebody is told before it is spent.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-budgets-budget.html
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from mesh_etl.deploy import names
from mesh_etl.deploy.synth.tags import owner
from mesh_etl.deploy.synth.template import Resource, logical

if TYPE_CHECKING:
    from mesh_etl.deploy.estate import Estate

SPENT = 80  # per cent of the budget
FORESEEN = 100
SUBSCRIBERS = 10  # addresses of one notification, beside its topic


def budget(estate: Estate) -> dict[str, Resource]:
    """The budget of what bears the unit's tags, by logical id; none where the configuration states no sum.

    Costs come by tags only once the account has activated them for its bills: mesh, environment and domain.
    """
    stated = estate.settings.budget
    if stated is None:
        return {}
    told = [{"SubscriptionType": "SNS", "Address": estate.topic}]
    told += [{"SubscriptionType": "EMAIL", "Address": one} for one in estate.settings.alarms.email[:SUBSCRIBERS]]
    notified = [_notified("ACTUAL", SPENT, told), _notified("FORECASTED", FORESEEN, told)]
    # CloudFormation replaces a budget whose notifications change, and replaces nothing by what has the same name.
    digest = hashlib.sha256(json.dumps(notified, sort_keys=True).encode()).hexdigest()[:8]
    properties: dict[str, Any] = {
        "Budget": {
            "BudgetName": names.budget(estate.stack, digest),
            "BudgetType": "COST",
            "TimeUnit": "MONTHLY",
            "BudgetLimit": {"Amount": stated.monthly, "Unit": "USD"},
            "Metrics": ["UnblendedCost"],
            "FilterExpression": {
                "And": [
                    {"Tags": {"Key": key, "Values": [value], "MatchOptions": ["EQUALS"]}}
                    for key, value in owner(estate).items()
                ]
            },
        },
        "NotificationsWithSubscribers": notified,
    }
    return {logical("All", "budget"): Resource("AWS::Budgets::Budget", properties)}


def _notified(kind: str, percent: int, told: list[dict[str, str]]) -> dict[str, Any]:
    return {
        "Notification": {
            "NotificationType": kind,
            "ComparisonOperator": "GREATER_THAN",
            "Threshold": percent,
            "ThresholdType": "PERCENTAGE",
        },
        "Subscribers": told,
    }
